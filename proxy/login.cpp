// One login try.

#include "proxy/login.hpp"

#include "net/sleep.hpp"
#include "proxy/while_there.hpp"

#include <algorithm>
#include <utility>

namespace postern::proxy {

using metrics::AuthOutcome;
using metrics::AuthResult;
using metrics::kMetrics;
using net::Kind;
using net::Origin;
using net::Task;

namespace {

constexpr double kDelayChance = 0.2;  // of the delay, on either side

LoginOutcome outcome(LoginEnd end, Kind kind, std::string detail) {
  return {.end = end, .error = {kind, Origin::Here, std::move(detail)}};
}

AuthResult result_of(const LoginOutcome& outcome) {
  switch (outcome.end) {
    case LoginEnd::Ok:
      return AuthResult::Ok;
    case LoginEnd::Refused:
      return AuthResult::BadCredentials;
    case LoginEnd::Busy:
      return AuthResult::Locked;
    case LoginEnd::Early:
    case LoginEnd::Throttled:
      return AuthResult::Throttled;
    case LoginEnd::Failed:
      break;
  }
  return outcome.error.kind == Kind::Denied ? AuthResult::PolicyDenied
                                            : AuthResult::UpstreamUnavailable;
}

AuthOutcome outcome_of(LoginEnd end) {
  switch (end) {
    case LoginEnd::Ok:
      return AuthOutcome::Ok;
    case LoginEnd::Failed:
      return AuthOutcome::Failed;
    default:
      return AuthOutcome::Denied;
  }
}

}  // namespace

Task<LoginOutcome> Login::attempt(wire::sasl::Credentials credentials,
                                  metrics::Mechanism mechanism,
                                  Opener& opener) {
  const net::Time since = session_.loop().exact_now();
  const net::Time began = session_.loop().now();
  session_.log().user(credentials.user);
  session_.enter(metrics::SessionState::Opening);
  penalty_ = {};
  LoginOutcome outcome = co_await ask(credentials, opener);
  if (outcome.end != LoginEnd::Ok) session_.enter(metrics::SessionState::Unauthenticated);
  if (outcome.end == LoginEnd::Refused || outcome.end == LoginEnd::Throttled) {
    outcome.last_try = ++tries_ >= session_.settings().auth.max_attempts;
    co_await delay(began, penalty_);
  }
  record(mechanism, outcome, since);
  co_return outcome;
}

Task<LoginOutcome> Login::ask(wire::sasl::Credentials& credentials, Opener& opener) {
  if (session_.hops() == 0) {
    LoginOutcome loop = outcome(LoginEnd::Failed, Kind::Denied, "proxy loop");
    loop.error.code = "SERVERBUG";
    loop.error.said = "proxy loop";
    co_return loop;
  }
  const conf::Auth& settings = session_.settings().auth;
  Penalties& penalties = session_.services().shared.penalties;
  auto destination = session_.snapshot().directory->find(credentials.user, judge_);
  const std::string_view upstream =
      destination ? std::string_view(session_.settings().upstreams[destination->upstream].name)
                  : std::string_view();
  // Kept here: the destination goes on to whoever opens, and what is remembered needs the name.
  const std::string user = destination ? destination->login : credentials.user;
  const LoginTry login{.upstream = upstream,
                       .user = user,
                       .secret = credentials.secret,
                       .client = session_.client_address()};
  const net::Digest digest = penalties.digest_of(login);
  const auto refuse = [&](std::string detail) {
    penalty_ = penalties.refused(login, settings, session_.loop().now());
    if (std::ranges::find(refused_, digest) == refused_.end()) refused_.push_back(digest);
    return outcome(LoginEnd::Refused, Kind::Refused, std::move(detail));
  };

  if (std::ranges::find(refused_, digest) != refused_.end()) co_return refuse("refused before");
  switch (penalties.consult(login, settings, session_.loop().now())) {
    case Penalties::Advice::KnownWrong:
      co_return refuse("refused a moment ago");
    case Penalties::Advice::Throttled:
      penalty_ = settings.failure_delay;
      co_return outcome(LoginEnd::Throttled, Kind::Unavailable, "too many failed logins");
    case Penalties::Advice::Ask:
      break;
  }
  if (credentials.secret.empty()) co_return refuse("empty password");
  if (!destination) co_return refuse(destination.error().detail);

  LoginTarget target{.destination = std::move(*destination), .digest = digest};
  target.user = std::move(credentials.user);
  target.server = session_.snapshot().upstreams[target.destination.upstream].get();
  target.relay = session_.snapshot().relays[target.destination.upstream].get();
  target.account = {.mechanism = credentials.mechanism,
                    .user = target.destination.login,
                    .secret = credentials.secret.duplicate()};
  session_.log().upstream(upstream);
  const std::string typed = target.user;
  auto end = co_await net::attempt(open_while_there(std::move(target), opener));
  if (end) {
    if (*end == LoginEnd::Ok) remember(typed, user);
    co_return LoginOutcome{.end = *end};
  }
  if (end.error().kind == Kind::Refused) {
    LoginOutcome refused = refuse(end.error().detail);
    refused.error = std::move(end.error());
    co_return refused;
  }
  const bool over = end.error().kind == Kind::Cancelled || end.error().origin == Origin::Client;
  if (over) co_await fail(std::move(end.error()));
  co_return LoginOutcome{.end = LoginEnd::Failed, .error = std::move(end.error())};
}

Task<LoginEnd> Login::open_while_there(LoginTarget target, Opener& opener) {
  WhileThere<LoginEnd> opening(session_.client(), opener.open(std::move(target)));
  co_return co_await opening.finish();
}

// Whoever reads mail may send some from the same address, where the operator wants that. An address
// that many share says nothing about anybody.
void Login::remember(std::string_view user, std::string_view login) {
  const conf::Submission& settings = session_.settings().submission;
  if (settings.auth != conf::SubmissionAuth::PopBeforeSmtp) return;
  if (session_.protocol() == metrics::Protocol::Submission) return;
  const net::Address& client = session_.client_address();
  if (client.is_loopback() || session_.client_is_in(settings.cgnat_networks)) return;
  session_.services().shared.recent_logins.note(client, user, login, session_.loop().now());
}

// Counted from the beginning of the command: how long the upstream took does not show.
Task<> Login::delay(net::Time since, net::Duration how_long) {
  const net::Duration chosen = session_.services().random.around(how_long, kDelayChance);
  session_.recorder().add(kMetrics.auth_penalty(), chosen);
  const net::Deadline until{since + chosen};
  if (until.at <= session_.loop().now()) co_return;
  co_await sleep_until(session_.loop(), net::Wait(until).drainable());
}

void Login::record(metrics::Mechanism mechanism, const LoginOutcome& outcome, net::Time since) {
  const AuthResult result = result_of(outcome);
  metrics::Recorder& recorder = session_.recorder();
  recorder.add(kMetrics.auth_attempts(session_.protocol(), mechanism, result));
  recorder.observe(kMetrics.auth_duration(session_.protocol(), outcome_of(outcome.end)),
                   session_.loop().exact_now() - since);
  if (outcome.end == LoginEnd::Ok) return;
  session_.log().write(metrics::LoginRefused{
      .mechanism = mechanism, .result = result, .detail = outcome.error.detail});
}

void Login::note(metrics::Mechanism mechanism, AuthResult result) {
  session_.recorder().add(kMetrics.auth_attempts(session_.protocol(), mechanism, result));
}

}  // namespace postern::proxy
