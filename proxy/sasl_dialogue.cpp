// Question and answer.

#include "proxy/sasl_dialogue.hpp"

#include "wire/ascii.hpp"

#include <utility>

namespace postern::proxy {

using metrics::AuthResult;
using net::Task;
namespace sasl = wire::sasl;

namespace {

constexpr std::size_t kChallengeOctetsMax = 2000;  // of an upstream's, passed on

}  // namespace

metrics::Mechanism counted(sasl::Mechanism mechanism) {
  switch (mechanism) {
    case sasl::Mechanism::Plain:
      return metrics::Mechanism::Plain;
    case sasl::Mechanism::Login:
      return metrics::Mechanism::Login;
    case sasl::Mechanism::XOAuth2:
    case sasl::Mechanism::OAuthBearer:
      break;
  }
  return metrics::Mechanism::Oauth;
}

Task<Heard> hear_credentials(Session& session,
                             Login& login,
                             sasl::Mechanism mechanism,
                             std::optional<std::string_view> initial_response,
                             Prompt& prompt) {
  sasl::Exchange exchange(mechanism);
  sasl::Step step = exchange.begin(initial_response);
  session.client().wipe_read();
  while (const auto* challenge = std::get_if<sasl::Challenge>(&step)) {
    const auto answer = co_await prompt.ask(std::string(challenge->base64));
    if (!answer) co_return std::string_view("line too long");
    step = exchange.answer(*answer);
    session.client().wipe_read();
  }
  if (auto* credentials = std::get_if<sasl::Credentials>(&step)) co_return std::move(*credentials);
  const auto* wrong = std::get_if<wire::Malformed>(&step);
  login.note(counted(mechanism), wrong != nullptr ? AuthResult::Malformed : AuthResult::Aborted);
  co_return wrong != nullptr ? wrong->why : kCancelled;
}

Task<> relay_challenge(const LoginOutcome& outcome, sasl::Mechanism mechanism, Prompt& prompt) {
  const std::string& challenge = outcome.error.said;
  if (!sasl::takes_token(mechanism) || outcome.end != LoginEnd::Refused || challenge.empty()) {
    co_return;
  }
  (void)co_await prompt.ask(wire::printable(challenge, kChallengeOctetsMax));
}

}  // namespace postern::proxy
