// Building a snapshot, and which POP3 policy holds where.

#include "proxy/snapshot.hpp"

#include "conf/overrides.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unistd.h>
#include <utility>

namespace postern::proxy {

metrics::Protocol counted(conf::Protocol protocol) {
  switch (protocol) {
    case conf::Protocol::Imap:
      return metrics::Protocol::Imap;
    case conf::Protocol::Submission:
      return metrics::Protocol::Submission;
    case conf::Protocol::Pop3:
      break;
  }
  return metrics::Protocol::Pop3;
}

std::string own_name(const conf::Settings& settings) {
  if (!settings.server.name.empty()) return settings.server.name;
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0') return "localhost";
  return name.data();
}

std::shared_ptr<const Snapshot> build_snapshot(const Blueprint& blueprint, const Ground& ground) {
  auto made = std::make_shared<Snapshot>();
  const conf::Settings& settings = *blueprint.settings;
  made->settings = blueprint.settings;
  made->own_addresses = blueprint.own_addresses;
  made->own_name = own_name(settings);
  for (const std::string& name : settings.auth.mechanisms) {
    if (const auto mechanism = wire::sasl::find_mechanism(name)) {
      made->mechanisms.push_back(*mechanism);
    }
  }
  for (std::size_t i = 0; i < settings.listeners.size(); ++i) {
    const conf::Listener& listener = settings.listeners[i];
    const net::ServerTls& tls = blueprint.tls->listeners[i];
    Entry entry{
        .settings = &listener, .metric = ground.names.listener(listener.name), .tls = nullptr};
    if (!tls.hosts.empty()) entry.tls = net::TlsContext::server(tls).value_or(nullptr);
    made->entries.push_back(std::move(entry));
  }
  const upstream::Surroundings around{
      ground.loop, ground.dialer, ground.random, ground.recorder, *made->own_addresses};
  for (std::size_t i = 0; i < settings.upstreams.size(); ++i) {
    const conf::Upstream& upstream = settings.upstreams[i];
    std::shared_ptr<const net::TlsContext> tls;
    if (upstream.tls != conf::UpstreamTls::Off) {
      tls = net::TlsContext::client(blueprint.tls->upstreams[i]).value_or(nullptr);
    }
    const metrics::Upstream metric = ground.names.upstream(upstream.name);
    made->upstreams.emplace_back();
    made->relays.emplace_back();
    if (upstream.url.is_smtp()) {
      made->relays.back() = std::make_unique<upstream::Relay>(
          around,
          upstream,
          metric,
          std::move(tls),
          upstream::Relay::Terms{.own_name = made->own_name,
                                 .profile_ttl = settings.submission.profile_ttl,
                                 .share = ground.share});
    } else {
      made->upstreams.back() = std::make_unique<upstream::Server>(
          around, upstream, metric, std::move(tls), ground.share);
    }
  }
  made->directory = std::make_unique<upstream::Directory>(settings);
  made->choose_policies();
  return made;
}

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

namespace {

// The upstreams that clients of this listener may come to: places in Settings::upstreams, each
// once.
std::vector<std::size_t> upstreams_behind(const conf::Settings& settings, const Entry& entry) {
  std::vector<std::size_t> places;
  const auto add = [&](const auto& upstream) {
    const auto place = static_cast<std::size_t>(upstream - settings.upstreams.begin());
    if (std::ranges::find(places, place) == places.end()) places.push_back(place);
  };
  const conf::Protocol protocol = entry.settings->protocol;
  for (const conf::Route& route : settings.routes) {
    const auto found = std::ranges::find(settings.upstreams, route.upstream, &conf::Upstream::name);
    if (upstream::Directory::is_for(route, *found, protocol)) add(found);
  }
  if (protocol == conf::Protocol::Imap) {
    for (const std::string& name : settings.imap.referrals)
      add(std::ranges::find(settings.upstreams, name, &conf::Upstream::name));
  }
  return places;
}

}  // namespace

std::vector<const upstream::Server*> Snapshot::servers_behind(const Entry& entry) const {
  std::vector<const upstream::Server*> servers;
  for (const std::size_t place : upstreams_behind(*settings, entry))
    servers.push_back(upstreams[place].get());
  return servers;
}

std::optional<upstream::KnownCapabilities> Snapshot::known_behind(const Entry& entry) const {
  std::optional<upstream::KnownCapabilities> known;
  for (const upstream::Server* const server : servers_behind(entry)) {
    const auto there = server->known();
    if (!there) return std::nullopt;
    if (!known) known = there;
    known->before_login = known->before_login.common_with(there->before_login);
    known->after_login = known->after_login.common_with(there->after_login);
  }
  return known;
}

std::vector<wire::sasl::Mechanism> Snapshot::mechanisms_behind(const Entry& entry) const {
  const std::vector<const upstream::Server*> servers = servers_behind(entry);
  std::vector<wire::sasl::Mechanism> offered = mechanisms;
  std::erase_if(offered, [&servers](wire::sasl::Mechanism mechanism) {
    const auto lacks_it = [mechanism](const upstream::Server* server) {
      const auto known = server->known();
      return known && !known->before_login.has(mechanism);
    };
    return wire::sasl::takes_token(mechanism) && std::ranges::all_of(servers, lacks_it);
  });
  return offered;
}

std::vector<upstream::Relay*> Snapshot::relays_behind(const Entry& entry) const {
  std::vector<upstream::Relay*> found;
  for (const std::size_t place : upstreams_behind(*settings, entry)) {
    if (relays[place] != nullptr) found.push_back(relays[place].get());
  }
  return found;
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
