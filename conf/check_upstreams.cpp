// Cross checks of upstreams, and of the routes that lead to them. Names are not looked up, so a
// loop that only the resolver knows of shows when the connection is made; here the texts decide.

#include "conf/address.hpp"
#include "conf/findings.hpp"
#include "conf/network.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <vector>

namespace postern::conf {

namespace {

bool is_loopback(std::string_view host) {
  const auto address = parse_address(host);
  return address ? address->is_loopback() : host == "localhost";
}

// The addresses that we would connect to, each with its port.
std::vector<HostPort> targets_of(const Upstream& upstream) {
  if (upstream.backends.empty()) return {upstream.url.to};
  std::vector<HostPort> targets = upstream.backends;
  for (HostPort& target : targets) {
    if (target.port == 0) target.port = upstream.url.to.port;
  }
  return targets;
}

// True if connecting there would come out at our own listener (as far as texts can tell).
bool is_own(const Endpoint& endpoint, const HostPort& target) {
  if (endpoint.kind != Endpoint::Kind::Tcp || endpoint.port != target.port) return false;
  if (endpoint.address == target.host) return true;
  const bool every =
      endpoint.address.empty() || endpoint.address == "0.0.0.0" || endpoint.address == "::";
  return is_loopback(target.host) && (every || is_loopback(endpoint.address));
}

void check_loop(const Settings& settings, const Upstream& upstream, Findings& findings) {
  for (const HostPort& target : targets_of(upstream)) {
    for (const Listener& listener : settings.listeners) {
      const auto own = [&](const Endpoint& endpoint) { return is_own(endpoint, target); };
      if (std::ranges::none_of(listener.listen, own)) continue;
      const auto* member = upstream.backends.empty() ? "url" : "backends";
      findings.error(
          fmt::format("upstream.{}.{}", upstream.name, member),
          fmt::format("{} is our own [listener.{}]", in_quotes(show(target)), listener.name));
      return;
    }
  }
}

void check_upstream_tls(const Upstream& upstream, Findings& findings) {
  const auto path = "upstream." + upstream.name;
  const auto targets = targets_of(upstream);
  const bool nearby =
      std::ranges::all_of(targets, [](const HostPort& target) { return is_loopback(target.host); });
  const bool may_be_clear =
      upstream.tls == UpstreamTls::Off || upstream.tls == UpstreamTls::Opportunistic;
  if (may_be_clear && !nearby && !findings.was_refused(path + ".url")) {
    findings.warning(path + ".tls", "passwords may cross the network in clear");
  }
  if (upstream.verify.kind == Verify::Kind::None && upstream.tls != UpstreamTls::Off) {
    findings.warning(path + ".verify",
                     "the certificate is not checked: whoever sits in between reads passwords");
  }
  if (upstream.client_certificate.empty() != upstream.client_key.empty()) {
    const auto* member = upstream.client_key.empty() ? ".client_certificate" : ".client_key";
    findings.error(path + member, "client_certificate and client_key go together");
  }
  if (upstream.ca_file != "system") findings.expect_readable(path + ".ca_file", upstream.ca_file);
  findings.expect_readable(path + ".client_certificate", upstream.client_certificate);
  findings.expect_private(path + ".client_key", upstream.client_key);
}

void check_times(const Upstream& upstream, Findings& findings) {
  const auto path = "upstream." + upstream.name;
  if (upstream.connect_timeout > upstream.connect_timeout_total) {
    findings.error(path + ".connect_timeout", "it must not exceed connect_timeout_total");
  }
  if (upstream.breaker_backoff > upstream.breaker_backoff_max) {
    findings.error(path + ".breaker.backoff", "it must not exceed breaker.backoff_max");
  }
}

void check_name(const Settings& settings,
                std::string_view name,
                const std::string& key,
                Findings& findings) {
  if (name.empty() || find_named(settings.upstreams, name) != nullptr) return;
  std::vector<std::string_view> names;
  names.reserve(settings.upstreams.size());
  for (const Upstream& upstream : settings.upstreams)
    names.push_back(upstream.name);
  const auto meant = did_you_mean(name, names);
  const auto hint = meant ? fmt::format(", did you mean \"{}\"?", *meant) : std::string();
  findings.error(key, fmt::format("there is no [upstream.{}]{}", name, hint));
}

void check_named_upstreams(const Settings& settings, Findings& findings) {
  for (std::size_t i = 0; i < settings.routes.size(); ++i) {
    check_name(
        settings, settings.routes[i].upstream, fmt::format("route.{}.upstream", i + 1), findings);
  }
  for (const std::string& name : settings.imap.referrals)
    check_name(settings, name, "imap.referrals", findings);
}

void check_order(const Settings& settings, Findings& findings) {
  for (std::size_t i = 0; i + 1 < settings.routes.size(); ++i) {
    const Route& route = settings.routes[i];
    if (route.user != "*" || route.protocol != RouteProtocol::Any) continue;
    if (findings.was_refused(fmt::format("route.{}.user", i + 1))) continue;
    const auto* upstream = find_named(settings.upstreams, route.upstream);
    for (std::size_t later = i + 1; later < settings.routes.size() && upstream; ++later) {
      const auto* other = find_named(settings.upstreams, settings.routes[later].upstream);
      if (other != nullptr && other->url.is_smtp() != upstream->url.is_smtp()) continue;
      findings.warning(fmt::format("route.{}", later + 1),
                       fmt::format("never reached: route {} takes every user", i + 1));
      return;
    }
  }
}

void check_use(const Settings& settings, Findings& findings) {
  for (const Upstream& upstream : settings.upstreams) {
    const auto leads_here = [&](const Route& route) { return route.upstream == upstream.name; };
    const auto& referrals = settings.imap.referrals;
    const bool referred = std::ranges::find(referrals, upstream.name) != referrals.end();
    if (referred || std::ranges::any_of(settings.routes, leads_here)) continue;
    findings.warning("upstream." + upstream.name, "no route leads here");
  }
}

}  // namespace

void check_upstreams(const Settings& settings, Findings& findings) {
  if (settings.upstreams.empty()) {
    findings.error("upstream", "there is none: add [upstream.imap] with url = \"imaps://HOST\"");
  }
  for (const Upstream& upstream : settings.upstreams) {
    check_loop(settings, upstream, findings);
    check_upstream_tls(upstream, findings);
    check_times(upstream, findings);
    const bool vouches =
        upstream.url.is_smtp() && settings.submission.auth != SubmissionAuth::Passthrough;
    if (upstream.auth.kind != UpstreamAuth::Kind::Fixed || vouches) continue;
    findings.warning("upstream." + upstream.name + ".auth",
                     "every client gets this one account: its own password is not checked");
  }
}

void check_routes(const Settings& settings, Findings& findings) {
  if (settings.routes.empty()) {
    if (settings.upstreams.size() > 1) {
      findings.error(
          "route",
          "there is none, but several upstreams of a kind: add [[route]] with upstream = \"NAME\"");
    }
    return;
  }
  check_named_upstreams(settings, findings);
  check_order(settings, findings);
  check_use(settings, findings);
}

}  // namespace postern::conf
