// The checks of small tables, and how a finding becomes a problem. The checks of TLS, listeners,
// upstreams and routes have files of their own. Settings of [pop3] that belong together are
// looked at once for each table that changes one of them.

#include "conf/check.hpp"

#include "conf/address.hpp"
#include "conf/files.hpp"
#include "conf/findings.hpp"
#include "conf/network.hpp"
#include "conf/overrides.hpp"

#include <fmt/format.h>
#include <utility>

namespace postern::conf {

namespace {

void check_admin(const Admin& admin, Findings& findings) {
  for (const Endpoint& endpoint : admin.listen) {
    if (endpoint.kind == Endpoint::Kind::Unix) continue;
    if (endpoint.kind == Endpoint::Kind::Inherited || !endpoint.port) {
      findings.error("admin.listen",
                     fmt::format(R"({} will not do here: write "127.0.0.1:9464" or "unix:/path")",
                                 in_quotes(show(endpoint))));
      continue;
    }
    const auto address = parse_address(endpoint.address);
    if (address && address->is_loopback()) continue;
    findings.warning(
        "admin.listen",
        fmt::format("whoever reaches {} can read metrics and health", in_quotes(show(endpoint))));
  }
}

void check_auth(const Auth& auth, Findings& findings) {
  if (auth.failure_delay > auth.failure_delay_max) {
    findings.error("auth.failure_delay", "it must not exceed auth.failure_delay_max");
  }
}

void check_imap(const Imap& imap, Findings& findings) {
  if (imap.pre_caps.empty()) return;
  findings.warning("imap.pre_caps",
                   "clients go on using it after login: every upstream must have it");
}

void check_queue(const Pop3& pop3, const std::string& path, Findings& findings) {
  if (pop3.out_low < pop3.out_high) return;
  findings.error(path + ".out_low", "it must be less than out_high, or reading never goes on");
}

// [pop3] itself, and as it is with each set of assignments by itself.
void check_pop3(const Settings& settings, Findings& findings) {
  check_queue(settings.pop3, "pop3", findings);
  const auto check_upon = [&](const Pop3Assignments& assignments, const std::string& path) {
    if (assignments.keys.empty()) return;
    Pop3 pop3 = settings.pop3;
    apply(assignments, pop3);
    if (pop3.out_low == settings.pop3.out_low && pop3.out_high == settings.pop3.out_high) return;
    check_queue(pop3, path, findings);
  };
  for (const auto& one : settings.upstreams) {
    check_upon(one.pop3, fmt::format("upstream.{}.pop3", one.name));
  }
  for (const auto& one : settings.listeners) {
    check_upon(one.pop3, fmt::format("listener.{}.pop3", one.name));
  }
  for (std::size_t i = 0; i < settings.routes.size(); ++i) {
    check_upon(settings.routes[i].pop3, fmt::format("route.{}.pop3", i + 1));
  }
}

}  // namespace

void Findings::error(const std::string& key, std::string what) {
  if (was_refused(key)) return;
  reading_.problems.error(reading_.origins.nearest(key), key, std::move(what));
}

void Findings::warning(const std::string& key, std::string what) {
  if (was_refused(key)) return;
  reading_.problems.warning(reading_.origins.nearest(key), key, std::move(what));
}

bool Findings::note(const std::filesystem::path& path) {
  return reading_.looks_at_disk && !path.empty() && looked_at_.insert(path).second;
}

void Findings::expect_readable(const std::string& key, const std::filesystem::path& path) {
  if (!note(path)) return;
  const auto why = why_unreadable(path);
  if (why) error(key, fmt::format("{} {}", in_quotes(path.native()), *why));
}

void Findings::expect_private(const std::string& key, const std::filesystem::path& path) {
  if (!note(path)) return;
  auto why = why_unreadable(path);
  if (!why) why = why_not_private(path);
  if (why) error(key, fmt::format("{} {}", in_quotes(path.native()), *why));
}

void check(const Settings& settings, Reading& reading) {
  Findings findings(reading);
  check_admin(settings.admin, findings);
  check_auth(settings.auth, findings);
  check_pop3(settings, findings);
  check_imap(settings.imap, findings);
  check_tls(settings, findings);
  check_listeners(settings, findings);
  check_upstreams(settings, findings);
  check_routes(settings, findings);
  check_submission(settings, findings);
}

}  // namespace postern::conf
