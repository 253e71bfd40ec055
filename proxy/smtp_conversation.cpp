// The command table, and what of it is no mail.

#include "proxy/smtp_conversation.hpp"

#include "wire/ascii.hpp"
#include "wire/pop3.hpp"
#include "wire/xtext.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace postern::proxy {

using metrics::AuthResult;
using metrics::EndReason;
using metrics::kMetrics;
using metrics::SessionState;
using net::Task;
using upstream::Standing;
using wire::smtp::Extension;
namespace sasl = wire::sasl;
namespace smtp = wire::smtp;

SmtpConversation::SmtpConversation(Session& session)
    : session_(session),
      talk_(session),
      login_(session,
             session.settings().submission.auth == conf::SubmissionAuth::Passthrough
                 ? conf::Protocol::Submission
                 : conf::Protocol::Imap),
      submission_(session, talk_, greeted_) {}

Task<> SmtpConversation::run() {
  (void)co_await talk_.say("220 " + session_.snapshot().own_name + " ESMTP\r\n");
  co_await session_.expect_words();
  Next next = Next::Go;
  while (next == Next::Go) {
    smtp::Command command = co_await talk_.next_command(patience());
    next = co_await obey(command);
  }
}

// Between two transactions a client can be asked to come back later; in the middle it cannot.
net::Wait SmtpConversation::patience() const {
  if (!submission_.is_admitted()) return session_.patience();
  const net::Wait idle = net::Idle{session_.settings().submission.idle_timeout};
  return submission_.is_open() ? idle : idle.drainable();
}

Task<Next> SmtpConversation::obey(smtp::Command& command) {
  const net::Time since = session_.loop().exact_now();
  const metrics::Command name = counted(command);
  if (submission_.is_admitted()) session_.enter(SessionState::Busy);
  const Next next = co_await perform(command);
  if (submission_.is_admitted()) session_.enter(SessionState::Ready);
  session_.client().settle();
  session_.recorder().add(kMetrics.commands(session_.protocol(), name, talk_.result()));
  session_.recorder().observe(kMetrics.command_duration(session_.protocol(), name),
                              session_.loop().exact_now() - since);
  co_return next;
}

// The command table.
Task<Next> SmtpConversation::perform(smtp::Command& command) {
  return std::visit(
      Overloaded{
          [this](const smtp::Helo& c) { return greet(c.name, false); },
          [this](const smtp::Ehlo& c) { return greet(c.name, true); },
          [this](const smtp::StartTls&) { return start_tls(); },
          [this](const smtp::Auth& c) { return auth(c); },
          [this](const smtp::Mail& c) { return mail(c); },
          [this](const smtp::Rcpt& c) { return submission_.rcpt(c); },
          [this](const smtp::Data&) { return submission_.data(); },
          [this](const smtp::Bdat&) { return abandon(); },
          [this](const smtp::Rset&) { return reset(); },
          [this](const smtp::Noop&) { return good("250 2.0.0 OK\r\n"); },
          [this](const smtp::Quit&) { return quit(); },
          [this](const smtp::Vrfy&) { return good("252 2.1.5 send some mail, and see\r\n"); },
          [this](const smtp::Help&) { return good("214 2.0.0 see RFC 5321 and RFC 6409\r\n"); },
          [this](const smtp::NotHere&) { return talk_.say_mistake(SmtpRefusal::NotHere); },
          [this](const smtp::Xclient& c) { return xclient(c); },
          [this](const smtp::Unknown&) { return talk_.say_mistake(SmtpRefusal::UnknownCommand); },
          [this](const smtp::Fault& c) { return complain(c); },
      },
      command);
}

Task<Next> SmtpConversation::good(std::string_view reply) {
  talk_.forgive();
  return talk_.say(std::string(reply));
}

Task<Next> SmtpConversation::quit() {
  session_.end(EndReason::Quit);
  (void)co_await talk_.say("221 2.0.0 bye\r\n");
  co_return Next::Stop;
}

// What follows BDAT is a message that nobody announced: it must not be read as commands.
Task<Next> SmtpConversation::abandon() {
  return talk_.part(SmtpRefusal::NotHere, EndReason::ProtocolError);
}

Task<Next> SmtpConversation::reset() {
  co_await submission_.forget();
  co_return co_await good("250 2.0.0 OK\r\n");
}

