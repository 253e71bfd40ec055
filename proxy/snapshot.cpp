// Which POP3 policy holds where.

#include "conf/overrides.hpp"
#include "proxy/services.hpp"

namespace postern::proxy {

void Snapshot::choose_policies() {
  policies.clear();
  for (const conf::Listener& listener : settings->listeners) {
    policies.push_back(conf::effective_pop3(*settings, listener, nullptr, nullptr));
  }
  for (const conf::Route& route : settings->routes) {
    const conf::Upstream* upstream = conf::find_named(settings->upstreams, route.upstream);
    for (const conf::Listener& listener : settings->listeners) {
      policies.push_back(conf::effective_pop3(*settings, listener, upstream, &route));
    }
  }
}

const conf::Pop3& Snapshot::policy_before_login(const Entry& entry) const {
  return policies[static_cast<std::size_t>(&entry - entries.data())];
}

const conf::Pop3& Snapshot::policy_after_login(const Entry& entry, const conf::Route& route) const {
  const auto listener = static_cast<std::size_t>(&entry - entries.data());
  const auto index = static_cast<std::size_t>(&route - settings->routes.data());
  return policies[entries.size() * (1 + index) + listener];
}

}  // namespace postern::proxy
