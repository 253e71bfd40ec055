// State that lives as long as the process: a bounded table, the least recently used go first. Keys
// are keyed hashes, so that no user name stands in it.

#pragma once

#include "net/digest.hpp"
#include "net/octet_hash.hpp"
#include "proxy/state.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <unordered_map>

namespace postern::proxy {

class StateMemory final : public State {
 public:
  static constexpr std::size_t kMailboxesMax = 200'000;  // about 100 octets each

  explicit StateMemory(std::size_t mailboxes_max = kMailboxesMax) : max_(mailboxes_max) {}

  [[nodiscard]] std::optional<MailboxHint> find(const MailboxKey& key) override;
  void remember(const MailboxKey& key, const MailboxHint& hint) override;

 private:
  struct Entry {
    net::Digest key;
    MailboxHint hint;
  };

  using Order = std::list<Entry>;  // most recently used first

  [[nodiscard]] net::Digest digest_of(const MailboxKey& key) const;

  std::size_t max_;
  net::DigestKey secret_;
  std::mutex mutex_;  // guards what follows
  Order order_;
  std::unordered_map<net::Digest, Order::iterator, net::OctetHash> entries_;
};

}  // namespace postern::proxy
