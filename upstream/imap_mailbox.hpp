// Opening a mailbox and listing what is in it (RFC 3501, sections 6.3.1, 6.3.2 and 6.4.5; RFC 7162,
// section 3.2.5).
//
// The list of a maildrop is complete and exact, or it is an error: one short list makes mail
// clients forget what they have and fetch everything again. Where an earlier visit is known, all
// that is asked in the same breath as the mailbox is what is new; imap_census then proves who is
// left. Where nothing is known, or the proof fails, all of it is listed: the number of messages
// that arrived is held against the number that the server says there are, and what cannot be
// explained is asked for once more before it is given up.

#pragma once

#include "upstream/authenticate.hpp"
#include "upstream/imap_link.hpp"
#include "upstream/known_mailbox.hpp"
#include "upstream/mailbox_news.hpp"
#include "wire/imap_command.hpp"
#include "wire/numbers.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace postern::upstream {

// Which mailbox to open, and how.
struct Visit {
  std::string mailbox;  // modified UTF-7
  wire::imap::OpenFor purpose = wire::imap::OpenFor::Reading;
  bool with_list = true;  // the list is going to be wanted: it is asked for in the same breath

  // What an earlier visit found, if anything. Lives as long as the opening.
  const KnownMailbox* known = nullptr;

  bool counts = true;  // the server may be believed that no old message comes back

  // A UIDVALIDITY that EXAMINE shows is believed only if it is the known one; else SELECT decides,
  // since some servers show a new one at each EXAMINE of a mailbox that was never SELECTed.
  bool confirms = false;
};

// The list, and what to remember of the mailbox for the next visit.
struct Listing {
  enum class From : std::uint8_t {
    Known,     // what was known, and what is new
    Searched,  // what was known, after some more questions about it
    Loaded,    // the server told all
  };

  KnownMailbox now;  // `listed_at` and `counting_trusted` as they were, unless told otherwise below
  From from = From::Loaded;
  bool listed_all = false;   // the server has named every message
  bool differs = true;       // from what was known, so that it is worth keeping
  bool is_behind = false;    // the server has forgotten UIDs that it gave: a replica that lags
  bool broke_rules = false;  // the number of messages cannot be, by what was known
};

// A mailbox being opened. What it asks may travel behind a login (compose), or is asked when it is
// wanted.
class MailboxOpening {
 public:
  // Most messages a maildrop may have.
  static constexpr std::uint64_t kMessagesMax = MailboxNews::kMessagesMax;

  // The link, and what is known, stay where they are as long as this lives.
  MailboxOpening(ImapLink& link, Visit visit)
      : link_(link), visit_(std::move(visit)), news_(visit_.purpose) {}

  // From now on no use is made of QRESYNC (RFC 7162), whatever the server can do.
  void do_without_qresync() { may_resync_ = false; }

  // The commands that open the mailbox, and ask for what is new in it if that is wanted, for
  // somebody else to send. `known` is what the server can do, as far as anybody knows.
  [[nodiscard]] std::string compose(wire::imap::Capabilities known);

  // Hears that the mailbox is open. Fails with Kind::Gone if there is no such mailbox.
  net::Task<OpenedMailbox> open();

  // Asks for what is wanted next, so that it is on its way while nobody waits for it.
  net::Task<> ask_list();

  // Hears the list, complete. Fails with Kind::Malformed rather than to give a list that might be
  // wrong.
  net::Task<Listing> list();

  // After list() has failed for the loss of the link: the messages that are known by now, for a
  // next visit that goes on from there. Nothing if there are none, or if the earlier visit knew
  // more under the same UIDVALIDITY.
  [[nodiscard]] std::optional<KnownMailbox> unfinished() const;

 private:
  // Lines of flags alone that a poll may bring along; more are worth a new MODSEQ.
  static constexpr std::size_t kFlagLinesBearable = 8;

  [[nodiscard]] std::string compose_opening(wire::imap::Capabilities known, bool with_all);
  net::Task<> enter();
  net::Task<> say_open(net::Deadline deadline);
  net::Task<ImapAnswer> conclude_open(net::Deadline deadline);
  net::Task<> clear_the_way();

  [[nodiscard]] bool has_earlier() const;
  [[nodiscard]] bool can_count() const;
  [[nodiscard]] bool is_behind() const;
  [[nodiscard]] bool is_known() const;

  net::Task<bool> list_by_census(Listing& listing);
  net::Task<> ask_all();
  net::Task<std::vector<ListedMessage>> list_all();
  net::Task<bool> hear_all();
  [[nodiscard]] bool is_complete();
  void keep_marks(std::vector<ListedMessage>& messages) const;
  [[nodiscard]] KnownMailbox remember(ListedMessages messages) const;

  ImapLink& link_;
  Visit visit_;
  MailboxNews news_;
  OpenedMailbox mailbox_;
  std::string enable_tag_;
  std::string open_tag_;
  std::string list_tag_;
  bool may_resync_ = true;
  bool resynced_ = false;   // the server was told what we know
  bool lists_all_ = false;  // what was asked last is all there is
};

}  // namespace postern::upstream