Task<Next> SmtpConversation::complain(smtp::Fault fault) {
  switch (fault) {
    case smtp::Fault::LineTooLong:
      return talk_.say_mistake(SmtpRefusal::LineTooLong);
    case smtp::Fault::Sender:
      return talk_.say_mistake(SmtpRefusal::BadSender);
    case smtp::Fault::Recipient:
      return talk_.say_mistake(SmtpRefusal::BadRecipient);
    case smtp::Fault::UnknownParameter:
      return talk_.say_mistake(SmtpRefusal::UnknownParameter);
    case smtp::Fault::ParameterValue:
    case smtp::Fault::ParameterRepeated:
      return talk_.say_mistake(SmtpRefusal::BadParameter);
    case smtp::Fault::Syntax:
    case smtp::Fault::InvalidCharacter:
      break;
  }
  return talk_.say_mistake(SmtpRefusal::Syntax);
}

// ---- greetings

Task<Next> SmtpConversation::greet(std::string_view name, bool extended) {
  if (name.empty()) co_return co_await talk_.say_mistake(SmtpRefusal::Syntax);
  greeted_.helo = name;
  greeted_.extended = extended;
  greeted_.offer = {};
  co_await submission_.forget();
  const std::string& own = session_.snapshot().own_name;
  if (!extended) co_return co_await good("250 " + own + "\r\n");
  greeted_.offer = co_await learn_offer();
  co_return co_await good("250-" + own + "\r\n" + offered_lines());
}

// What is offered: ours, and what all servers behind have of what may be passed on.
Task<smtp::Offer> SmtpConversation::learn_offer() {
  std::optional<smtp::Offer> behind;
  for (upstream::Relay* relay : session_.snapshot().relays_behind(session_.entry())) {
    if (!relay->known()) (void)co_await attempt(relay->learn(session_.log()));
    const smtp::Offer there = relay->known().value_or(smtp::Offer{});
    behind = behind ? behind->common_with(there) : there;
  }
  smtp::Offer offer;
  if (!behind) co_return offer;
  const auto pass = [&](Extension extension) {
    if (behind->has(extension)) offer.add(extension);
  };
  pass(Extension::EightBitMime);
  if (behind->has(Extension::EightBitMime)) pass(Extension::SmtpUtf8);
  for (const std::string& name : session_.settings().submission.extensions) {
    for (const Extension extension : smtp::kPassedOn) {
      if (smtp::name(extension) == name) pass(extension);
    }
  }
  offer.size_max = behind->size_max;
  for (const sasl::Mechanism mechanism : session_.snapshot().mechanisms) {
    const bool judged_here =
        session_.settings().submission.auth != conf::SubmissionAuth::Passthrough;
    if (!sasl::takes_token(mechanism) || judged_here || behind->has(mechanism)) {
      offer.add(mechanism);
    }
  }
  co_return offer;
}

std::string SmtpConversation::offered_lines() const {
  const smtp::Offer& offer = greeted_.offer;
  std::string lines;
  const auto add = [&lines](std::string_view words) {
    lines.append("250-").append(words).append("\r\n");
  };
  add("PIPELINING");
  add("SIZE " + std::to_string(submission_.octets_max(offer)));
  for (const Extension extension : smtp::kPassedOn) {
    if (offer.has(extension)) add(smtp::name(extension));
  }
  if (session_.can_start_tls()) add("STARTTLS");
  if (!objection_to_auth()) {
    std::string mechanisms;
    for (const sasl::Mechanism mechanism : session_.snapshot().mechanisms) {
      if (offer.has(mechanism)) mechanisms.append(" ").append(sasl::name(mechanism));
    }
    add("AUTH" + mechanisms);
    if (session_.settings().submission.old_auth) add("AUTH=" + mechanisms.substr(1));
  }
  if (session_.peer_is_trusted_proxy()) add("XCLIENT NAME ADDR PORT HELO LOGIN PROTO");
  return lines + "250 ENHANCEDSTATUSCODES\r\n";
}

Task<Next> SmtpConversation::start_tls() {
  if (!session_.can_start_tls() || submission_.is_admitted()) {
    co_return co_await talk_.say_mistake(SmtpRefusal::NotNow);
  }
  // What is here already came in clear and was meant to be taken for something said inside TLS.
  if (session_.was_injected()) co_return Next::Stop;
  (void)co_await good("220 2.0.0 ready for TLS\r\n");
  co_await session_.secure();
  greeted_ = {};
  co_return Next::Go;
}

