// Before login.

#include "proxy/imap_authorization.hpp"

#include "proxy/referral.hpp"
#include "proxy/trouble.hpp"
#include "wire/ascii.hpp"
#include "wire/imap_reply.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace postern::proxy {

using metrics::AuthResult;
using metrics::EndReason;
using net::Task;
using wire::imap::Condition;
namespace imap = wire::imap;
namespace sasl = wire::sasl;

ImapAuthorization::ImapAuthorization(Session& session)
    : session_(session), talk_(session), login_(session, conf::Protocol::Imap) {}

Task<> ImapAuthorization::greet() {
  const std::string& mark = session_.snapshot().own_addresses->mark();
  const std::string greeting =
      imap::status_line("",
                        Condition::Ok,
                        "CAPABILITY " + talk_.capabilities(),
                        mark.empty() ? "IMAP ready" : "IMAP ready " + mark);
  co_await talk_.say(greeting);
}

Task<std::optional<ImapPassage>> ImapAuthorization::run() {
  co_await session_.expect_words();
  Next next = Next::Go;
  while (next == Next::Go && !joined_) {
    const net::Time since = session_.loop().exact_now();
    imap::Request request = co_await talk_.next_request();
    tag_ = request.tag;
    const metrics::Command name = counted(imap::verb_of(request.body));
    next = co_await obey(request.body);
    session_.recorder().observe(metrics::kMetrics.command_duration(session_.protocol(), name),
                                session_.loop().exact_now() - since);
  }
  if (!joined_) co_return std::nullopt;
  co_return ImapPassage{.passage = std::move(joined_->passage), .seat = std::move(seat_)};
}

// The command table.
Task<Next> ImapAuthorization::obey(imap::RequestBody& body) {
  return std::visit(
      Overloaded{
          [this](imap::CapabilityRequest&) { return capability(); },
          [this](imap::NoopRequest&) { return done(); },
          [this](imap::StartTlsRequest&) { return start_tls(); },
          [this](imap::LogoutRequest&) { return logout(); },
          [this](imap::IdRequest& r) { return id(r); },
          [this](imap::LoginRequest& r) { return login(r); },
          [this](imap::AuthenticateRequest& r) { return authenticate(r); },
          [this](imap::LaterRequest&) { return talk_.say_mistake(tag_, "log in first"); },
          [this](wire::Malformed& r) { return talk_.say_mistake(tag_, r.why); },
      },
      body);
}

// A command was in order and is over; what goes before its tagged answer is given.
Task<Next> ImapAuthorization::done(std::string before) {
  talk_.forgive();
  const std::string answer = before + imap::status_line(tag_, Condition::Ok, "", "completed");
  co_await talk_.say(answer);
  co_return Next::Go;
}

Task<Next> ImapAuthorization::capability() {
  asked_capabilities_ = true;
  return done(imap::capability_line(talk_.capabilities()));
}

Task<Next> ImapAuthorization::logout() {
  session_.end(EndReason::Quit);
  const std::string answer =
      imap_goodbye("", "logging out") + imap::status_line(tag_, Condition::Ok, "", "completed");
  co_await talk_.say(answer);
  co_return Next::Stop;
}

Task<Next> ImapAuthorization::start_tls() {
  if (!session_.can_start_tls()) co_return co_await talk_.say_mistake(tag_, "no STARTTLS now");
  // What is here already came in clear and was meant to be taken for something said inside TLS.
  if (session_.was_injected()) co_return Next::Stop;
  (void)co_await done();
  co_await session_.secure();
  id_.clear();
  asked_capabilities_ = false;
  co_return Next::Go;
}

// ---- ID

Task<Next> ImapAuthorization::id(imap::IdRequest& request) {
  believe(request.pairs);
  id_ = std::move(request.pairs);
  return done(imap::id_line(session_.settings().imap.id_name));
}

