// Cross checks of [submission], and of the listeners, routes and upstreams that belong to it.

#include "conf/findings.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>

namespace postern::conf {

namespace {

// Whether some route leads to a server of that kind.
bool leads_to(const Settings& settings, bool smtp) {
  return std::ranges::any_of(settings.routes, [&](const Route& route) {
    const auto* upstream = find_named(settings.upstreams, route.upstream);
    return upstream != nullptr && upstream->url.is_smtp() == smtp;
  });
}

void check_ways(const Settings& settings, Findings& findings) {
  const Submission& submission = settings.submission;
  for (const Listener& listener : settings.listeners) {
    if (listener.protocol != Protocol::Submission || leads_to(settings, true)) continue;
    findings.error(fmt::format("listener.{}.protocol", listener.name),
                   "no route leads to a submission server: add [upstream.submission] with url = "
                   "\"submission://HOST\"");
  }
  if (leads_to(settings, false)) return;
  if (submission.auth != SubmissionAuth::Passthrough) {
    findings.error("submission.auth", "it needs an IMAP server: no route leads to one");
  }
  if (submission.save_sent != SaveSent::Off) {
    findings.error("submission.save_sent", "it needs an IMAP server: no route leads to one");
  }
}

// A copy goes to the user's mailbox with the user's own password, after the session perhaps.
void check_copies(const Settings& settings, Findings& findings) {
  if (settings.submission.save_sent == SaveSent::Off || settings.auth.keep_secret) return;
  findings.error("submission.save_sent", "it needs the password: set auth.keep_secret = true");
}

void check_pop_before_smtp(const Settings& settings, Findings& findings) {
  const bool wanted = settings.submission.auth == SubmissionAuth::PopBeforeSmtp;
  bool used = false;
  for (const Listener& listener : settings.listeners) {
    if (!listener.pop_before_smtp) continue;
    used = true;
    const auto key = fmt::format("listener.{}.pop_before_smtp", listener.name);
    if (listener.protocol != Protocol::Submission) {
      findings.error(key, "it is for submission listeners");
    } else if (!wanted) {
      findings.error(key, "it needs submission.auth = \"pop_before_smtp\"");
    } else {
      findings.warning(key,
                       "whoever shares an address with somebody who read mail may send in that "
                       "user's name");
    }
  }
  if (!wanted) return;
  if (!used) {
    findings.error("submission.auth", "no submission listener has pop_before_smtp = true");
  }
  if (settings.submission.save_sent != SaveSent::Off) {
    findings.error("submission.save_sent", "who sends without AUTH shows no password to save with");
  }
}

void check_route_kind(const Settings& settings, std::size_t index, Findings& findings) {
  const Route& route = settings.routes[index];
  const auto* upstream = find_named(settings.upstreams, route.upstream);
  if (upstream == nullptr || route.protocol == RouteProtocol::Any) return;
  const bool sends = route.protocol == RouteProtocol::Submission;
  if (sends == upstream->url.is_smtp()) return;
  findings.error(fmt::format("route.{}.protocol", index + 1),
                 sends ? fmt::format("[upstream.{}] is an IMAP server", upstream->name)
                       : fmt::format("[upstream.{}] only takes submissions", upstream->name));
}

void check_referrals(const Settings& settings, Findings& findings) {
  for (const std::string& name : settings.imap.referrals) {
    const auto* upstream = find_named(settings.upstreams, name);
    if (upstream == nullptr || !upstream->url.is_smtp()) continue;
    findings.error("imap.referrals", fmt::format("[upstream.{}] only takes submissions", name));
  }
}

void check_send_address(const Upstream& upstream, Findings& findings) {
  const auto key = fmt::format("upstream.{}.send_client_address", upstream.name);
  if (upstream.url.is_smtp() && upstream.send_client_address == SendAddress::Id) {
    findings.error(key, R"("id" is for IMAP servers: write "xclient" or "proxy_v2")");
  }
  if (!upstream.url.is_smtp() && upstream.send_client_address == SendAddress::Xclient) {
    findings.error(key, R"("xclient" is for submission servers: write "id" or "proxy_v2")");
  }
}

}  // namespace

void check_submission(const Settings& settings, Findings& findings) {
  check_ways(settings, findings);
  check_copies(settings, findings);
  check_pop_before_smtp(settings, findings);
  for (std::size_t i = 0; i < settings.routes.size(); ++i)
    check_route_kind(settings, i, findings);
  check_referrals(settings, findings);
  for (const Upstream& upstream : settings.upstreams)
    check_send_address(upstream, findings);
}

}  // namespace postern::conf
