// What the operator wrote: every setting, with its default.
//
// Plain structs without behaviour, one for each table of the file, in the order of the reference. A
// member has the name of its key; where the key has a dot, the member has an underscore. What each
// means and which values it may have stands in schema.cpp, one row for each member.
//
// Settings are made by load(), once, and shared as std::shared_ptr<const Settings>; a session keeps
// the ones that it began with. They can be moved but not copied, because secrets cannot.

#pragma once

#include "conf/network.hpp"
#include "conf/pop3_settings.hpp"
#include "conf/submission_settings.hpp"
#include "conf/values.hpp"
#include "conf/words.hpp"
#include "wire/secret.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::conf {

struct Server {
  std::string name;  // empty: the host name
  std::uint32_t workers = 0;
  std::uint32_t max_connections = 0;
  Duration drain_timeout = 60s;
  std::string user = "postern";
  std::vector<Network> trusted_proxies;
};

struct Log {
  LogLevel level = LogLevel::Info;
  LogFormat format = LogFormat::Logfmt;
  LogUsers users = LogUsers::Plain;
  std::vector<std::string> protocol_trace;
};

struct Admin {
  std::vector<Endpoint> listen = {{.address = "127.0.0.1", .port = 9464, .name = ""}};
};

// An empty optional is "off".
struct Limits {
  std::optional<std::uint32_t> per_address_connections = 64;
  std::optional<Rate> per_address_new = Rate{60, 1min};
  std::uint32_t per_user_sessions = 10;
  Percent memory = {75};
  Duration timeout_handshake = 10s;
  Duration timeout_login = 120s;
  Duration timeout_stalled = 10min;
};

struct Auth {
  std::vector<std::string> mechanisms = {"PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"};
  std::uint32_t max_attempts = 3;
  Duration failure_delay = 2s;
  Duration failure_delay_max = 15s;
  Duration negative_ttl = 10s;
  bool keep_secret = true;
  std::optional<Rate> throttle_per_address = Rate{30, 1h};
  std::optional<Rate> throttle_per_user = Rate{20, 1h};
};

struct State {
  std::filesystem::path path = "/var/lib/postern/state.db";  // empty: memory only
  Duration uid_table_expiry = std::chrono::days(90);
};

struct TlsProfile {
  std::string name;
  std::string extends;
  std::filesystem::path certificate;
  std::filesystem::path private_key;
  TlsVersion min_version = TlsVersion::Tls12;
  std::string ciphers = "intermediate";
  bool session_tickets = true;
  std::vector<std::string> server_names;  // lower case; "*.example.org" for one more label
};

struct Listener {
  std::string name;
  Protocol protocol = Protocol::Pop3;
  std::vector<Endpoint> listen;  // never empty, all ports set, once loaded
  ListenerTls tls = ListenerTls::Starttls;
  std::string tls_profile = "default";
  CleartextLogin cleartext_login = CleartextLogin::Never;
  std::vector<Network> cleartext_networks;
  ProxyProtocol proxy_protocol = ProxyProtocol::Off;
  std::vector<Network> allow;
  std::vector<Network> deny;
  std::uint32_t backlog = 1024;
  bool pop_before_smtp = false;
  Pop3Assignments pop3;
};

// Whose credentials go upstream: the client's own, or one fixed account for everybody.
struct UpstreamAuth {
  enum class Kind { Same, Fixed };

  Kind kind = Kind::Same;
  std::string user;
  wire::Secret password;
  std::string password_source;  // how the file gives it, without the secret; for dump()
};

struct Upstream {
  std::string name;
  Url url;
  std::vector<HostPort> backends;
  Balance balance = Balance::UserHash;
  UpstreamTls tls = UpstreamTls::Starttls;
  Verify verify;
  std::filesystem::path ca_file = "system";
  std::filesystem::path client_certificate;
  std::filesystem::path client_key;
  SendAddress send_client_address = SendAddress::Off;
  SendId id = SendId::Never;
  UpstreamAuth auth;

  Family family = Family::Auto;
  Pipeline pipeline = Pipeline::Auto;
  OpenMode open = OpenMode::Auto;
  bool enable_utf8 = false;
  std::vector<std::string> text_rules_in_use = {"too many", "simultaneous"};
  std::vector<std::string> text_rules_temporary = {"temporar",
                                                   "unavailable",
                                                   "try again",
                                                   "throttl",
                                                   "rate limit",
                                                   "timeout",
                                                   "internal",
                                                   "not connected",
                                                   "overload",
                                                   "backoff"};

  std::optional<std::uint32_t> max_connections;
  std::optional<std::uint32_t> max_connections_per_user;
  std::uint32_t max_logins = 512;
  std::uint32_t queue_length = 1000;
  Duration queue_timeout = 10s;

  Duration connect_timeout = 5s;
  Duration connect_timeout_total = 10s;
  Duration handshake_timeout = 10s;
  Duration greeting_timeout = 15s;
  Duration login_timeout = 30s;
  Duration command_timeout = 60s;
  Duration load_idle = 120s;
  Duration body_idle = 120s;
  Size body_rate_min = 128_B;
  Size literal_max = {2'147'483'647};
  Duration keepalive = 5min;
  std::uint32_t reconnects = 3;
  Duration park = 0s;
  std::uint32_t parks_max = 1000;
  Duration audit = 7 * 24h;

  Duration address_retry = 30s;
  std::uint32_t breaker_failures = 5;
  Percent breaker_share = {50};
  std::uint32_t breaker_window = 20;
  Duration breaker_hold = 5s;
  Duration breaker_backoff = 500ms;
  Duration breaker_backoff_max = 30s;

  Pop3Assignments pop3;
};

struct Route {
  std::string user = "*";  // a glob, or "re:" and a regular expression, not compiled here
  RouteProtocol protocol = RouteProtocol::Any;
  std::string upstream;
  std::string login_as = "{user}";
  std::string default_domain;
  bool lower_case = false;
  Pop3Assignments pop3;
};

// How IMAP is spoken until somebody is logged in, and how long the connection behind may be silent.
struct Imap {
  Duration idle_timeout = 35min;
  std::uint32_t bad_commands = 10;
  std::vector<std::string> pre_caps;  // empty: as learned from the upstreams
  std::vector<std::string> drop_caps;
  std::vector<std::string> referrals;  // names of upstreams
  std::string id_name = "postern";
  bool id_forward = true;
};

struct Settings {
  Server server;
  Log log;
  Admin admin;
  Limits limits;
  Auth auth;
  State state;
  Pop3 pop3;
  Imap imap;
  Submission submission;
  std::vector<TlsProfile> tls;      // by name, "extends" carried out
  std::vector<Listener> listeners;  // by name, at least one
  std::vector<Upstream> upstreams;  // by name, at least one
  std::vector<Route> routes;        // first match wins; never empty once loaded
};

// The profile, listener or upstream of that name, or null.
template <class T>
const T* find_named(const std::vector<T>& list, std::string_view name) {
  const auto found = std::ranges::find(list, name, &T::name);
  return found == list.end() ? nullptr : &*found;
}

}  // namespace postern::conf
