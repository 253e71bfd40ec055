// What an upstream's "no" means.
//
// Servers say why they refuse in response codes (RFC 5530), in words, or not at all; and clients do
// quite different things when told "wrong password", "try again" or "in use". First the code
// counts, then words that the operator can change, then where it was said: a plain NO to a login is
// a wrong password, a BAD is our own mistake.

#pragma once

#include "conf/settings.hpp"
#include "net/result.hpp"
#include "upstream/imap_answer.hpp"

#include <chrono>
#include <optional>

namespace postern::upstream {

// To LOGIN or AUTHENTICATE: Kind::Refused for wrong credentials, and nothing else for that.
[[nodiscard]] net::Error login_refusal(const ImapAnswer& answer, const conf::Upstream& settings);

// To a greeting of BYE, or BYE at any time before the login was answered.
[[nodiscard]] net::Error bye_refusal(const ImapAnswer& answer, const conf::Upstream& settings);

// To SELECT or EXAMINE: Kind::Gone for a mailbox that does not exist.
[[nodiscard]] net::Error open_refusal(const ImapAnswer& answer, const conf::Upstream& settings);

// To APPEND: Kind::Unavailable or Kind::InUse where another try may do better, else Kind::Denied.
[[nodiscard]] net::Error append_refusal(const ImapAnswer& answer, const conf::Upstream& settings);

// How long the upstream asks to be left alone (Exchange: "Suggested Backoff Time: N",
// milliseconds); at most kBackoffMax.
inline constexpr std::chrono::milliseconds kBackoffMax = std::chrono::minutes(10);
[[nodiscard]] std::optional<std::chrono::milliseconds> suggested_backoff(std::string_view text);

}  // namespace postern::upstream