// A trusted proxy in front of us tells by ID whom it speaks for, unless it did so by a PROXY
// header; of others such words are dropped.
void ImapAuthorization::believe(const std::vector<imap::IdPair>& pairs) {
  const bool believes = session_.peer_is_trusted_proxy() &&
                        session_.entry().settings->proxy_protocol == conf::ProxyProtocol::Off;
  net::Address client = session_.client_address();
  net::Address listener = session_.facts().listener;
  std::uint64_t dropped = 0;
  for (const imap::IdPair& pair : pairs) {
    if (!wire::starts_with_caseless(pair.name, "x-") || !pair.value) continue;
    if (!believes) {
      ++dropped;
      continue;
    }
    const std::string& value = *pair.value;
    const auto is = [&pair](std::string_view name) {
      return wire::equal_caseless(pair.name, name);
    };
    if (is("x-originating-ip")) {
      client = net::Address::parse(value, client.port()).value_or(client);
    } else if (is("x-connected-ip")) {
      listener = net::Address::parse(value, listener.port()).value_or(listener);
    } else if (is("x-originating-port") || is("x-connected-port")) {
      const auto port = wire::parse_number(value, UINT16_MAX);
      if (port)
        (is("x-connected-port") ? listener : client).set_port(static_cast<std::uint16_t>(*port));
    } else if (is("x-proxy-ttl")) {
      const auto hops = wire::parse_number(value, UINT8_MAX);
      if (hops) session_.set_hops(*hops > 0 ? static_cast<unsigned>(*hops) - 1 : 0);
    } else if (is("x-session-id")) {
      session_.set_outer_name(wire::printable(value, 100));
    } else if (is("x-client-transport")) {
      session_.set_secure_in_front(wire::equal_caseless(value, "TLS"));
    } else if (is("x-connected-name")) {
      session_.set_server_name(wire::printable(value, 255));
    }
  }
  if (dropped > 0) session_.log().write(metrics::IdDropped{.pairs = dropped});
  if (!believes) return;
  session_.set_client_address(client);
  session_.set_listener_address(listener);
}

// ---- credentials

Task<Next> ImapAuthorization::login(imap::LoginRequest& request) {
  if (!session_.may_log_in()) {
    talk_.forgive();
    login_.note(metrics::Mechanism::LoginCommand, AuthResult::CleartextDenied);
    const std::string answer = imap_refuse_in_clear(tag_);
    co_await talk_.say(answer);
    co_return Next::Go;
  }
  sasl::Credentials credentials{.mechanism = sasl::Mechanism::Plain,
                                .user = std::move(request.user),
                                .secret = std::move(request.password)};
  co_return co_await log_in(std::move(credentials), metrics::Mechanism::LoginCommand);
}

Task<Next> ImapAuthorization::authenticate(const imap::AuthenticateRequest& request) {
  const auto mechanism = sasl::find_mechanism(request.mechanism);
  // What was not offered may be there by now: the server is asked.
  const auto& known = session_.snapshot().mechanisms;
  const bool usable = mechanism && std::ranges::find(known, *mechanism) != known.end();
  if (!usable || !session_.may_log_in()) {
    if (usable) login_.note(proxy::counted(*mechanism), AuthResult::CleartextDenied);
    talk_.forgive();
    const std::string answer = usable ? imap_refuse_in_clear(tag_) : imap_refuse_mechanism(tag_);
    co_await talk_.say(answer);
    co_return Next::Go;
  }
  Heard heard =
      co_await hear_credentials(session_, login_, *mechanism, request.initial_response, *this);
  if (auto* credentials = std::get_if<sasl::Credentials>(&heard)) {
    co_return co_await log_in(std::move(*credentials), proxy::counted(*mechanism));
  }
  co_return co_await talk_.say_mistake(tag_, std::get<std::string_view>(heard));
}

Task<std::optional<std::string_view>> ImapAuthorization::ask(std::string base64) {
  const std::string line = "+ " + base64 + "\r\n";
  co_await talk_.say(line);
  co_return co_await talk_.next_answer();
}

