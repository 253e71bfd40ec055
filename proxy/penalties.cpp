// Counting failures.

#include "proxy/penalties.hpp"

#include <algorithm>

namespace postern::proxy {

namespace {

// How long a failure weighs on the delay.
constexpr net::Duration kDelayWindow = std::chrono::hours(1);

// Makes room by dropping what no longer matters, or else whatever comes first.
template <class Map, class IsOld>
void keep_bounded(Map& map, std::size_t max, IsOld is_old) {
  if (map.size() < max) return;
  std::erase_if(map, is_old);
  if (map.size() >= max) map.erase(map.begin());
}

}  // namespace

net::Digest Penalties::user_key(const LoginTry& login) const {
  const Network network = login.client.network();
  return key_.hmac({login.upstream,
                    login.user,
                    {reinterpret_cast<const char*>(network.data()), network.size()}});
}

net::Digest Penalties::digest_of(const LoginTry& login) const {
  return key_.hmac({login.upstream, login.user, login.secret.reveal()});
}

Penalties::Advice Penalties::consult(const LoginTry& login,
                                     const conf::Auth& settings,
                                     net::Time now) {
  const net::Digest digest = digest_of(login);
  const net::Digest user = user_key(login);
  const Network network = login.client.network();
  const std::scoped_lock lock(mutex_);
  const auto known = wrong_.find(digest);
  if (known != wrong_.end() && now < known->second) return Advice::KnownWrong;
  const bool over = is_over(networks_, network, settings.throttle_per_address, now) ||
                    is_over(users_, user, settings.throttle_per_user, now);
  return over ? Advice::Throttled : Advice::Ask;
}

net::Duration Penalties::refused(const LoginTry& login, const conf::Auth& settings, net::Time now) {
  const net::Digest digest = digest_of(login);
  const net::Digest user = user_key(login);
  const Network network = login.client.network();
  const std::scoped_lock lock(mutex_);
  const auto known = wrong_.find(digest);
  const bool again = known != wrong_.end() && now < known->second;
  keep_bounded(wrong_, kEntriesMax, [now](const auto& entry) { return entry.second <= now; });
  wrong_[digest] = now + settings.negative_ttl;

  unsigned failures = 1;
  if (!again) {
    const auto window = [](const std::optional<conf::Rate>& rate) {
      return rate ? std::max<net::Duration>(rate->per, kDelayWindow) : kDelayWindow;
    };
    failures = count(networks_, network, window(settings.throttle_per_address), now);
    count(users_, user, window(settings.throttle_per_user), now);
  } else if (const auto found = networks_.find(network); found != networks_.end()) {
    failures = std::max(1U, found->second.failures);
  }
  net::Duration delay = settings.failure_delay;
  for (unsigned i = 1; i < failures && delay < settings.failure_delay_max; ++i)
    delay *= 2;
  return std::min<net::Duration>(delay, settings.failure_delay_max);
}

template <class Key>
bool Penalties::is_over(Counts<Key>& counts,
                        const Key& key,
                        const std::optional<conf::Rate>& rate,
                        net::Time now) {
  if (!rate) return false;
  const auto found = counts.find(key);
  if (found == counts.end()) return false;
  if (now - found->second.began >= rate->per) return false;
  return found->second.failures >= rate->events;
}

template <class Key>
unsigned Penalties::count(Counts<Key>& counts,
                          const Key& key,
                          net::Duration window,
                          net::Time now) {
  const auto is_old = [&](const auto& entry) { return now - entry.second.began >= window; };
  keep_bounded(counts, kEntriesMax, is_old);
  Count& entry = counts.try_emplace(key, Count{.began = now}).first->second;
  if (now - entry.began >= window) entry = {.began = now};
  return ++entry.failures;
}

std::size_t Penalties::tracked() const {
  const std::scoped_lock lock(mutex_);
  return networks_.size();
}

}  // namespace postern::proxy
