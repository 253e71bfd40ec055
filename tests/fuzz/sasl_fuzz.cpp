// SASL exchanges with a client that says anything: whatever credentials come of it can be said to
// an upstream, and mean the same there.

#include "wire/ascii.hpp"
#include "wire/base64.hpp"
#include "wire/sasl.hpp"

#include <optional>
#include <string>
#include <variant>

#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace postern::wire;

void check_password(const sasl::Credentials& credentials) {
  const std::string_view password = credentials.secret.reveal();
  fuzz::require(!has_control(password));
  const std::optional<Secret> message = sasl::plain_message("", credentials.user, password);
  fuzz::require(message.has_value() == !password.empty());
  if (!message) return;
  const std::optional<sasl::Credentials> again = sasl::parse_plain(message->reveal());
  fuzz::require(again && again->user == credentials.user && again->secret.reveal() == password);
}

void check(const sasl::Credentials& credentials) {
  fuzz::require(!credentials.user.empty() && !has_control(credentials.user));
  if (!sasl::takes_token(credentials.mechanism)) return check_password(credentials);
  const std::string_view message = credentials.secret.reveal();
  const auto again = credentials.mechanism == sasl::Mechanism::XOAuth2
                         ? sasl::parse_xoauth2(message)
                         : sasl::parse_oauthbearer(message);
  fuzz::require(again && again->user == credentials.user && again->secret.reveal() == message);
}

void check_composed(std::string_view user, std::string_view token) {
  if (const auto message = sasl::xoauth2_message(user, token)) {
    const auto read = sasl::parse_xoauth2(message->reveal());
    fuzz::require(read && read->user == user);
  }
  if (const auto message = sasl::oauthbearer_message(user, token)) {
    const auto read = sasl::parse_oauthbearer(message->reveal());
    fuzz::require(read && read->user == user);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t count) {
  fuzz::Input input(fuzz::text_of(octets, count));
  const sasl::Mechanism mechanism = sasl::kMechanisms[input.choose(sasl::kMechanisms.size())];
  const bool initial = input.choose(2) == 1;
  const bool encode = input.choose(2) == 1;  // so that the fuzzer need not learn base64
  const auto next = [&] {
    const std::string_view line = input.take_until('\n');
    return encode ? base64_encode(line) : std::string(line);
  };

  sasl::Exchange exchange(mechanism);
  sasl::Step step = initial ? exchange.begin(next()) : exchange.begin(std::nullopt);
  for (int answers = 0; std::holds_alternative<sasl::Challenge>(step); ++answers) {
    fuzz::require(answers < 3);
    step = exchange.answer(next());
  }
  if (const auto* credentials = std::get_if<sasl::Credentials>(&step)) check(*credentials);
  fuzz::require(std::holds_alternative<Malformed>(exchange.answer("AGEAYg==")));

  const std::string_view user = input.take_until('\n');
  check_composed(user, input.rest());
  return 0;
}