// A trusted proxy in front of us tells whom it speaks for. A login that it vouches for does not
// count: we need credentials.
Task<Next> SmtpConversation::xclient(smtp::Xclient command) {
  if (!session_.peer_is_trusted_proxy()) {
    co_return co_await talk_.say_mistake(SmtpRefusal::UnknownCommand);
  }
  if (submission_.is_open()) co_return co_await talk_.say_mistake(SmtpRefusal::NotNow);
  net::Address client = session_.client_address();
  while (const auto pair = wire::pop3::take_pair(command.arguments)) {
    const auto value = wire::decode_xtext(pair->value);
    if (!value) co_return co_await talk_.say_mistake(SmtpRefusal::Syntax);
    if (wire::equal_caseless(pair->name, "ADDR")) {
      constexpr std::string_view kVersion6 = "IPV6:";
      const bool v6 = wire::starts_with_caseless(*value, kVersion6);
      const std::string text = value->substr(v6 ? kVersion6.size() : 0);
      client = net::Address::parse(text, client.port()).value_or(client);
    } else if (wire::equal_caseless(pair->name, "PORT")) {
      const auto port = wire::parse_number(*value, UINT16_MAX);
      if (port) client.set_port(static_cast<std::uint16_t>(*port));
    }
  }
  session_.set_client_address(client);
  greeted_ = {};
  co_return co_await good("220 " + session_.snapshot().own_name + " ESMTP\r\n");
}

// ---- credentials

std::optional<SmtpRefusal> SmtpConversation::objection_to_auth() const {
  if (submission_.is_admitted() && !by_address_) return SmtpRefusal::AlreadyAuthenticated;
  if (submission_.is_open()) return SmtpRefusal::NotNow;
  if (!greeted_.extended) return SmtpRefusal::NeedEhlo;
  if (!session_.may_log_in()) return SmtpRefusal::NeedTlsToAuth;
  return std::nullopt;
}

Task<Next> SmtpConversation::auth(const smtp::Auth& command) {
  const auto mechanism = sasl::find_mechanism(command.mechanism);
  if (const auto refusal = objection_to_auth()) {
    if (mechanism && *refusal == SmtpRefusal::NeedTlsToAuth) {
      login_.note(proxy::counted(*mechanism), AuthResult::CleartextDenied);
    }
    co_return co_await talk_.say_mistake(*refusal);
  }
  if (!mechanism || !greeted_.offer.has(*mechanism)) {
    co_return co_await talk_.say_mistake(SmtpRefusal::UnknownMechanism);
  }
  Heard heard =
      co_await hear_credentials(session_, login_, *mechanism, command.initial_response, *this);
  if (auto* credentials = std::get_if<sasl::Credentials>(&heard)) {
    co_return co_await log_in(std::move(*credentials), proxy::counted(*mechanism));
  }
  const bool cancelled = std::get<std::string_view>(heard) == kCancelled;
  co_return co_await talk_.say_mistake(cancelled ? SmtpRefusal::Cancelled
                                                 : SmtpRefusal::BadResponse);
}

Task<std::optional<std::string_view>> SmtpConversation::ask(std::string base64) {
  (void)co_await talk_.say("334 " + base64 + "\r\n");
  co_return co_await talk_.next_answer();
}

Task<Next> SmtpConversation::log_in(sasl::Credentials credentials, metrics::Mechanism mechanism) {
  talk_.forgive();
  const sasl::Mechanism said_by = credentials.mechanism;
  answer_ = {};
  const LoginOutcome outcome = co_await login_.attempt(std::move(credentials), mechanism, *this);
  if (outcome.end == LoginEnd::Ok) {
    by_address_ = false;
    session_.enter(SessionState::Ready);
    co_return co_await talk_.say("235 2.7.0 authentication successful\r\n");
  }
  co_await relay_challenge(outcome, said_by, *this);
  co_return co_await refuse_login(outcome);
}

Task<Next> SmtpConversation::refuse_login(const LoginOutcome& outcome) {
  switch (outcome.end) {
    case LoginEnd::Ok:
    case LoginEnd::Refused:
    case LoginEnd::Failed:
      (void)co_await talk_.say(smtp_refuse_login(outcome.error, answer_.reply));
      break;
    case LoginEnd::Busy:
    case LoginEnd::Early:
      (void)co_await talk_.refuse(SmtpRefusal::Busy);
      break;
    case LoginEnd::Throttled:
      (void)co_await talk_.refuse(SmtpRefusal::Throttled);
      break;
  }
  if (!outcome.last_try) co_return Next::Go;
  co_return co_await talk_.part(SmtpRefusal::TooManyLogins, EndReason::AuthFailed);
}

std::optional<Seat> SmtpConversation::take_seat(std::size_t upstream,
                                                const std::string& user) const {
  const conf::Upstream& settings = session_.settings().upstreams[upstream];
  return session_.services().shared.occupancy.take(
      {.key = {.upstream = settings.name, .user = user, .mailbox = {}},
       .sessions_max = session_.sessions_max(settings),
       .lock = conf::Lock::None,
       .evict = {}});
}

Task<LoginEnd> SmtpConversation::open(LoginTarget target) {
  auto seat = take_seat(target.destination.upstream, target.account.user);
  if (!seat) co_return LoginEnd::Busy;
  Submitter submitter{.user = target.user, .home = home_of(target), .seat = std::move(*seat)};
  if (target.relay != nullptr) co_return co_await open_here(target, std::move(submitter));
  co_return co_await open_by_imap(target, std::move(submitter));
}

