// What a server tells of the mailbox that is open, as it comes: how many messages there are, what
// the mailbox is like, lines about messages, and what a search found (RFC 3501, section 7; RFC 4731
// and 7162).
//
// Whoever asks says what is no longer of interest before, and looks at what came afterwards. A
// mailbox may change at any time; moved() says whether it did, since numbers that were told at
// different times prove nothing together.

#pragma once

#include "upstream/imap_link.hpp"
#include "upstream/known_mailbox.hpp"
#include "wire/imap_command.hpp"
#include "wire/numbers.hpp"
#include "wire/uid_set.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace postern::upstream {

// What the server said when the mailbox was opened.
struct OpenedMailbox {
  std::uint64_t exists = 0;
  std::optional<wire::UidValidity> uid_validity;
  std::optional<wire::Uid> uid_next;
  std::uint64_t modseq = 0;      // HIGHESTMODSEQ; 0: none, or none that lasts
  bool read_only = false;        // as the answer to SELECT says; EXAMINE always says so
  bool uids_not_sticky = false;  // RFC 4315: UIDs are good for this session only
  bool may_delete = true;        // PERMANENTFLAGS lists \Deleted, or is not given
  wire::imap::OpenFor opened_for = wire::imap::OpenFor::Reading;
};

class MailboxNews final : public Ear {
 public:
  static constexpr std::uint64_t kMessagesMax = LinkLimits::kMessages;

  // The size of a message whose line had none.
  static constexpr std::uint64_t kUntold = ListedMessage::kSizeMax + 1;

  // The size of one whose line had something that no message is as large as.
  static constexpr std::uint64_t kAbsurd = kUntold + 1;

  // What a search found. Of a range that a server with ESEARCH names, any part may not exist.
  struct Hits {
    bool told = false;  // anything, be it that there are none
    wire::UidSet uids;
    std::optional<std::uint64_t> count;  // as the server counted; a plain search does not
  };

  explicit MailboxNews(wire::imap::OpenFor purpose) { mailbox_.opened_for = purpose; }

  // A mailbox is going to be opened: whatever was told before was about another.
  void begin(wire::imap::OpenFor purpose) { *this = MailboxNews(purpose); }

  // From now on moved() is about what comes.
  void stand_still() { moved_ = shrank_ = false; }

  void forget_lines() { lines_.clear(); }

  void forget_hits() { hits_ = {}; }

  // What the mailbox is like, but for the number of its messages.
  [[nodiscard]] const OpenedMailbox& mailbox() const { return mailbox_; }

  [[nodiscard]] bool told_exists() const { return told_exists_; }

  // Messages, as EXISTS, EXPUNGE and VANISHED move the number.
  [[nodiscard]] std::uint64_t exists() const { return exists_; }

  // Messages came or went since stand_still(), or since the mailbox told its number first.
  [[nodiscard]] bool moved() const { return moved_; }

  // Messages went since then.
  [[nodiscard]] bool shrank() const { return shrank_; }

  // Lines about messages that named a UID, as they came: with repetitions, in any order, and with
  // some that nobody asked for.
  [[nodiscard]] std::vector<ListedMessage>& lines() { return lines_; }

  [[nodiscard]] const std::vector<ListedMessage>& lines() const { return lines_; }

  // The same in order, each UID once with what any of its lines told.
  std::vector<ListedMessage>& ordered_lines();

  // Lines of flags alone, which a server that was told a MODSEQ sends of every change since.
  [[nodiscard]] std::size_t flag_lines() const { return flag_lines_; }

  // The messages that are said to have vanished. Nothing if there are more than anybody would name.
  [[nodiscard]] std::optional<wire::UidSet> vanished() const;

  [[nodiscard]] const Hits& hits() const { return hits_; }

 private:
  void hear(const wire::imap::Response& response) override;
  void note(const wire::imap::Fetch& fetch);
  void note(const wire::imap::Vanished& vanished);
  void note(const wire::imap::Code& code);
  void move(std::uint64_t exists);

  OpenedMailbox mailbox_;
  std::vector<ListedMessage> lines_;
  std::vector<wire::UidRange> vanished_;
  Hits hits_;
  std::uint64_t exists_ = 0;
  std::size_t flag_lines_ = 0;
  bool told_exists_ = false;
  bool moved_ = false;
  bool shrank_ = false;
};

}  // namespace postern::upstream
