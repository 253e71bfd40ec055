// The table in memory.

#include "proxy/state_memory.hpp"

namespace postern::proxy {

net::Digest StateMemory::digest_of(const MailboxKey& key) const {
  return secret_.hmac({key.upstream, key.user, key.mailbox});
}

std::optional<MailboxHint> StateMemory::find(const MailboxKey& key) {
  const net::Digest digest = digest_of(key);
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(digest);
  if (found == entries_.end()) return std::nullopt;
  order_.splice(order_.begin(), order_, found->second);
  return found->second->hint;
}

void StateMemory::remember(const MailboxKey& key, const MailboxHint& hint) {
  const net::Digest digest = digest_of(key);
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(digest);
  if (found != entries_.end()) {
    found->second->hint = hint;
    order_.splice(order_.begin(), order_, found->second);
    return;
  }
  if (entries_.size() >= max_) {
    entries_.erase(order_.back().key);
    order_.pop_back();
  }
  order_.push_front({.key = digest, .hint = hint});
  entries_.emplace(digest, order_.begin());
}

}  // namespace postern::proxy
