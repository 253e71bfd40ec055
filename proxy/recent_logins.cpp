// A table of addresses, and a short list for each.

#include "proxy/recent_logins.hpp"

#include "wire/ascii.hpp"

#include <algorithm>

namespace postern::proxy {

net::Digest RecentLogins::digest_of(std::string_view name) const {
  return key_.hmac({wire::upper_cased(name)});
}

void RecentLogins::note(const net::Address& client,
                        std::string_view user,
                        std::string_view login,
                        net::Time now) {
  const Account added{.user = digest_of(user), .login = digest_of(login), .seen_at = now};
  const std::scoped_lock lock(mutex_);
  if (!addresses_.contains(client.octets())) make_room();
  std::vector<Account>& accounts = addresses_[client.octets()];
  const auto same = std::ranges::find_if(accounts, [&](const Account& each) {
    return each.user == added.user && each.login == added.login;
  });
  if (same != accounts.end()) {
    same->seen_at = now;
    return;
  }
  if (accounts.size() == kAccountsMax) {
    accounts.erase(std::ranges::min_element(accounts, {}, &Account::seen_at));
  }
  accounts.push_back(added);
}

// Whoever has not been there for longest makes way; looked for only when the table is full, and
// then a good part of it goes at once.
void RecentLogins::make_room() {
  if (addresses_.size() < kAddressesMax) return;
  const auto newest = [](const auto& entry) {
    return std::ranges::max_element(entry.second, {}, &Account::seen_at)->seen_at;
  };
  std::vector<net::Time> times;
  times.reserve(addresses_.size());
  for (const auto& entry : addresses_)
    times.push_back(newest(entry));
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 4);
  std::ranges::nth_element(times, middle);
  std::erase_if(addresses_, [&](const auto& entry) { return newest(entry) <= *middle; });
}

RecentLogins::Advice RecentLogins::consult(const net::Address& client,
                                           std::string_view sender,
                                           const conf::Submission& settings,
                                           net::Time now) {
  const net::Digest name = digest_of(sender);
  const std::scoped_lock lock(mutex_);
  const auto found = addresses_.find(client.octets());
  if (found == addresses_.end()) return Advice::Stranger;
  const auto account = std::ranges::find_if(found->second, [&](const Account& each) {
    const bool is_it = each.user == name || each.login == name;
    return is_it && now - each.seen_at < settings.pop_window;
  });
  if (account == found->second.end()) return Advice::Stranger;
  const auto& rate = settings.pop_rate;
  if (!rate) return Advice::Send;
  if (account->messages == 0 || now - account->counting_since >= rate->per) {
    account->counting_since = now;
    account->messages = 0;
  }
  if (account->messages >= rate->events) return Advice::TooMany;
  ++account->messages;
  return Advice::Send;
}

}  // namespace postern::proxy