Task<Next> ImapAuthorization::log_in(sasl::Credentials credentials, metrics::Mechanism mechanism) {
  talk_.forgive();
  const sasl::Mechanism said_by = credentials.mechanism;
  const LoginOutcome outcome = co_await login_.attempt(std::move(credentials), mechanism, *this);
  if (outcome.end == LoginEnd::Ok) co_return co_await welcome();
  co_await relay_challenge(outcome, said_by, *this);
  co_return co_await say_refusal(outcome);
}

// The last words of ours: from here on the client talks with its upstream.
Task<Next> ImapAuthorization::welcome() {
  session_.enter(metrics::SessionState::Spliced);
  const upstream::Keepsake& keepsake = joined_->keepsake;
  const std::string names =
      imap::capabilities_after_login(keepsake.capabilities, session_.settings().imap.drop_caps);
  std::string answer;
  if (asked_capabilities_) answer += imap::capability_line(names);
  for (const auto& alert : keepsake.alerts)
    answer += imap::status_line("", alert.condition, "ALERT", alert.text);
  answer += imap::status_line(tag_, Condition::Ok, "CAPABILITY " + names, "Logged in");
  co_await talk_.say(answer);
  co_return Next::Go;
}

Task<Next> ImapAuthorization::say_refusal(const LoginOutcome& outcome) {
  std::string answer;
  switch (outcome.end) {
    case LoginEnd::Ok:
    case LoginEnd::Refused:
    case LoginEnd::Failed:
      answer = imap_refusal(tag_, outcome.error);
      break;
    case LoginEnd::Busy:
    case LoginEnd::Early:
      answer = imap_refuse_busy(tag_);
      break;
    case LoginEnd::Throttled:
      answer = imap_refuse_throttled(tag_);
      break;
  }
  if (outcome.last_try) answer += imap_goodbye("", "too many failed logins");
  co_await talk_.say(answer);
  if (!outcome.last_try) co_return Next::Go;
  session_.end(EndReason::AuthFailed, "too many failed logins");
  co_return Next::Stop;
}

Task<LoginEnd> ImapAuthorization::open(LoginTarget target) {
  auto done = co_await net::attempt(join(target));
  if (!done && follows(done.error(), target)) done = co_await net::attempt(join(target));
  if (!done) co_await fail(std::move(done.error()));
  const conf::Upstream& upstream = target.server->settings();
  auto seat = session_.services().shared.occupancy.take(
      {.key = {.upstream = upstream.name, .user = target.account.user, .mailbox = {}},
       .sessions_max = session_.sessions_max(upstream),
       .lock = conf::Lock::None,
       .evict = {}});
  if (!seat) {
    joined_.reset();
    co_return LoginEnd::Busy;
  }
  seat_ = std::move(*seat);
  co_return LoginEnd::Ok;
}

Task<> ImapAuthorization::join(const LoginTarget& target) {
  upstream::ClientFacts facts = session_.facts();
  if (session_.settings().imap.id_forward) {
    for (const imap::IdPair& pair : id_)
      facts.id.push_back({.name = pair.name, .value = pair.value});
  }
  joined_.emplace(co_await target.server->join(
      {.account = target.account, .facts = facts, .log = session_.log()}));
}

// Whether the server sends the user to another one that may be asked; then that is the target.
bool ImapAuthorization::follows(const net::Error& error, LoginTarget& target) {
  if (error.code != "REFERRAL") return false;
  auto referral = find_referral(session_.settings(), error.said);
  if (!referral || referral->upstream == target.destination.upstream) return false;
  target.destination.upstream = referral->upstream;
  target.server = session_.snapshot().upstreams[referral->upstream].get();
  if (!referral->user.empty()) target.account.user = std::move(referral->user);
  session_.log().upstream(target.server->settings().name);
  return true;
}

}  // namespace postern::proxy
