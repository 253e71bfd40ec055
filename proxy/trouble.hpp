// What the client hears when something fails. The whole policy of failure, on one screen.
//
// Inside, a failure is a kind and whose connection it happened on; here it becomes a POP3 response
// code (RFC 2449, 3206) and a fixed sentence. Clients act on both: [AUTH] makes them ask for a new
// password, so it is said only when the upstream refused the credentials; fetchmail reads the
// words, so temporary refusals say "unavailable" and "wait", a busy maildrop says "locked", and a
// wrong password says none of these. Host names and words of libraries are never shown; words of
// the upstream only where they are meant for its user, and then as one short line of ASCII.

#pragma once

#include "net/result.hpp"
#include "wire/pop3_reply.hpp"

#include <cstddef>
#include <string>

namespace postern::proxy {

// What the gateway was asked for when it failed.
enum class Asked : unsigned char { ToLogIn, ForMail, ForList, ToCommit };

struct Words {
  wire::pop3::ResponseCode code = wire::pop3::ResponseCode::None;
  std::string text;
};

// Octets of the upstream's own words that are shown.
inline constexpr std::size_t kSaidOctetsMax = 200;

[[nodiscard]] Words words_for(Asked asked, const net::Error& error);

// The reply, complete.
[[nodiscard]] std::string refusal(Asked asked, const net::Error& error);

// What our own rules say, without any failure behind them.
[[nodiscard]] std::string refuse_busy();         // too many sessions, or a lock
[[nodiscard]] std::string refuse_login_delay();  // LOGIN-DELAY has not passed
[[nodiscard]] std::string refuse_throttled();    // too many failed logins from there
[[nodiscard]] std::string refuse_read_only();
[[nodiscard]] std::string refuse_damaged();   // DELE of a mail whose transfer failed
[[nodiscard]] std::string refuse_overload();  // in place of a greeting
[[nodiscard]] std::string refuse_not_removed(std::size_t left, std::size_t all);
[[nodiscard]] std::string refuse(std::string_view text);  // plain -ERR: a mistake of the client's

}  // namespace postern::proxy
