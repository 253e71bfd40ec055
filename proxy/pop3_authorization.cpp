// Before login.

#include "proxy/pop3_authorization.hpp"

#include "proxy/trouble.hpp"
#include "wire/ascii.hpp"
#include "wire/modified_utf7.hpp"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

namespace postern::proxy {

using metrics::AuthResult;
using metrics::EndReason;
using net::Kind;
using net::Task;
using wire::pop3::Command;
namespace pop3 = wire::pop3;
namespace sasl = wire::sasl;

namespace {

constexpr std::uint64_t kHopsMin = 2;  // a proxy's TTL below it is a loop

// "recent:user": a user behind a word that asks for a view. True if the word was there.
bool take_prefix(std::string& user, std::string_view prefix) {
  if (prefix.empty() || user.size() == prefix.size() || !user.starts_with(prefix)) return false;
  user.erase(0, prefix.size());
  return true;
}

}  // namespace

Pop3Authorization::Pop3Authorization(Session& session)
    : session_(session),
      talk_(session,
            session.snapshot().policy_before_login(session.entry()),
            session.snapshot().policy_before_login(session.entry()).bad_commands_auth),
      login_(session, conf::Protocol::Pop3) {}

Task<OpenMaildrop> Pop3Authorization::run() {
  co_await session_.expect_words();
  Next next = Next::Go;
  while (next == Next::Go && opened_.maildrop == nullptr) {
    const net::Time since = session_.loop().exact_now();
    const Command command = co_await talk_.next_command(session_.patience());
    const metrics::Command name = proxy::counted(command);
    next = co_await obey(command);
    session_.recorder().observe(metrics::kMetrics.command_duration(session_.protocol(), name),
                                session_.loop().exact_now() - since);
  }
  co_return std::move(opened_);
}

// The command table of this state.
Task<Next> Pop3Authorization::obey(const Command& command) {
  return std::visit(
      Overloaded{
          [this](const pop3::Capa&) { return good(talk_.capabilities(true)); },
          [this](const pop3::Stls&) { return stls(); },
          [this](const pop3::User& c) { return user(c.name); },
          [this](const pop3::Pass& c) { return pass(c.password); },
          [this](const pop3::AuthList&) { return list_mechanisms(); },
          [this](const pop3::Auth& c) { return auth(c); },
          [this](const pop3::Utf8&) {
            if (!talk_.policy().utf8) return talk_.say_mistake("unknown command");
            utf8_ = true;
            return good(std::string(pop3::kUtf8Enabled));
          },
          [this](const pop3::Lang& c) { return good(Pop3Talk::languages(c.tag)); },
          [this](const pop3::Xclient& c) { return xclient(c); },
          [this](const pop3::Quit&) { return quit(); },
          [this](const pop3::Apop&) { return talk_.say_mistake("APOP not supported"); },
          [this](const pop3::Unknown&) { return talk_.say_mistake("unknown command"); },
          [this](const wire::Malformed& c) { return talk_.say_mistake(c.why); },
          [this](const auto&) { return not_now(); },  // what belongs into TRANSACTION
      },
      command);
}

Task<Next> Pop3Authorization::good(std::string reply) {
  talk_.forgive();
  co_await talk_.say(reply);
  co_return Next::Go;
}

Task<Next> Pop3Authorization::not_now() {
  co_return co_await talk_.say_mistake("log in first");
}

Task<Next> Pop3Authorization::quit() {
  session_.end(EndReason::Quit);
  co_await talk_.say(pop3::kBye);
  co_return Next::Stop;
}

Task<Next> Pop3Authorization::stls() {
  if (!session_.can_start_tls() || utf8_) co_return co_await talk_.say_mistake("no STLS now");
  // What is here already came in clear and was meant to be taken for something said inside TLS.
  if (session_.was_injected()) co_return Next::Stop;
  talk_.forgive();
  co_await talk_.say(pop3::kBeginTls);
  co_await session_.secure();
  user_.clear();
  co_return Next::Go;
}

// ---- credentials

Task<Next> Pop3Authorization::user(std::string_view name) {
  if (!session_.may_log_in()) {
    login_.note(metrics::Mechanism::UserPass, AuthResult::CleartextDenied);
    co_return co_await talk_.say_mistake("TLS required, use STLS");
  }
  user_ = name;
  co_return co_await good(std::string(pop3::kSendPass));
}

Task<Next> Pop3Authorization::pass(std::string_view password) {
  wire::Secret secret(password);
  session_.client().wipe_read();
  if (!session_.may_log_in()) co_return co_await talk_.say_mistake("TLS required, use STLS");
  if (user_.empty()) co_return co_await talk_.say_mistake("USER first");
  sasl::Credentials credentials{.mechanism = sasl::Mechanism::Plain,
                                .user = std::exchange(user_, {}),
                                .secret = std::move(secret)};
  co_return co_await log_in(std::move(credentials), metrics::Mechanism::UserPass);
}

Task<Next> Pop3Authorization::list_mechanisms() {
  std::vector<sasl::Mechanism> usable;
  if (session_.may_log_in()) usable = session_.snapshot().mechanisms_behind(session_.entry());
  co_return co_await good(pop3::mechanism_list(usable));
}

Task<Next> Pop3Authorization::auth(pop3::Auth request) {
  const auto mechanism = sasl::find_mechanism(request.mechanism);
  // What was not offered may be there by now: the server is asked.
  const auto& known = session_.snapshot().mechanisms;
  if (!mechanism || std::ranges::find(known, *mechanism) == known.end()) {
    co_return co_await talk_.say_mistake("unrecognized mechanism");
  }
  if (!session_.may_log_in()) {
    login_.note(counted(*mechanism), AuthResult::CleartextDenied);
    co_return co_await talk_.say_mistake("TLS required, use STLS");
  }
  co_return co_await converse(*mechanism, request.initial_response);
}

Task<Next> Pop3Authorization::converse(sasl::Mechanism mechanism,
                                       std::optional<std::string_view> initial_response) {
  Heard heard = co_await hear_credentials(session_, login_, mechanism, initial_response, *this);
  if (auto* credentials = std::get_if<sasl::Credentials>(&heard)) {
    co_return co_await log_in(std::move(*credentials), counted(mechanism));
  }
  co_return co_await talk_.say_mistake(std::get<std::string_view>(heard));
}

Task<std::optional<std::string_view>> Pop3Authorization::ask(std::string base64) {
  const std::string line = pop3::challenge(base64);
  co_await talk_.say(line);
  co_return co_await talk_.next_answer(session_.patience());
}

Task<Next> Pop3Authorization::log_in(sasl::Credentials credentials, metrics::Mechanism mechanism) {
  talk_.forgive();
  const sasl::Mechanism said_by = credentials.mechanism;
  LoginOutcome outcome = co_await login_.attempt(std::move(credentials), mechanism, *this);
  if (outcome.end != LoginEnd::Ok) {
    co_await relay_challenge(outcome, said_by, *this);
    co_return co_await say_refusal(outcome);
  }
  session_.enter(metrics::SessionState::Ready);
  co_await talk_.say(pop3::kLoggedIn);
  co_return Next::Go;
}

Task<Next> Pop3Authorization::say_refusal(const LoginOutcome& outcome) {
  std::string reply;
  switch (outcome.end) {
    case LoginEnd::Ok:
    case LoginEnd::Refused:
    case LoginEnd::Failed:
      reply = refusal(Asked::ToLogIn, outcome.error);
      break;
    case LoginEnd::Busy:
      reply = refuse_busy();
      break;
    case LoginEnd::Early:
      reply = refuse_login_delay();
      break;
    case LoginEnd::Throttled:
      reply = refuse_throttled();
      break;
  }
  co_await talk_.say(reply);
  if (!outcome.last_try) co_return Next::Go;
  session_.end(EndReason::AuthFailed, "too many failed logins");
  co_return Next::Stop;
}

// ---- opening the maildrop

Task<LoginEnd> Pop3Authorization::open(LoginTarget target) {
  const conf::Pop3& policy =
      session_.snapshot().policy_after_login(session_.entry(), *target.destination.route);
  Occupancy& occupancy = session_.services().shared.occupancy;
  const net::Time now = session_.loop().now();
  if (occupancy.is_early(target.digest, policy.login_delay, now)) co_return LoginEnd::Early;

  const net::Digest digest = target.digest;
  MaildropSource source{.server = target.server, .policy = &policy};
  auto mailbox = take_mailbox(target, policy);
  if (!mailbox) co_await net::fail(Kind::Gone, net::Origin::Here, "mailbox name that is no UTF-8");
  source.mailbox = std::move(*mailbox);
  source.recent = take_prefix(target.account.user, policy.recent_prefix);
  source.account = std::move(target.account);
  auto maildrop = co_await open_or_recall(std::move(source), digest);

  const std::size_t sessions_max =
      std::min<std::size_t>(policy.max_sessions, session_.sessions_max(maildrop->upstream()));
  SeatWish wish{.key = maildrop->key(), .sessions_max = sessions_max, .lock = policy.lock};
  if (policy.lock == conf::Lock::Steal) {
    wish.evict = session_.services().roster.evictor(session_.client());
  }
  auto seat = occupancy.take(wish);
  session_.recorder().add(metrics::kMetrics.maildrop_lock_attempts(
      seat ? metrics::LockResult::Acquired : metrics::LockResult::Busy));
  if (!seat) co_return LoginEnd::Busy;
  occupancy.note_login(digest, policy.login_delay, now);
  opened_ = {.maildrop = std::move(maildrop), .seat = std::move(*seat)};
  co_return LoginEnd::Ok;
}

// Who polled just so a moment ago need not be proved again, nor the mailbox be looked at.
Task<std::unique_ptr<Maildrop>> Pop3Authorization::open_or_recall(MaildropSource source,
                                                                  net::Digest login) {
  PollCache& polls = session_.services().shared.polls;
  const net::Duration span = source.policy->poll_cache;
  const std::string upstream = source.server->settings().name;
  const std::string user = source.account.user;
  const std::string mailbox = source.mailbox;
  const Poll poll{.key = {.upstream = upstream, .user = user, .mailbox = mailbox},
                  .listener = session_.entry().settings->name,
                  .login = login};
  if (polls.admits(poll, span, session_.loop().now())) {
    auto recalled = co_await Maildrop::recall(session_, source);
    if (recalled != nullptr) co_return recalled;
  }
  auto opened = co_await attempt(Maildrop::open(session_, std::move(source)));
  if (!opened) {
    if (opened.error().kind == Kind::Refused) polls.forget(poll.key);
    co_await net::fail(std::move(opened.error()));
  }
  polls.note(poll, span, session_.loop().now());
  co_return std::move(*opened);
}

// "user+folder@domain" names a mailbox of its own, where the operator allows that.
std::optional<std::string> Pop3Authorization::take_mailbox(LoginTarget& target,
                                                           const conf::Pop3& policy) const {
  std::string& user = target.account.user;
  const std::string& delimiter = policy.subfolder_delimiter;
  const std::size_t local_end = std::min(user.rfind('@'), user.size());
  const std::size_t at = delimiter.empty() ? std::string::npos : user.find(delimiter);
  std::string mailbox = policy.mailbox;
  if (at != std::string::npos && at > 0 && at < local_end) {
    const std::size_t folder = at + delimiter.size();
    if (folder < local_end) mailbox = user.substr(folder, local_end - folder);
    user.erase(at, local_end - at);
  }
  return wire::encode_modified_utf7(mailbox);
}

// ---- proxies in front of us

// XCLIENT as Dovecot's proxies say it: who the client really is.
Task<Next> Pop3Authorization::xclient(pop3::Xclient request) {
  if (!session_.peer_is_trusted_proxy()) co_return co_await talk_.say_mistake("unknown command");
  net::Address client = session_.client_address();
  while (const auto pair = pop3::take_pair(request.arguments)) {
    if (wire::equal_caseless(pair->name, "ADDR")) {
      const auto address = net::Address::parse(pair->value, client.port());
      if (!address) co_return co_await talk_.say_mistake("invalid ADDR");
      client = *address;
    } else if (wire::equal_caseless(pair->name, "PORT")) {
      const auto port = wire::parse_number(pair->value, UINT16_MAX);
      if (!port) co_return co_await talk_.say_mistake("invalid PORT");
      client.set_port(static_cast<std::uint16_t>(*port));
    } else if (wire::equal_caseless(pair->name, "TTL")) {
      const auto hops = wire::parse_number(pair->value, UINT8_MAX);
      if (hops && *hops < kHopsMin) co_return co_await talk_.say_mistake("proxy loop");
      if (hops) session_.set_hops(static_cast<unsigned>(*hops) - 1);
    }
  }
  session_.set_client_address(client);
  co_return co_await good(std::string(pop3::kXclientUpdated));
}

}  // namespace postern::proxy
