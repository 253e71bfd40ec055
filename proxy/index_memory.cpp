// The table in memory.

#include "proxy/index_memory.hpp"

#include <iterator>
#include <utility>

namespace postern::proxy {

net::Digest IndexMemory::digest_of(const MailboxKey& key) const {
  return secret_.hmac({key.upstream, key.user, key.mailbox});
}

net::Task<std::optional<IndexedMailbox>> IndexMemory::find(net::Loop& /*loop*/, MailboxKey key) {
  const net::Digest digest = digest_of(key);
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(digest);
  if (found == entries_.end()) co_return std::nullopt;
  order_.splice(order_.begin(), order_, found->second);
  co_return found->second->mailbox;
}

void IndexMemory::remember(const MailboxKey& key, const IndexedMailbox& mailbox) {
  const net::Digest digest = digest_of(key);
  const std::scoped_lock lock(mutex_);
  if (const auto found = entries_.find(digest); found != entries_.end()) forget(found->second);
  take_in(digest, mailbox);
}

void IndexMemory::remember_first(const MailboxKey& key, const IndexedMailbox& mailbox) {
  const net::Digest digest = digest_of(key);
  const std::scoped_lock lock(mutex_);
  if (!entries_.contains(digest)) take_in(digest, mailbox);
}

void IndexMemory::take_in(const net::Digest& digest, const IndexedMailbox& mailbox) {
  const std::size_t messages = mailbox.known.messages.size();
  if (messages > messages_max_) return;
  while (entries_.size() >= mailboxes_max_ || messages_ + messages > messages_max_) {
    forget(std::prev(order_.end()));
  }
  order_.push_front({.key = digest, .mailbox = mailbox});
  entries_.emplace(digest, order_.begin());
  messages_ += messages;
}

void IndexMemory::forget(const MailboxKey& key) {
  const net::Digest digest = digest_of(key);
  const std::scoped_lock lock(mutex_);
  if (const auto found = entries_.find(digest); found != entries_.end()) forget(found->second);
}

void IndexMemory::forget_all() {
  const std::scoped_lock lock(mutex_);
  entries_.clear();
  order_.clear();
  messages_ = 0;
}

void IndexMemory::forget(Order::iterator entry) {
  messages_ -= entry->mailbox.known.messages.size();
  entries_.erase(entry->key);
  order_.erase(entry);
}

}  // namespace postern::proxy
