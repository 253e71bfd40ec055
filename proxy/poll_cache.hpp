// Who polled a moment ago, so that a device that asks every few seconds need not be shown the
// upstream each time (pop3.poll_cache).
//
// What such a poll hears comes from the index. It is let in here without being proved anew, so the
// table knows nobody but by a keyed hash of all that the last proved login said, forgets a user as
// soon as the upstream refuses one of that name, and is good for a minute at the most.

#pragma once

#include "net/digest.hpp"
#include "net/octet_hash.hpp"
#include "net/timer.hpp"
#include "proxy/mailbox_key.hpp"

#include <cstddef>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace postern::proxy {

struct Poll {
  MailboxKey key;
  std::string_view listener;
  net::Digest login;  // of user and secret
};

class PollCache {
 public:
  static constexpr std::size_t kUsersMax = 200'000;  // about 120 octets each

  explicit PollCache(std::size_t users_max = kUsersMax) : max_(users_max) {}

  PollCache(const PollCache&) = delete;
  PollCache& operator=(const PollCache&) = delete;

  // All functions may be called on any thread.

  // Whether just this poll was proved less than `span` ago.
  [[nodiscard]] bool admits(const Poll& poll, net::Duration span, net::Time now);

  // The upstream has let this one in. One poll of each user is kept.
  void note(const Poll& poll, net::Duration span, net::Time now);

  // The upstream has refused somebody of that name, or the mailbox is another now.
  void forget(const MailboxKey& key);

 private:
  struct Entry {
    net::Digest poll;
    net::Time proved_at;
  };

  [[nodiscard]] net::Digest digest_of(const Poll& poll) const;
  [[nodiscard]] net::Digest user_of(const MailboxKey& key) const;

  std::size_t max_;
  net::DigestKey secret_;
  std::mutex mutex_;  // guards what follows
  std::unordered_map<net::Digest, Entry, net::OctetHash> entries_;
};

}  // namespace postern::proxy
