// One entry a user.

#include "proxy/poll_cache.hpp"

#include <string>

namespace postern::proxy {

net::Digest PollCache::digest_of(const Poll& poll) const {
  const std::string_view login(reinterpret_cast<const char*>(poll.login.data()), poll.login.size());
  return secret_.hmac({poll.listener, poll.key.mailbox, login});
}

net::Digest PollCache::user_of(const MailboxKey& key) const {
  return secret_.hmac({key.upstream, key.user});
}

bool PollCache::admits(const Poll& poll, net::Duration span, net::Time now) {
  if (span == net::Duration::zero()) return false;
  const net::Digest user = user_of(poll.key);
  const net::Digest digest = digest_of(poll);
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(user);
  return found != entries_.end() && found->second.poll == digest &&
         now - found->second.proved_at < span;
}

void PollCache::note(const Poll& poll, net::Duration span, net::Time now) {
  if (span == net::Duration::zero()) return;
  const net::Digest user = user_of(poll.key);
  const net::Digest digest = digest_of(poll);
  const std::scoped_lock lock(mutex_);
  if (entries_.size() >= max_) {
    std::erase_if(entries_,
                  [&](const auto& entry) { return now - entry.second.proved_at >= span; });
    if (entries_.size() >= max_) entries_.erase(entries_.begin());
  }
  entries_[user] = {.poll = digest, .proved_at = now};
}

void PollCache::forget(const MailboxKey& key) {
  const net::Digest user = user_of(key);
  const std::scoped_lock lock(mutex_);
  entries_.erase(user);
}

}  // namespace postern::proxy
