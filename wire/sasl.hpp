// The SASL mechanisms that carry a secret the gateway can use upstream: PLAIN (RFC 4616), LOGIN
// (draft-murchison-sasl-login), XOAUTH2 (Google's) and OAUTHBEARER (RFC 7628).
//
// Two sides. "What was said": an Exchange takes a client's answers, base64 as they stand on the
// line, and ends in Credentials or in one reason why not; it is the same for POP3, IMAP and SMTP.
// "What to say": the messages for an upstream, before base64. What a client said is never sent on
// unread: passwords are written anew from their parts, and a token message goes upstream as it came
// only after it was found to be well formed. Everything that holds a password or a token is a
// Secret.

#pragma once

#include "wire/malformed.hpp"
#include "wire/secret.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace postern::wire::sasl {

enum class Mechanism : std::uint8_t { Plain, Login, XOAuth2, OAuthBearer };

inline constexpr std::array kMechanisms{
    Mechanism::Plain, Mechanism::Login, Mechanism::XOAuth2, Mechanism::OAuthBearer};

[[nodiscard]] std::string_view name(Mechanism mechanism) noexcept;

// The mechanism of that name in any case, if it is one of ours.
[[nodiscard]] std::optional<Mechanism> find_mechanism(std::string_view name) noexcept;

// Whether the secret is a token rather than a password.
[[nodiscard]] constexpr bool takes_token(Mechanism mechanism) noexcept {
  return mechanism == Mechanism::XOAuth2 || mechanism == Mechanism::OAuthBearer;
}

// ---- What was said

// The user is never empty and, like the password, holds no control octet but TAB. The password may
// be empty: who asks for it refuses that in the words of its protocol, without asking the upstream.
struct Credentials {
  Mechanism mechanism;
  std::string user;
  Secret secret;  // the password; for token mechanisms the whole message, to be sent on as it is
};

// Ask the client: base64, perhaps empty, to stand behind "+ " or "334 ".
struct Challenge {
  std::string_view base64;
};

struct Cancelled {};

using Step = std::variant<Challenge, Credentials, Cancelled, Malformed>;

// One AUTH command. Call begin() once, then answer() for each line the client sends while the Step
// is a Challenge; after any other Step the exchange is over and says nothing but Malformed.
class Exchange {
 public:
  explicit Exchange(Mechanism mechanism) : mechanism_(mechanism) {}

  // With the initial response of the command, if there was one; "=" is the empty one (RFC 5034).
  [[nodiscard]] Step begin(std::optional<std::string_view> initial_response);

  // With a line of the client, without its line end; "*" cancels.
  [[nodiscard]] Step answer(std::string_view line);

 private:
  Step decode(std::string_view base64);
  Step take_login(Secret answer);

  Mechanism mechanism_;
  bool over_ = false;
  std::string login_user_;  // LOGIN only: the answer to its first challenge, never empty
};

// The decoded messages, one parser a mechanism. An authorization identity in PLAIN must be empty or
// repeat the user: a client speaks for itself only. OAUTHBEARER must name a user, to find its
// upstream by.
[[nodiscard]] std::optional<Credentials> parse_plain(std::string_view message);
[[nodiscard]] std::optional<Credentials> parse_xoauth2(std::string_view message);
[[nodiscard]] std::optional<Credentials> parse_oauthbearer(std::string_view message);

// ---- What to say

// Each gives nothing when a part is empty (but for the authorization identity), or cannot be said:
// NUL, CR or LF anywhere, or any control octet in the parts of a token message.
[[nodiscard]] std::optional<Secret> plain_message(std::string_view authorization_identity,
                                                  std::string_view user,
                                                  std::string_view password);

// The answers to the two challenges of LOGIN.
[[nodiscard]] std::optional<std::array<Secret, 2>> login_messages(std::string_view user,
                                                                  std::string_view password);

[[nodiscard]] std::optional<Secret> xoauth2_message(std::string_view user, std::string_view token);
[[nodiscard]] std::optional<Secret> oauthbearer_message(std::string_view user,
                                                        std::string_view token);

// What ends a token mechanism after the upstream's failure challenge: base64, perhaps empty.
[[nodiscard]] std::string_view failure_answer(Mechanism mechanism) noexcept;

}  // namespace postern::wire::sasl
