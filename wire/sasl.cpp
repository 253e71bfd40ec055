// See sasl.hpp. Messages are composed into strings with all their room reserved, so that no growing
// leaves half a secret in freed memory.

#include "wire/sasl.hpp"

#include "wire/ascii.hpp"
#include "wire/base64.hpp"

#include <cstddef>
#include <initializer_list>
#include <utility>

namespace postern::wire::sasl {

namespace {

constexpr std::string_view kUserChallenge = "VXNlcm5hbWU6";      // Username:
constexpr std::string_view kPasswordChallenge = "UGFzc3dvcmQ6";  // Password:
constexpr char kSeparator = '\1';  // between the pairs of a token message
constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kAuthPair = "\1auth=Bearer ";
constexpr std::string_view kEndOfPairs = "\1\1";

bool is_user(std::string_view text) {
  return !text.empty() && !has_control(text);
}

// What ends at the separator goes out of `text`, the separator too. Nothing without a separator.
std::optional<std::string_view> take_until(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end + 1);
  return taken;
}

bool is_bearer(std::string_view value) {
  return starts_with_caseless(value, kBearer) && value.size() > kBearer.size() &&
         all_printable(value);
}

// The key=value pairs of a token message, each ended by a separator, one more at the end. Exactly
// one of them is auth, and carries a bearer token.
bool has_bearer_pair(std::string_view pairs) {
  bool found = false;
  while (!pairs.empty() && pairs.front() != kSeparator) {
    std::optional<std::string_view> pair = take_until(pairs, kSeparator);
    if (!pair) return false;
    const std::optional<std::string_view> key = take_until(*pair, '=');
    if (!key || key->empty() || has_control(*pair)) return false;
    if (!equal_caseless(*key, "auth")) continue;
    if (found || !is_bearer(*pair)) return false;
    found = true;
  }
  return found && pairs.size() == 1;
}

// A saslname writes ',' as =2C and '=' as =3D (RFC 5801, section 4).
std::optional<std::string> unescape_saslname(std::string_view text) {
  std::string name;
  while (!text.empty()) {
    if (text.starts_with("=2C")) {
      name.push_back(',');
      text.remove_prefix(3);
    } else if (text.starts_with("=3D")) {
      name.push_back('=');
      text.remove_prefix(3);
    } else if (text.front() == '=') {
      return std::nullopt;
    } else {
      name.push_back(text.front());
      text.remove_prefix(1);
    }
  }
  return name;
}

std::string escape_saslname(std::string_view name) {
  std::string text;
  for (const char octet : name) {
    if (octet == ',') {
      text += "=2C";
    } else if (octet == '=') {
      text += "=3D";
    } else {
      text.push_back(octet);
    }
  }
  return text;
}

Secret joined(std::initializer_list<std::string_view> parts) {
  std::size_t octets = 0;
  for (const std::string_view part : parts)
    octets += part.size();
  std::string message;
  message.reserve(octets);
  for (const std::string_view part : parts)
    message.append(part);
  return Secret(std::move(message));
}

bool is_token(std::string_view token) {
  return !token.empty() && all_printable(token);
}

}  // namespace

std::string_view name(Mechanism mechanism) noexcept {
  switch (mechanism) {
    case Mechanism::Plain:
      return "PLAIN";
    case Mechanism::Login:
      return "LOGIN";
    case Mechanism::XOAuth2:
      return "XOAUTH2";
    case Mechanism::OAuthBearer:
      return "OAUTHBEARER";
  }
  return {};
}

std::optional<Mechanism> find_mechanism(std::string_view wanted) noexcept {
  for (const Mechanism mechanism : kMechanisms) {
    if (equal_caseless(name(mechanism), wanted)) return mechanism;
  }
  return std::nullopt;
}

Step Exchange::begin(std::optional<std::string_view> initial_response) {
  if (initial_response) return decode(*initial_response == "=" ? "" : *initial_response);
  return Challenge{mechanism_ == Mechanism::Login ? kUserChallenge : ""};
}

Step Exchange::answer(std::string_view line) {
  if (line != "*") return decode(line);
  if (std::exchange(over_, true)) return Malformed{"authentication is over"};
  return Cancelled{};
}

