// Counting those that cannot be counted.

#include "proxy/distrust.hpp"

#include <algorithm>

namespace postern::proxy {

bool Distrust::note(const MailboxKey& key) {
  const net::Digest digest = secret_.hmac({key.user, key.mailbox});
  const std::scoped_lock lock(mutex_);
  std::vector<net::Digest>& mailboxes = known_[std::string(key.upstream)];
  const bool is_known = std::ranges::find(mailboxes, digest) != mailboxes.end();
  if (is_known || mailboxes.size() == kMailboxes) return false;
  mailboxes.push_back(digest);
  return mailboxes.size() == kMailboxes;
}

bool Distrust::covers(std::string_view upstream) {
  const std::scoped_lock lock(mutex_);
  const auto found = known_.find(upstream);
  return found != known_.end() && found->second.size() == kMailboxes;
}

}  // namespace postern::proxy
