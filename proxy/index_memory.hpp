// An index that lives as long as the process: bounded, the least recently used mailboxes go first.
// Keys are keyed hashes, so that no user name stands in it.

#pragma once

#include "net/digest.hpp"
#include "net/octet_hash.hpp"
#include "proxy/index_store.hpp"

#include <cstddef>
#include <list>
#include <mutex>
#include <unordered_map>

namespace postern::proxy {

class IndexMemory final : public IndexStore {
 public:
  static constexpr std::size_t kMailboxesMax = 200'000;               // about 150 octets each,
  static constexpr std::size_t kMessagesMax = std::size_t{8} << 20U;  // 16 to 18 octets each

  explicit IndexMemory(std::size_t mailboxes_max = kMailboxesMax,
                       std::size_t messages_max = kMessagesMax)
      : mailboxes_max_(mailboxes_max), messages_max_(messages_max) {}

  net::Task<std::optional<IndexedMailbox>> find(net::Loop& loop, MailboxKey key) override;

  net::Task<std::optional<IndexedMailbox>> find_latest(net::Loop& loop, MailboxKey key) override {
    return find(loop, key);
  }

  void remember(const MailboxKey& key, const IndexedMailbox& mailbox) override;

  // Unless something of that mailbox is there.
  void remember_first(const MailboxKey& key, const IndexedMailbox& mailbox);

  void forget(const MailboxKey& key);
  void forget_all();

 private:
  struct Entry {
    net::Digest key;
    IndexedMailbox mailbox;
  };

  using Order = std::list<Entry>;  // most recently used first

  [[nodiscard]] net::Digest digest_of(const MailboxKey& key) const;
  void take_in(const net::Digest& digest, const IndexedMailbox& mailbox);
  void forget(Order::iterator entry);

  std::size_t mailboxes_max_;
  std::size_t messages_max_;
  net::DigestKey secret_;
  std::mutex mutex_;  // guards what follows
  Order order_;
  std::unordered_map<net::Digest, Order::iterator, net::OctetHash> entries_;
  std::size_t messages_ = 0;
};

}  // namespace postern::proxy
