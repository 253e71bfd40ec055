// Opening a mailbox and listing what is in it (RFC 3501, sections 6.3.1, 6.3.2 and 6.4.5).
//
// The list of a maildrop is complete and exact, or it is an error: one short list makes mail
// clients forget what they have and fetch everything again. So the number of messages that arrived
// is held against the number that the server says there are, and what cannot be explained is asked
// for once more before it is given up.

#pragma once

#include "upstream/authenticate.hpp"
#include "upstream/imap_link.hpp"
#include "upstream/known_mailbox.hpp"
#include "wire/imap_command.hpp"
#include "wire/numbers.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace postern::upstream {

// What the server said when the mailbox was opened.
struct OpenedMailbox {
  std::uint64_t exists = 0;
  std::optional<wire::UidValidity> uid_validity;
  std::optional<wire::Uid> uid_next;
  bool read_only = false;        // as the answer to SELECT says; EXAMINE always says so
  bool uids_not_sticky = false;  // RFC 4315: UIDs are good for this session only
  bool may_delete = true;        // PERMANENTFLAGS lists \Deleted, or is not given
};

// A mailbox being opened. What it asks may travel behind a login (compose), or is asked when it is
// wanted.
class MailboxOpening final : public Ear {
 public:
  // Most messages a maildrop may have.
  static constexpr std::uint64_t kMessagesMax = LinkLimits::kMessages;

  // `name` in modified UTF-7. The link stays where it is as long as this lives.
  MailboxOpening(ImapLink& link, std::string name, wire::imap::OpenFor purpose)
      : link_(link), name_(std::move(name)), purpose_(purpose) {}

  // The commands that open the mailbox, and list it if `with_list`, for somebody else to send.
  [[nodiscard]] std::string compose(bool with_list);

  // Hears that the mailbox is open. Fails with Kind::Gone if there is no such mailbox.
  net::Task<OpenedMailbox> open();

  // Asks for the list, so that it is on its way while nobody waits for it.
  net::Task<> ask_list();

  // Hears the list, complete. Fails with Kind::Malformed rather than to give a list that might be
  // wrong.
  net::Task<std::vector<ListedMessage>> list();

 private:
  struct Seen {
    wire::Uid uid;
    std::optional<std::uint64_t> size;
  };

  void hear(const wire::imap::Response& response) override;
  void note(const wire::imap::Fetch& fetch);
  [[nodiscard]] bool complete();
  net::Task<bool> hear_list();
  net::Task<> ask_missing_sizes();

  ImapLink& link_;
  std::string name_;
  wire::imap::OpenFor purpose_;
  OpenedMailbox mailbox_;
  std::string open_tag_;
  std::string list_tag_;
  std::vector<Seen> seen_;
  std::uint64_t exists_now_ = 0;  // as EXISTS and EXPUNGE move it
  bool told_exists_ = false;
  bool expunged_meanwhile_ = false;
};

}  // namespace postern::upstream
