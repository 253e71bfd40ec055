// The rows of everything but upstreams and [pop3]; and how the whole schema is told to people.
//
// The functions above the tables are the checks of single texts: they answer with nothing if the
// text is right, else with what would be right.

#include "conf/schema.hpp"

#include "conf/address.hpp"
#include "conf/policy.hpp"
#include "conf/schema_rows.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace postern::conf {

namespace {

std::string_view refuse_host_name(std::string_view text) {
  constexpr std::string_view kHint = R"(a host name has letters, digits, "-" and dots)";
  return text.empty() || is_host_name(text) ? std::string_view{} : kHint;
}

std::string_view refuse_account(std::string_view text) {
  constexpr std::string_view kHint = "write the name of a local account";
  return text.empty() || text.find_first_of(":/ ") != std::string_view::npos ? kHint
                                                                             : std::string_view{};
}

std::string_view refuse_mechanism(std::string_view text) {
  constexpr auto kKnown = words("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER");
  constexpr std::string_view kHint = R"(write "PLAIN", "LOGIN", "XOAUTH2" or "OAUTHBEARER")";
  return std::ranges::find(kKnown, text) == kKnown.end() ? kHint : std::string_view{};
}

std::string_view refuse_server_name(std::string_view text) {
  constexpr std::string_view kHint = R"(write a host name, or "*.example.org" for one more label)";
  const auto name = text.starts_with("*.") ? text.substr(2) : text;
  return is_host_name(name) ? std::string_view{} : kHint;
}

std::string_view refuse_pre_cap(std::string_view text) {
  constexpr std::string_view kHint = R"(write "LITERAL+" or "LITERAL-")";
  return text == "LITERAL+" || text == "LITERAL-" ? std::string_view{} : kHint;
}

std::string_view refuse_capability(std::string_view text) {
  constexpr std::string_view kHint =
      R"(write the name of one capability, such as "COMPRESS=DEFLATE")";
  const bool plain = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; });
  return text.empty() || !plain ? kHint : std::string_view{};
}

std::string_view refuse_id_name(std::string_view text) {
  constexpr std::string_view kHint = R"(write printable ASCII without quotes, at most 100 octets)";
  const auto good = [](char c) { return c >= ' ' && c < '\x7F' && c != '"' && c != '\\'; };
  return text.size() > 100 || !std::ranges::all_of(text, good) ? kHint : std::string_view{};
}

std::string_view refuse_empty(std::string_view text) {
  constexpr std::string_view kHint = "it must not be empty";
  return text.empty() ? kHint : std::string_view{};
}

// clang-format off: a table is read by its rows, key first, help below.

