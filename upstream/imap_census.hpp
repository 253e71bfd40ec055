// Who is left of the messages that an earlier visit knew, at the least cost that proves it.
//
// UIDs only rise, and none returns (RFC 3501, section 2.3.1.1). So with the same UIDVALIDITY, all
// that can be in the mailbox is what was there and what has a UID from the old UIDNEXT on: with the
// latter asked for, the number of messages alone tells how many of the old are gone. If none is,
// nothing more has to be asked. Else it is found out who: from VANISHED, which is believed only if
// the number then agrees; by a search; or, in a large mailbox without ESEARCH, by looking at some
// places and then at those between which somebody is missing.
//
// A proof that fails says so and changes nothing: then everything has to be listed.

#pragma once

#include "upstream/imap_link.hpp"
#include "upstream/known_mailbox.hpp"
#include "upstream/mailbox_news.hpp"
#include "wire/numbers.hpp"
#include "wire/uid_set.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace postern::upstream {

class Census {
 public:
  enum class Verdict : std::uint8_t {
    Proven,      // by what was told anyway
    Searched,    // by more questions
    Unproven,    // the server would not say, or the mailbox did not stand still
    BrokeRules,  // something is there that cannot be
  };

  // The mailbox is open. `known` is of the same UIDVALIDITY. `resynced`: the server has told who
  // vanished since. All of it lives longer.
  Census(ImapLink& link, MailboxNews& news, KnownMailbox& known, bool resynced)
      : link_(link), news_(news), known_(known), resynced_(resynced) {}

  // "17:*", or a last UID that no message has: the UIDs of messages that came since.
  [[nodiscard]] static std::string newcomers(const KnownMailbox& known, Family family);

  // By counting. `tag` is that of a command under way that asks for the newcomers, empty if none
  // is. When the verdict is that it is proven or searched, the known messages are those that are
  // there, newcomers included.
  net::Task<Verdict> count(std::string tag);

  // By the server's list of all UIDs: where counting cannot be trusted, or not all was known.
  net::Task<Verdict> search_all();

  // Whether the known messages are others now.
  [[nodiscard]] bool changed() const { return changed_; }

  // Whether a message is there that came before the last visit and was not seen by it: the known
  // messages are all that was left by then.
  net::Task<bool> finds_strangers();

 private:
  static constexpr int kRounds = 2;
  static constexpr std::size_t kSearchMax = 2000;  // messages found by name; among more by place

  // Which of the known messages are left.
  enum class Left : std::uint8_t { All, None, Named, AllButNamed };

  [[nodiscard]] net::Idle patience() const { return net::Idle{link_.settings().load_idle}; }

  net::Task<ImapAnswer> ask(std::string tag, std::string command);
  [[nodiscard]] bool meet_newcomers();
  net::Task<Verdict> find_who_is_left();
  [[nodiscard]] bool believes_vanished();
  net::Task<Verdict> search_known();
  net::Task<bool> sample();
  net::Task<std::optional<std::vector<std::size_t>>> places_of(
      const std::vector<std::uint32_t>& sequences);
  net::Task<bool> take_in();
  net::Task<bool> take_all(const wire::UidSet& there);

  // The candidates: all that may be there, by place.
  [[nodiscard]] std::size_t candidates() const {
    return known_.messages.size() + newcomers_.size();
  }

  [[nodiscard]] wire::Uid candidate(std::size_t place) const;
  [[nodiscard]] std::optional<std::size_t> place_of(wire::Uid uid) const;

  ImapLink& link_;
  MailboxNews& news_;
  KnownMailbox& known_;
  bool resynced_;
  bool changed_ = false;
  std::vector<ListedMessage> newcomers_;
  Left left_ = Left::All;
  wire::UidSet named_;
};

// Asks for UIDs, sizes and dates of a set; answers the tag. What was heard before is forgotten.
net::Task<std::string> ask_lines(ImapLink& link, MailboxNews& news, std::string set);

// Asks for the sizes that are still untold, and for dates with them. What the server leaves out
// stays untold.
net::Task<> ask_sizes(ImapLink& link, MailboxNews& news, std::vector<ListedMessage>& messages);

// Puts one octet where the server would not tell a size even when asked again: a message must not
// vanish from the list for that. Fails with Kind::Malformed for one that no message has.
net::Task<> settle_sizes(std::vector<ListedMessage>& messages);

}  // namespace postern::upstream
