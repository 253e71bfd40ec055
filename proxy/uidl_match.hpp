// Which message does a UIDL belong to that an old server showed, or that was shown before the
// mailbox was numbered anew?
//
// Whoever is given another message's UIDL never downloads that message; whoever gets a new one
// downloads again what he has. The first is worse, so a pair is made only where there is no doubt,
// and everything else gets a new UIDL. Nothing here waits or remembers.

#pragma once

#include "proxy/uidl_record.hpp"
#include "upstream/known_mailbox.hpp"
#include "wire/numbers.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace postern::proxy {

// A message that has no UIDL of its own yet.
struct Unnamed {
  wire::Uid uid;
  std::uint64_t size = 0;
};

// Finds messages for imported UIDLs: by UID, then by header, then by size. In this order:
//   match_places(); if wants_headers() hear() for all of left(); match_headers(); match_sizes()
class UidlMatch {
 public:
  // `messages` ascend by UID; records that are not paired in the end stay without a message.
  UidlMatch(std::span<const UidlRecord> records,
            std::vector<Unnamed> messages,
            wire::UidValidity validity);

  void match_places();

  // Whether headers could find any more.
  [[nodiscard]] bool wants_headers() const;

  // The messages without a UIDL so far; ascending.
  [[nodiscard]] std::vector<wire::Uid> left() const;

  void hear(wire::Uid uid, const net::Digest& header);

  // A header that one record and one message have, and no others.
  void match_headers();

  // Sizes that one record and one message have between two pairs that are known, in the order of
  // the old list; nothing if that order is not the mailbox's.
  void match_sizes();

  [[nodiscard]] std::vector<StoredUidl> found() const;

  [[nodiscard]] std::size_t matched() const { return matched_; }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  struct Message {
    Unnamed what;
    std::optional<net::Digest> header;
    std::size_t record = kNone;
  };

  void pair(std::size_t record, std::size_t message);
  void match_sizes_between(std::span<const std::size_t> records, std::size_t from, std::size_t to);
  [[nodiscard]] bool may_be(std::size_t record, std::size_t message) const;

  std::span<const UidlRecord> records_;
  std::vector<Message> messages_;
  std::vector<std::size_t> message_of_;  // by record
  wire::UidValidity validity_;
  std::size_t matched_ = 0;
};

// Pairs of messages before and after a mailbox was numbered anew: those whose size and date no
// other message on either side has. Empty if fewer than half of the old ones, or of the new ones if
// those are fewer, are found again: then it is another mailbox.
struct SameMessage {
  wire::Uid before;
  wire::Uid after;

  friend bool operator==(const SameMessage&, const SameMessage&) = default;
};

[[nodiscard]] std::vector<SameMessage> find_again(std::span<const upstream::ListedMessage> before,
                                                  std::span<const upstream::ListedMessage> after);

}  // namespace postern::proxy
