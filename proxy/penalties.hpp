// What failed logins cost: a delay, and after many of them a closed door.
//
// The delay grows with each failure from the same network (an IPv4 address, an IPv6 /64), but not
// when a device tries the same wrong password again: that is an old phone, not an attack. After too
// many failures in an hour a network, or a user from one network, is refused without asking the
// upstream; the same user is still let in from elsewhere. And what the upstream refused a moment
// ago is refused from memory: mail programs try one wrong password by three methods in a row, which
// would lock accounts.
//
// Everything is counted for the process as a whole, survives reloads, is bounded in size and holds
// keyed hashes only. Any thread may call.

#pragma once

#include "conf/settings.hpp"
#include "net/address.hpp"
#include "net/digest.hpp"
#include "net/octet_hash.hpp"
#include "net/timer.hpp"
#include "wire/secret.hpp"

#include <array>
#include <cstddef>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace postern::proxy {

// One login, as it is remembered.
struct LoginTry {
  std::string_view upstream;
  std::string_view user;
  const wire::Secret& secret;
  net::Address client;
};

class Penalties {
 public:
  static constexpr std::size_t kEntriesMax = 100'000;  // of each table

  enum class Advice : unsigned char { Ask, KnownWrong, Throttled };

  // Whether to ask the upstream at all.
  [[nodiscard]] Advice consult(const LoginTry& login, const conf::Auth& settings, net::Time now);

  // It was refused, by the upstream or from memory. Answers how long after the beginning of the
  // command the client should hear so, before chance is added.
  [[nodiscard]] net::Duration refused(const LoginTry& login,
                                      const conf::Auth& settings,
                                      net::Time now);

  // What a session remembers of its own failures, for as long as it lives.
  [[nodiscard]] net::Digest digest_of(const LoginTry& login) const;

  // Networks that would be delayed now.
  [[nodiscard]] std::size_t tracked() const;

 private:
  using Network = std::array<unsigned char, 16>;

  // Failures since the window began.
  struct Count {
    net::Time began;
    unsigned failures = 0;
  };

  template <class Key>
  using Counts = std::unordered_map<Key, Count, net::OctetHash>;

  template <class Key>
  static bool is_over(Counts<Key>& counts,
                      const Key& key,
                      const std::optional<conf::Rate>& rate,
                      net::Time now);
  template <class Key>
  static unsigned count(Counts<Key>& counts, const Key& key, net::Duration window, net::Time now);

  net::Digest user_key(const LoginTry& login) const;

  net::DigestKey key_;
  mutable std::mutex mutex_;  // guards what follows
  Counts<Network> networks_;
  Counts<net::Digest> users_;                                         // of one network
  std::unordered_map<net::Digest, net::Time, net::OctetHash> wrong_;  // until then
};

}  // namespace postern::proxy
