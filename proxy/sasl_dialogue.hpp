// The exchange of challenges and responses that POP3, IMAP and SMTP have in common (RFC 4422,
// section 3): a client names a mechanism, and ends up with credentials or without.
//
// How a challenge is written and an answer is read is the protocol's business: see Prompt.

#pragma once

#include "metrics/label_values.hpp"
#include "net/task.hpp"
#include "proxy/login.hpp"
#include "wire/sasl.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace postern::proxy {

class Prompt {
 public:
  // Says a challenge, given in base64, and hears the line that answers it; nothing if that was too
  // long. The view is good until the next wait for the client.
  virtual net::Task<std::optional<std::string_view>> ask(std::string base64) = 0;

 protected:
  ~Prompt() = default;
};

// What a client is told who answered a challenge with "*".
inline constexpr std::string_view kCancelled = "cancelled";

// Credentials, or what the client is to be told instead.
using Heard = std::variant<wire::sasl::Credentials, std::string_view>;

// What was said is wiped from the stream as soon as it has been understood. Tries that come to
// nothing are counted.
net::Task<Heard> hear_credentials(Session& session,
                                  Login& login,
                                  wire::sasl::Mechanism mechanism,
                                  std::optional<std::string_view> initial_response,
                                  Prompt& prompt);

// The mechanism as operators count it.
[[nodiscard]] metrics::Mechanism counted(wire::sasl::Mechanism mechanism);

// A token that was refused: the client gets to see why, and answers that with a word of no meaning
// (RFC 7628, section 3.2.3). Does nothing if the upstream did not tell why.
net::Task<> relay_challenge(const LoginOutcome& outcome,
                            wire::sasl::Mechanism mechanism,
                            Prompt& prompt);

}  // namespace postern::proxy