Step Exchange::decode(std::string_view base64) {
  if (std::exchange(over_, true)) return Malformed{"authentication is over"};
  std::optional<Secret> message = base64_decode_secret(base64);
  if (!message) return Malformed{"invalid base64"};

  std::optional<Credentials> credentials;
  switch (mechanism_) {
    case Mechanism::Plain:
      credentials = parse_plain(message->reveal());
      break;
    case Mechanism::Login:
      return take_login(std::move(*message));
    case Mechanism::XOAuth2:
      credentials = parse_xoauth2(message->reveal());
      break;
    case Mechanism::OAuthBearer:
      credentials = parse_oauthbearer(message->reveal());
      break;
  }
  if (!credentials) return Malformed{"invalid authentication message"};
  return std::move(*credentials);
}

Step Exchange::take_login(Secret answer) {
  const std::string_view octets = answer.reveal();
  if (login_user_.empty()) {
    if (!is_user(octets)) return Malformed{"invalid user name"};
    login_user_ = octets;
    over_ = false;
    return Challenge{kPasswordChallenge};
  }
  if (has_control(octets)) return Malformed{"invalid password"};
  return Credentials{Mechanism::Login, std::move(login_user_), std::move(answer)};
}

std::optional<Credentials> parse_plain(std::string_view message) {
  std::string_view password = message;
  const std::optional<std::string_view> authzid = take_until(password, '\0');
  if (!authzid) return std::nullopt;
  const std::optional<std::string_view> user = take_until(password, '\0');
  if (!user || !is_user(*user) || has_control(password)) return std::nullopt;
  if (!authzid->empty() && *authzid != *user) return std::nullopt;
  return Credentials{Mechanism::Plain, std::string(*user), Secret(password)};
}

std::optional<Credentials> parse_xoauth2(std::string_view message) {
  constexpr std::string_view kUserKey = "user=";
  std::string_view pairs = message;
  if (!pairs.starts_with(kUserKey)) return std::nullopt;
  pairs.remove_prefix(kUserKey.size());
  const std::optional<std::string_view> user = take_until(pairs, kSeparator);
  if (!user || !is_user(*user) || !has_bearer_pair(pairs)) return std::nullopt;
  return Credentials{Mechanism::XOAuth2, std::string(*user), Secret(message)};
}

std::optional<Credentials> parse_oauthbearer(std::string_view message) {
  // gs2-header: no channel binding ("n" or "y"), then the user as authorization identity.
  if (!message.starts_with("n,a=") && !message.starts_with("y,a=")) return std::nullopt;
  std::string_view pairs = message.substr(4);
  const std::optional<std::string_view> escaped = take_until(pairs, ',');
  if (!escaped || !pairs.starts_with(kSeparator)) return std::nullopt;
  pairs.remove_prefix(1);
  std::optional<std::string> user = unescape_saslname(*escaped);
  if (!user || !is_user(*user) || !has_bearer_pair(pairs)) return std::nullopt;
  return Credentials{Mechanism::OAuthBearer, *std::move(user), Secret(message)};
}

std::optional<Secret> plain_message(std::string_view authorization_identity,
                                    std::string_view user,
                                    std::string_view password) {
  if (user.empty() || password.empty()) return std::nullopt;
  for (const std::string_view part : {authorization_identity, user, password}) {
    if (breaks_lines(part)) return std::nullopt;
  }
  constexpr std::string_view kNul("\0", 1);
  return joined({authorization_identity, kNul, user, kNul, password});
}

std::optional<std::array<Secret, 2>> login_messages(std::string_view user,
                                                    std::string_view password) {
  if (user.empty() || breaks_lines(user)) return std::nullopt;
  if (password.empty() || breaks_lines(password)) return std::nullopt;
  return std::array{Secret(user), Secret(password)};
}

std::optional<Secret> xoauth2_message(std::string_view user, std::string_view token) {
  if (!is_user(user) || !is_token(token)) return std::nullopt;
  return joined({"user=", user, kAuthPair, token, kEndOfPairs});
}

std::optional<Secret> oauthbearer_message(std::string_view user, std::string_view token) {
  if (!is_user(user) || !is_token(token)) return std::nullopt;
  return joined({"n,a=", escape_saslname(user), ",", kAuthPair, token, kEndOfPairs});
}

std::string_view failure_answer(Mechanism mechanism) noexcept {
  return mechanism == Mechanism::OAuthBearer ? "AQ==" : "";
}

}  // namespace postern::wire::sasl
