// See referral.hpp.

#include "proxy/referral.hpp"

#include "wire/ascii.hpp"
#include "wire/imap_url.hpp"

#include <algorithm>
#include <utility>

namespace postern::proxy {

namespace {

// Whether the upstream has an address of that name. A port that is not said is the usual one, by
// which nobody knows a server that has TLS from the first octet: then the name is enough.
bool is_meant(const conf::Upstream& upstream, const wire::imap::ServerUrl& url) {
  const auto same = [&](const conf::HostPort& address) {
    const std::uint16_t port = address.port != 0 ? address.port : upstream.url.to.port;
    return wire::equal_caseless(address.host, url.host) && (url.port == 0 || url.port == port);
  };
  return same(upstream.url.to) || std::ranges::any_of(upstream.backends, same);
}

}  // namespace

std::optional<Referral> find_referral(const conf::Settings& settings, std::string_view url) {
  auto server = wire::imap::parse_server_url(url);
  if (!server) return std::nullopt;
  for (std::size_t i = 0; i < settings.upstreams.size(); ++i) {
    const conf::Upstream& upstream = settings.upstreams[i];
    const auto& allowed = settings.imap.referrals;
    if (std::ranges::find(allowed, upstream.name) == allowed.end()) continue;
    if (is_meant(upstream, *server))
      return Referral{.upstream = i, .user = std::move(server->user)};
  }
  return std::nullopt;
}

}  // namespace postern::proxy