// Where routes for IMAP lead, with the same credentials.
Home SmtpConversation::home_of(const LoginTarget& target) const {
  if (session_.settings().submission.save_sent == conf::SaveSent::Off) return {};
  const auto destination = session_.snapshot().directory->find(target.user, conf::Protocol::Imap);
  if (!destination) return {};
  return {.server = session_.snapshot().upstreams[destination->upstream].get(),
          .account = {.mechanism = target.account.mechanism,
                      .user = destination->login,
                      .secret = target.account.secret.duplicate()}};
}

// The submission server judges.
Task<LoginEnd> SmtpConversation::open_here(LoginTarget& target, Submitter submitter) {
  const upstream::ClientFacts facts = session_.facts();
  auto link = co_await target.relay->enter({.account = &target.account,
                                            .facts = facts,
                                            .helo = greeted_.helo,
                                            .standing = Standing::Own,
                                            .log = session_.log(),
                                            .answer = &answer_});
  submitter.relay = target.relay;
  submitter.may_reconnect = session_.settings().auth.keep_secret;
  submitter.account = std::move(target.account);
  if (!submitter.may_reconnect) submitter.account.secret = {};
  submission_.admit(std::move(submitter), std::move(link));
  co_return LoginEnd::Ok;
}

// The user's mailbox server judges; the submission server takes our word for it.
Task<LoginEnd> SmtpConversation::open_by_imap(LoginTarget& target, Submitter submitter) {
  const upstream::ClientFacts facts = session_.facts();
  co_await target.server->check({.account = target.account, .facts = facts, .log = session_.log()});
  const auto destination =
      session_.snapshot().directory->find(target.user, conf::Protocol::Submission);
  if (!destination) co_await fail(destination.error());
  submitter.relay = session_.snapshot().relays[destination->upstream].get();
  submitter.standing = Standing::Trusted;
  submitter.account = {.user = destination->login, .secret = {}};
  submission_.admit(std::move(submitter), nullptr);
  co_return LoginEnd::Ok;
}

// ---- mail

Task<Next> SmtpConversation::mail(const smtp::Mail& command) {
  if (!greeted_.is_there()) co_return co_await talk_.say_mistake(SmtpRefusal::NeedEhlo);
  if (!submission_.is_admitted() && !session_.may_log_in()) {
    co_return co_await talk_.say_mistake(SmtpRefusal::NeedTls);
  }
  const bool may_change = by_address_ && !submission_.is_open();
  if (!submission_.is_admitted() || may_change) {
    const auto refusal = admit_by_address(command.sender);
    if (refusal == SmtpRefusal::TooFast) co_return co_await talk_.refuse(*refusal);
    if (refusal) co_return co_await talk_.say_mistake(*refusal);
  }
  co_return co_await submission_.mail(command);
}

// Without a login of its own a client may send for an account that has read mail from where it is.
// Who that is, each sender tells anew.
std::optional<SmtpRefusal> SmtpConversation::admit_by_address(const smtp::Path& sender) {
  const conf::Submission& settings = session_.settings().submission;
  const net::Address& client = session_.client_address();
  if (!session_.entry().settings->pop_before_smtp || sender.is_null() || client.is_loopback() ||
      session_.client_is_in(settings.cgnat_networks)) {
    return SmtpRefusal::NeedAuth;
  }
  const std::string user = mailbox_of(sender);
  const auto destination = session_.snapshot().directory->find(user, conf::Protocol::Submission);
  if (!destination) return SmtpRefusal::NeedAuth;
  switch (session_.services().shared.recent_logins.consult(
      client, user, settings, session_.loop().now())) {
    case RecentLogins::Advice::Stranger:
      return SmtpRefusal::NeedAuth;
    case RecentLogins::Advice::TooMany:
      session_.recorder().add(kMetrics.submission_rate_limited(metrics::RateScope::User));
      return SmtpRefusal::TooFast;
    case RecentLogins::Advice::Send:
      break;
  }
  if (submission_.is_admitted() && submission_.user() == user) return std::nullopt;
  auto seat = take_seat(destination->upstream, destination->login);
  if (!seat) return SmtpRefusal::TooFast;
  session_.log().user(user);
  submission_.admit({.user = user,
                     .relay = session_.snapshot().relays[destination->upstream].get(),
                     .account = {.user = destination->login, .secret = {}},
                     .standing = Standing::Trusted,
                     .seat = std::move(*seat)},
                    nullptr);
  by_address_ = true;
  session_.enter(SessionState::Ready);
  return std::nullopt;
}

}  // namespace postern::proxy
