// A mailbox as an earlier visit found it.
//
// Size and date of a message never change as long as the UIDVALIDITY of its mailbox does not, and
// no new message gets a UID that was given before (RFC 3501, section 2.3.1.1). So what is known
// here never grows old; what has to be found out at each visit is only which messages are left, and
// which have come.

#pragma once

#include "wire/numbers.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

namespace postern::upstream {

// Sixteen octets, of which a mailbox may have a million.
struct ListedMessage {
  static constexpr std::uint64_t kSizeMax = (std::uint64_t{1} << 48U) - 1;  // 256 TiB

  wire::Uid uid;
  std::uint32_t received = 0;  // INTERNALDATE, seconds since 1970; 0 if the server would not tell
  std::uint64_t size : 62;     // RFC822.SIZE, or as found; 1 if the server would not tell; a list
                               // that is told has none above kSizeMax
  bool exact : 1 = false;      // so many octets came when the message was read
  bool tombstone : 1 = false;  // a session of ours deleted it, and could only flag it
};

static_assert(sizeof(ListedMessage) == 16);

// The messages of a mailbox, ascending by UID. They never change: copies share them, on whatever
// thread, and who wants others makes another list.
class ListedMessages {
 public:
  ListedMessages() = default;

  // Gives back room that the vector has beyond an eighth.
  ListedMessages(std::vector<ListedMessage> messages) {
    if (messages.capacity() - messages.size() > messages.size() / 8) messages.shrink_to_fit();
    messages_ = std::make_shared<const std::vector<ListedMessage>>(std::move(messages));
  }

  ListedMessages(std::initializer_list<ListedMessage> messages)
      : ListedMessages(std::vector<ListedMessage>(messages)) {}

  [[nodiscard]] const ListedMessage* data() const {
    return messages_ != nullptr ? messages_->data() : nullptr;
  }

  [[nodiscard]] std::size_t size() const { return messages_ != nullptr ? messages_->size() : 0; }

  [[nodiscard]] bool empty() const { return size() == 0; }

  [[nodiscard]] const ListedMessage* begin() const { return data(); }

  [[nodiscard]] const ListedMessage* end() const { return data() + size(); }

  [[nodiscard]] const ListedMessage& operator[](std::size_t place) const { return data()[place]; }

  // There must be one.
  [[nodiscard]] const ListedMessage& back() const { return messages_->back(); }

 private:
  std::shared_ptr<const std::vector<ListedMessage>> messages_;
};

struct KnownMailbox {
  wire::UidValidity uid_validity{};
  std::uint64_t uid_next = 1;    // no message of that visit has this UID or a higher one; <= 2^32
  std::uint64_t modseq = 0;      // HIGHESTMODSEQ at its opening (RFC 7162); 0: none
  std::int64_t listed_at = 0;    // when all of it was listed last, seconds since 1970
  bool complete = false;         // else sizes and dates are good, but nobody knows what is missing
  bool counting_trusted = true;  // no old message has ever come back here
  ListedMessages messages;
};

}  // namespace postern::upstream