constexpr Setting<Server> kServer[] = {
    {"name", at<&Server::name>(), text(refuse_host_name),
     "what greetings and log lines call this machine; empty: its host name"},
    {"workers", at<&Server::workers>(), between(0, 1'024),
     "threads that serve sessions; 0: one for each CPU"},
    {"max_connections", at<&Server::max_connections>(), between(0, 1'000'000),
     "clients of all listeners together; 0: as many as the limit of open files allows"},
    {"drain_timeout", at<&Server::drain_timeout>(), between(0s, 24h),
     "how long busy sessions may go on after SIGTERM; idle ones end at once"},
    {"user", at<&Server::user>(), text(refuse_account),
     "the account to become, if started as root"},
    {"trusted_proxies", at<&Server::trusted_proxies>(), any(),
     "networks whose word about the client's address is taken (PROXY, XCLIENT, ID)"},
};

constexpr Setting<Log> kLog[] = {
    {"level", at<&Log::level>(), any(),
     "the least important level that is written, to standard error"},
    {"format", at<&Log::format>(), any(),
     "how a line is written: key=value, or one JSON object"},
    {"users", at<&Log::users>(), any(),
     "how user names appear: as they are, as a short digest, or not at all"},
    {"protocol_trace", at<&Log::protocol_trace>(), text(refuse_empty),
     "users or addresses whose protocol lines are logged; credentials never are"},
};

constexpr Setting<Admin> kAdmin[] = {
    {"listen", at<&Admin::listen>(), items(16),
     R"(where /metrics, /healthz and /readyz are served; "unix:PATH" takes commands too)"},
};

constexpr Setting<Limits> kLimits[] = {
    {"per_address.connections", at<&Limits::per_address_connections>(), between(1, 1'000'000),
     "clients at one time from one IPv4 address or IPv6 /64"},
    {"per_address.new", at<&Limits::per_address_new>(), any(),
     "new connections from one IPv4 address or IPv6 /64"},
    {"per_user.sessions", at<&Limits::per_user_sessions>(), between(1, 100'000),
     "sessions of one user at one time, all protocols together"},
    {"memory", at<&Limits::memory>(), between(Percent{1}, Percent{100}),
     "of the machine's memory or the cgroup's limit; above it new sessions are refused"},
    {"timeout.handshake", at<&Limits::timeout_handshake>(), a_wait(),
     "for a client's TLS handshake"},
    {"timeout.login", at<&Limits::timeout_login>(), a_wait(),
     "from connection to login, however busy the client is"},
    {"timeout.stalled", at<&Limits::timeout_stalled>(), a_wait(),
     "a client that takes no octet of an answer for so long is cut off"},
};

constexpr Setting<Auth> kAuth[] = {
    {"mechanisms", at<&Auth::mechanisms>(), text(refuse_mechanism),
     "what AUTH offers; the OAuth ones only while an upstream may have them"},
    {"max_attempts", at<&Auth::max_attempts>(), between(1, 100),
     "failed logins of one connection before it is closed"},
    {"failure_delay", at<&Auth::failure_delay>(), between(0s, 5min),
     "before a failed login is answered, give or take a fifth; doubled per failure of a network"},
    {"failure_delay_max", at<&Auth::failure_delay_max>(), between(0s, 5min),
     "what the doubling ends at"},
    {"negative_ttl", at<&Auth::negative_ttl>(), between(0s, 1h),
     "how long a refused user and password are refused without asking the upstream again"},
    {"keep_secret", at<&Auth::keep_secret>(), any(),
     "keep the password until the session ends, to reconnect to the upstream"},
    {"throttle.per_address", at<&Auth::throttle_per_address>(), any(),
     "failed logins from one IPv4 address or IPv6 /64 before it must wait"},
    {"throttle.per_user", at<&Auth::throttle_per_user>(), any(),
     "failed logins for one user from one network before both together must wait"},
};

constexpr Setting<State> kState[] = {
    {"path", at<&State::path>(), any(),
     "the file for what outlives a session, with index.db beside it; empty: memory only"},
    {"uid_table_expiry", at<&State::uid_table_expiry>(), between(24h, std::chrono::days(3650)),
     "how long what is known of a mailbox is kept that nobody opens, or of a message that is gone"},
};

constexpr Setting<TlsProfile> kTls[] = {
    {"extends", at<&TlsProfile::extends>(), any(),
     "another profile, whose values hold where this one says nothing (server_names excepted)"},
    {"certificate", at<&TlsProfile::certificate>(), any(),
     "PEM file: the certificate, then those that lead to its issuer"},
    {"private_key", at<&TlsProfile::private_key>(), any(),
     "PEM file, not open to others"},
    {"min_version", at<&TlsProfile::min_version>(), any(),
     "the oldest TLS that is accepted; below 1.2 is warned about"},
    {"ciphers", at<&TlsProfile::ciphers>(), text(refuse_empty),
     R"("modern", "intermediate", "legacy", or an OpenSSL cipher list)"},
    {"session_tickets", at<&TlsProfile::session_tickets>(), any(),
     "let clients resume; keys are random and change"},
    {"server_names", at<&TlsProfile::server_names>(), text(refuse_server_name),
     "clients that ask for one of these names (SNI) get this profile on every listener"},
};

constexpr Setting<Listener> kListener[] = {
    {"protocol", at<&Listener::protocol>(), required(),
     "what is spoken"},
    {"listen", at<&Listener::listen>(), items(16),
     R"(":110" is every address, "fd:NAME" a socket of systemd's; empty: the usual port)"},
    {"tls", at<&Listener::tls>(), any(),
     "no TLS, TLS on demand (STLS, STARTTLS), or TLS from the first octet"},
    {"tls_profile", at<&Listener::tls_profile>(), text(refuse_empty),
     "the [tls.NAME] for clients that ask for no name that another profile has"},
    {"cleartext_login", at<&Listener::cleartext_login>(), any(),
     "passwords without TLS: never, from loopback and cleartext_networks, or always (warned of)"},
    {"cleartext_networks", at<&Listener::cleartext_networks>(), any(),
     R"(what cleartext_login = "local" means besides loopback)"},
    {"proxy_protocol", at<&Listener::proxy_protocol>(), any(),
     "a PROXY header in front of each connection, from server.trusted_proxies and nobody else"},
    {"allow", at<&Listener::allow>(), any(),
     "only these networks may connect; empty: all"},
    {"deny", at<&Listener::deny>(), any(),
     "these networks may not connect, allowed or not"},
    {"backlog", at<&Listener::backlog>(), between(1, 65'535),
     "connections that the kernel keeps waiting"},
    {"pop_before_smtp", at<&Listener::pop_before_smtp>(), any(),
     R"(with submission.auth = "pop_before_smtp": mail without AUTH is taken here (warned of))"},
};

constexpr Setting<Imap> kImap[] = {
    {"idle_timeout", at<&Imap::idle_timeout>(), between(30min, 24h),
     "no octet in either direction for so long ends a session (RFC 9051 demands 30 minutes)"},
    {"bad_commands", at<&Imap::bad_commands>(), between(1, 10'000),
     "bad commands in a row before login that end a session"},
    {"pre_caps", at<&Imap::pre_caps>(), text(refuse_pre_cap),
     "LITERAL+ or LITERAL- before login; empty: what all upstreams are known to have"},
    {"drop_caps", at<&Imap::drop_caps>(), text(refuse_capability),
     "names left out of the capabilities that a client is told at login"},
    {"referrals", at<&Imap::referrals>(), any(),
     "the [upstream.NAME]s that a server may send a user to at login (RFC 2221); empty: none"},
    {"id_name", at<&Imap::id_name>(), text(refuse_id_name),
     "what ID is answered with as our name; empty: NIL"},
    {"id_forward", at<&Imap::id_forward>(), any(),
     "tell upstreams that get an ID from us what the client said in its own"},
};

constexpr Setting<Route> kRoute[] = {
    {"user", at<&Route::user>(), text(refuse_route_user),
     R"(whom it is for: a pattern with "*" and "?", or "re:" and a regular expression (RE2))"},
    {"protocol", at<&Route::protocol>(), any(),
     "for clients of this protocol"},
    {"upstream", at<&Route::upstream>(), required(),
     "the [upstream.NAME] where those users live"},
    {"login_as", at<&Route::login_as>(), text(refuse_login_template),
     "the user name for the upstream, from {user}, {local} and {domain}"},
    {"default_domain", at<&Route::default_domain>(), text(refuse_host_name),
     "added to user names without a domain, before everything else"},
    {"lower_case", at<&Route::lower_case>(), any(),
     "turn user names into lower case, before everything else"},
};

// clang-format on

template <class S>
Section describe(std::string header) {
  Section section{std::move(header), {}};
  const S defaults{};
  for (const auto& row : settings_of<S>()) {
    auto value = row.rule.required ? "required" : row.member.show(defaults);
    section.settings.push_back(
        {std::string(row.key), row.member.type(row.rule), std::move(value), std::string(row.help)});
  }
  return section;
}

}  // namespace

template <>
std::span<const Setting<Server>> settings_of<Server>() {
  return kServer;
}

template <>
std::span<const Setting<Log>> settings_of<Log>() {
  return kLog;
}

template <>
std::span<const Setting<Admin>> settings_of<Admin>() {
  return kAdmin;
}

template <>
std::span<const Setting<Limits>> settings_of<Limits>() {
  return kLimits;
}

template <>
std::span<const Setting<Auth>> settings_of<Auth>() {
  return kAuth;
}

template <>
std::span<const Setting<State>> settings_of<State>() {
  return kState;
}

template <>
std::span<const Setting<TlsProfile>> settings_of<TlsProfile>() {
  return kTls;
}

template <>
std::span<const Setting<Listener>> settings_of<Listener>() {
  return kListener;
}

template <>
std::span<const Setting<Imap>> settings_of<Imap>() {
  return kImap;
}

template <>
std::span<const Setting<Route>> settings_of<Route>() {
  return kRoute;
}

std::vector<Section> describe_schema() {
  return {describe<Server>("[server]"),
          describe<Log>("[log]"),
          describe<Admin>("[admin]"),
          describe<Limits>("[limits]"),
          describe<TlsProfile>("[tls.NAME]"),
          describe<Listener>("[listener.NAME]"),
          describe<Upstream>("[upstream.NAME]"),
          describe<Route>("[[route]]"),
          describe<Auth>("[auth]"),
          describe<Pop3>("[pop3]"),
          describe<Imap>("[imap]"),
          describe<Submission>("[submission]"),
          describe<State>("[state]")};
}

}  // namespace postern::conf
