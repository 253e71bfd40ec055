// Cross checks of listeners and the TLS profiles that they use. Whether two endpoints collide is
// judged as Linux would: all addresses and one of them cannot have the same port in one family,
// and ":110" is both families.

#include "conf/address.hpp"
#include "conf/findings.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <string_view>
#include <vector>

namespace postern::conf {

namespace {

// An endpoint, and the key that it stands under.
struct Claim {
  const Endpoint* endpoint;
  std::string key;
};

bool is_ipv6(const Endpoint& endpoint) {
  return endpoint.address.contains(':');
}

bool is_every_address(const Endpoint& endpoint) {
  return endpoint.address.empty() || endpoint.address == "0.0.0.0" || endpoint.address == "::";
}

// True if the second could not be bound beside the first.
bool collide(const Endpoint& left, const Endpoint& right) {
  if (left.kind != right.kind) return false;
  if (left.kind != Endpoint::Kind::Tcp) return left.name == right.name;
  if (left.port != right.port || !left.port || *left.port == 0) return false;
  if (left.address == right.address || left.address.empty() || right.address.empty()) return true;
  if (is_ipv6(left) != is_ipv6(right)) return false;
  return is_every_address(left) || is_every_address(right);
}

void check_collisions(const Settings& settings, Findings& findings) {
  std::vector<Claim> claims;
  claims.reserve(settings.admin.listen.size() + settings.listeners.size());
  for (const Endpoint& endpoint : settings.admin.listen)
    claims.push_back({&endpoint, "admin.listen"});
  for (const Listener& listener : settings.listeners) {
    const auto key = fmt::format("listener.{}.listen", listener.name);
    if (findings.was_refused(key)) continue;
    for (const Endpoint& endpoint : listener.listen) {
      for (const Claim& claim : claims) {
        if (!collide(*claim.endpoint, endpoint)) continue;
        findings.error(key,
                       fmt::format("{} is taken by {} under {}",
                                   in_quotes(show(endpoint)),
                                   in_quotes(show(*claim.endpoint)),
                                   claim.key));
        break;
      }
      claims.push_back({&endpoint, key});
    }
  }
}

void check_certificate(const Settings& settings, const Listener& listener, Findings& findings) {
  const auto path = "listener." + listener.name;
  if (listener.tls == ListenerTls::Off || findings.was_refused(path + ".tls")) return;
  const auto* profile = find_named(settings.tls, listener.tls_profile);
  if (profile == nullptr && listener.tls_profile != "default") {
    findings.error(path + ".tls_profile",
                   fmt::format("there is no [tls.{}]", listener.tls_profile));
    return;
  }
  if (profile != nullptr && !profile->certificate.empty()) return;
  const auto key = fmt::format("tls.{}.certificate", listener.tls_profile);
  if (findings.was_refused(key)) return;
  const auto* word = listener.tls == ListenerTls::Starttls ? "starttls" : "implicit";
  findings.error(path + ".tls",
                 fmt::format("\"{}\" needs a certificate: set certificate and private_key in "
                             "[tls.{}], or write tls = \"off\"",
                             word,
                             listener.tls_profile));
}

void check_cleartext(const Listener& listener, Findings& findings) {
  const auto path = "listener." + listener.name;
  const auto key = path + ".cleartext_login";
  if (listener.cleartext_login == CleartextLogin::Always) {
    findings.warning(key, "passwords cross the network in clear");
  }
  if (listener.cleartext_login == CleartextLogin::Never && listener.tls == ListenerTls::Off &&
      !findings.was_refused(path + ".tls")) {
    findings.error(
        key, "without TLS and clear-text login nobody can log in: write \"local\", or set tls");
  }
  if (listener.cleartext_login != CleartextLogin::Local && !listener.cleartext_networks.empty() &&
      !findings.was_refused(key)) {
    findings.warning(path + ".cleartext_networks",
                     "it has no effect without cleartext_login = \"local\"");
  }
}

void check_proxy(const Settings& settings, const Listener& listener, Findings& findings) {
  if (listener.proxy_protocol != ProxyProtocol::Require) return;
  if (!settings.server.trusted_proxies.empty()) return;
  findings.error("listener." + listener.name + ".proxy_protocol",
                 "\"require\" lets nobody in without networks in server.trusted_proxies");
}

void check_kinds(const Listener& listener, Findings& findings) {
  for (const Endpoint& endpoint : listener.listen) {
    if (endpoint.kind != Endpoint::Kind::Unix) continue;
    findings.error(
        fmt::format("listener.{}.listen", listener.name),
        fmt::format("{} will not do here: clients come over TCP", in_quotes(show(endpoint))));
  }
}

// A name that two profiles have would be answered with either certificate.
void check_server_names(const Settings& settings, Findings& findings) {
  std::map<std::string_view, const TlsProfile*> owners;
  for (const TlsProfile& profile : settings.tls) {
    for (const std::string& name : profile.server_names) {
      const auto [found, added] = owners.emplace(name, &profile);
      if (added) continue;
      findings.error(
          fmt::format("tls.{}.server_names", profile.name),
          fmt::format("{} stands in [tls.{}] already", in_quotes(name), found->second->name));
    }
  }
}

void check_profile(const TlsProfile& profile, Findings& findings) {
  const auto path = "tls." + profile.name;
  const bool has_certificate = !profile.certificate.empty();
  const bool has_key = !profile.private_key.empty();
  if (has_certificate && !has_key && !findings.was_refused(path + ".private_key")) {
    findings.error(path + ".certificate", "it needs private_key beside it");
  }
  if (has_key && !has_certificate && !findings.was_refused(path + ".certificate")) {
    findings.error(path + ".private_key", "it needs certificate beside it");
  }
  if (!profile.server_names.empty() && !has_certificate && !has_key) {
    findings.error(path + ".server_names",
                   "names need certificate and private_key in this profile");
  }
  findings.expect_readable(path + ".certificate", profile.certificate);
  findings.expect_private(path + ".private_key", profile.private_key);

  if (profile.min_version >= TlsVersion::Tls12) return;
  findings.warning(path + ".min_version", "TLS before 1.2 protects little: only for old clients");
  if (profile.ciphers == "intermediate" || profile.ciphers == "modern") {
    findings.warning(path + ".ciphers", "TLS before 1.2 works with ciphers = \"legacy\" only");
  }
}

}  // namespace

void check_tls(const Settings& settings, Findings& findings) {
  for (const TlsProfile& profile : settings.tls)
    check_profile(profile, findings);
  check_server_names(settings, findings);
}

void check_listeners(const Settings& settings, Findings& findings) {
  if (settings.listeners.empty()) {
    findings.error("listener", "there is none: add [listener.pop3] with protocol = \"pop3\"");
  }
  for (const Listener& listener : settings.listeners) {
    check_kinds(listener, findings);
    check_certificate(settings, listener, findings);
    check_cleartext(listener, findings);
    check_proxy(settings, listener, findings);
  }
  check_collisions(settings, findings);
}

}  // namespace postern::conf
