// Tables with a name of their own ([listener.NAME]) are read by one function, whatever they are.
// Names appear in metrics and log lines, so their octets and their length are bounded, and so is
// the number of things that have one.

#include "conf/assemble.hpp"

#include "conf/section.hpp"
#include "conf/tls_inheritance.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

namespace postern::conf {

namespace {

constexpr std::size_t kNameOctetsMax = 32;

struct Ports {
  std::uint16_t starttls;
  std::uint16_t implicit;
};

Ports usual_ports(Protocol protocol) {
  switch (protocol) {
    case Protocol::Imap:
      return {.starttls = 143, .implicit = 993};
    case Protocol::Submission:
      return {.starttls = 587, .implicit = 465};
    case Protocol::Pop3:
      break;
  }
  return {.starttls = 110, .implicit = 995};
}

constexpr auto kTables = words("include",
                               "server",
                               "log",
                               "admin",
                               "limits",
                               "tls",
                               "listener",
                               "upstream",
                               "route",
                               "auth",
                               "pop3",
                               "imap",
                               "submission",
                               "state");
constexpr auto kLaterTables = words("lookup", "oauth");
constexpr auto kPop3Table = words("pop3");

bool is_name(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  return !text.empty() && text.size() <= kNameOctetsMax && std::ranges::all_of(text, allowed);
}

template <class S>
void read_one(const Table& root, const std::string& path, S& out, Reading& reading) {
  const Entry* entry = find(root, path);
  if (entry != nullptr) SectionReader<S>(path, reading).read(entry->node, out);
}

void read_overrides(const Node& node,
                    const std::string& path,
                    Pop3Assignments& out,
                    Reading& reading) {
  const auto* table = node.as<Table>();
  const Entry* entry = table == nullptr ? nullptr : find(*table, "pop3");
  if (entry == nullptr) return;
  for (const auto* row :
       SectionReader<Pop3>(path + ".pop3", reading).read(entry->node, out.values)) {
    out.keys.push_back(row->key);
  }
}

// One [kind.NAME]; S decides how.
void read_named(const Node& node, const std::string& path, Listener& out, Reading& reading) {
  SectionReader<Listener>(path, reading, kPop3Table).read(node, out);
  read_overrides(node, path, out.pop3, reading);
}

void read_named(const Node& node, const std::string& path, Upstream& out, Reading& reading) {
  SectionReader<Upstream>(path, reading, kPop3Table).read(node, out);
  read_overrides(node, path, out.pop3, reading);
}

void read_named(const Node& node, const std::string& path, WrittenTls& out, Reading& reading) {
  for (const auto* row : SectionReader<TlsProfile>(path, reading).read(node, out.profile)) {
    out.rows.push_back(row);
  }
}

std::string& name_of(Listener& listener) {
  return listener.name;
}

std::string& name_of(Upstream& upstream) {
  return upstream.name;
}

std::string& name_of(WrittenTls& tls) {
  return tls.profile.name;
}

// All of [kind.NAME].
template <class S>
std::vector<S> read_all_named(const Table& root,
                              const std::string& kind,
                              std::size_t most,
                              Reading& reading) {
  std::vector<S> result;
  const Entry* group = find(root, kind);
  if (group == nullptr) return result;
  const auto* table = group->node.as<Table>();
  if (table == nullptr) {
    reading.problems.error(group->node.place, kind, fmt::format("write [{}.NAME]", kind));
    return result;
  }
  for (const Entry& entry : *table) {
    if (entry.node.as<Table>() == nullptr) {
      reading.problems.error(
          entry.place,
          kind,
          fmt::format(
              "{} stands in no named table: write [{}.NAME] above it", in_quotes(entry.key), kind));
      continue;
    }
    const auto path = kind + "." + entry.key;
    if (!is_name(entry.key)) {
      reading.problems.error(entry.place,
                             kind,
                             fmt::format(R"({} is no name: at most {} letters, digits, "-", "_")",
                                         in_quotes(entry.key),
                                         kNameOctetsMax));
      continue;
    }
    if (result.size() == most) {
      reading.problems.error(entry.place, kind, fmt::format("there are more than {}", most));
      return result;
    }
    S& added = result.emplace_back();
    name_of(added) = entry.key;
    read_named(entry.node, path, added, reading);
  }
  return result;
}

std::vector<Route> read_routes(const Table& root, Reading& reading) {
  std::vector<Route> routes;
  const Entry* entry = find(root, "route");
  if (entry == nullptr) return routes;
  const auto* items = entry->node.as<Array>();
  if (items == nullptr) {
    reading.problems.error(entry->node.place, "route", "routes are written [[route]]");
    return routes;
  }
  for (const Node& node : *items) {
    if (routes.size() == kRoutesMax) {
      reading.problems.error(
          node.place, "route", fmt::format("there are more than {}", kRoutesMax));
      break;
    }
    Route& route = routes.emplace_back();
    const auto path = fmt::format("route.{}", routes.size());
    SectionReader<Route>(path, reading, kPop3Table).read(node, route);
    read_overrides(node, path, route.pop3, reading);
  }
  return routes;
}

void refuse_unknown_tables(const Table& root, Reading& reading) {
  for (const Entry& entry : root) {
    if (reading.problems.is_full()) return;
    if (std::ranges::find(kTables, entry.key) != kTables.end()) continue;
    if (std::ranges::find(kLaterTables, entry.key) != kLaterTables.end()) {
      reading.problems.error(entry.place, entry.key, "not in this version");
      continue;
    }
    refuse_unknown_key(entry, "top level", kTables, reading);
  }
}

// Host names are compared without case; afterwards octets are enough.
void settle_names(TlsProfile& profile) {
  const auto to_lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  for (std::string& name : profile.server_names)
    std::ranges::transform(name, name.begin(), to_lower);
}

// What a listener is reached at, if it does not say.
void settle_endpoints(Listener& listener) {
  const Ports ports = usual_ports(listener.protocol);
  const auto usual = listener.tls == ListenerTls::Implicit ? ports.implicit : ports.starttls;
  if (listener.listen.empty()) listener.listen.emplace_back();
  for (Endpoint& endpoint : listener.listen) {
    if (endpoint.kind == Endpoint::Kind::Tcp && !endpoint.port) endpoint.port = usual;
  }
}

// The URL decides about TLS from the first octet; the setting may repeat it, but not contradict.
void settle_tls(Upstream& upstream, Reading& reading) {
  const auto key = fmt::format("upstream.{}.tls", upstream.name);
  const bool implicit = upstream.tls == UpstreamTls::Implicit;
  const auto* place = reading.origins.find(key);
  const std::string_view tls_scheme = upstream.url.is_smtp() ? "submissions" : "imaps";
  if (place != nullptr && upstream.url.implicit_tls() && !implicit) {
    reading.problems.error(
        *place,
        key,
        fmt::format("{}:// is TLS from the first octet: write \"implicit\", or leave it out",
                    tls_scheme));
  }
  if (place != nullptr && !upstream.url.implicit_tls() && implicit &&
      !upstream.url.to.host.empty()) {
    reading.problems.error(
        *place, key, fmt::format("\"implicit\" needs a URL that begins with {}://", tls_scheme));
  }
  if (upstream.url.implicit_tls()) upstream.tls = UpstreamTls::Implicit;
}

// Mail servers may look a client up before they greet it: RFC 5321 wants clients that wait.
void settle_patience(Upstream& upstream, const Reading& reading) {
  constexpr auto kMailServer = std::chrono::seconds(60);
  const auto key = fmt::format("upstream.{}.greeting_timeout", upstream.name);
  if (!upstream.url.is_smtp() || reading.origins.find(key) != nullptr) return;
  upstream.greeting_timeout = kMailServer;
}

// Who has one server to read from and at most one to send by needs no routes.
void add_evident_routes(Settings& settings) {
  const auto sends = [](const Upstream& upstream) { return upstream.url.is_smtp(); };
  const auto relays = std::ranges::count_if(settings.upstreams, sends);
  const auto all = std::ranges::distance(settings.upstreams);
  if (relays > 1 || all - relays > 1) return;
  for (const Upstream& upstream : settings.upstreams)
    settings.routes.emplace_back().upstream = upstream.name;
}

}  // namespace

void refuse_unknown_key(const Entry& entry,
                        std::string_view where,
                        std::span<const std::string_view> known,
                        Reading& reading) {
  auto what = fmt::format("unknown key {}", in_quotes(entry.key));
  if (const auto meant = did_you_mean(entry.key, known)) {
    what += fmt::format(", did you mean \"{}\"?", *meant);
  }
  reading.problems.error(entry.place, where, std::move(what));
}

Settings assemble(const Node& root, Reading& reading) {
  const auto& table = std::get<Table>(root.value);
  refuse_unknown_tables(table, reading);
  Settings settings;
  read_one(table, "server", settings.server, reading);
  read_one(table, "log", settings.log, reading);
  read_one(table, "admin", settings.admin, reading);
  read_one(table, "limits", settings.limits, reading);
  read_one(table, "auth", settings.auth, reading);
  read_one(table, "state", settings.state, reading);
  read_one(table, "pop3", settings.pop3, reading);
  read_one(table, "imap", settings.imap, reading);
  read_one(table, "submission", settings.submission, reading);
  settings.tls =
      inherit(read_all_named<WrittenTls>(table, "tls", kTlsProfilesMax, reading), reading);
  settings.listeners = read_all_named<Listener>(table, "listener", kListenersMax, reading);
  settings.upstreams = read_all_named<Upstream>(table, "upstream", kUpstreamsMax, reading);
  settings.routes = read_routes(table, reading);

  for (TlsProfile& profile : settings.tls)
    settle_names(profile);
  for (Listener& listener : settings.listeners)
    settle_endpoints(listener);
  for (Upstream& upstream : settings.upstreams) {
    settle_tls(upstream, reading);
    settle_patience(upstream, reading);
  }
  if (settings.routes.empty()) add_evident_routes(settings);
  return settings;
}

}  // namespace postern::conf
