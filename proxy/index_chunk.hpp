// How a mailbox lies in the index: one head, and its messages in chunks of about 256.
//
// A message takes four to eight octets: its distance in UIDs from the one before, its size with two
// bits that say whether it is exact and whether the message has a tombstone, and how much later it
// was received, each as a number of as many octets as it needs (seven bits an octet, the lowest
// first). Where a chunk ends follows from the UIDs alone, so that a message that goes changes its
// own chunk and no other.
//
// Every row ends in a seal: a keyed hash over the mailbox, the place of the row in it, and its
// octets. The head holds how many messages and chunks there are, and a hash over all their seals.
// So a row that was damaged, or comes from another mailbox, another place or another time, is
// noticed, and what is unsealed is what was sealed.

#pragma once

#include "metrics/siphash.hpp"
#include "net/digest.hpp"
#include "proxy/index_store.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::proxy {

inline constexpr std::size_t kIndexedMessagesMax = std::size_t{4} << 20U;  // in one mailbox
inline constexpr std::size_t kSealOctets = 8;

// Of one mailbox in one file.
struct IndexSealer {
  metrics::HashKey key;  // of the file
  net::Digest mailbox;

  // At the end of the row. Heads are at place 0, chunks at that of their first UID.
  void seal(std::uint64_t place, std::string& row) const;

  // The row without its seal, or nothing.
  [[nodiscard]] std::optional<std::string_view> unsealed(std::uint64_t place,
                                                         std::string_view row) const;
};

// The hash over the seals of all chunks, in their order.
class IndexSum {
 public:
  explicit IndexSum(const metrics::HashKey& key) : key_(key) {}

  void add(std::string_view chunk);

  [[nodiscard]] std::uint64_t value() const { return value_; }

  [[nodiscard]] std::uint64_t chunks() const { return chunks_; }

 private:
  metrics::HashKey key_;
  std::uint64_t value_ = 0;
  std::uint64_t chunks_ = 0;
};

// What the head of a mailbox says.
struct IndexHead {
  IndexedMailbox mailbox;  // without messages
  std::uint64_t messages = 0;
  std::uint64_t chunks = 0;
  std::uint64_t sum = 0;  // IndexSum's

  [[nodiscard]] std::string sealed(const IndexSealer& sealer) const;
  [[nodiscard]] static std::optional<IndexHead> unsealed(const IndexSealer& sealer,
                                                         std::string_view row);
};

using IndexedMessages = std::span<const upstream::ListedMessage>;

// The first chunk of these messages, which are not none.
[[nodiscard]] IndexedMessages first_chunk(IndexedMessages messages);

// A chunk as a row; its place is the UID of its first message.
[[nodiscard]] std::string sealed_chunk(const IndexSealer& sealer, IndexedMessages chunk);

// Puts the messages of a row behind those that are there; false: it is damaged, or not behind them.
[[nodiscard]] bool unseal_chunk(const IndexSealer& sealer,
                                std::uint64_t place,
                                std::string_view row,
                                std::vector<upstream::ListedMessage>& onto);

}  // namespace postern::proxy
