// The Received field that a relay puts in front of a message (RFC 5321, section 4.4; words for the
// protocol: RFC 3848, RFC 6531 section 4.3).

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::wire {

struct Received {
  std::string_view helo;     // as the client named itself; a domain or an address literal
  std::string_view address;  // of the client, in text; empty: it is not to be shown
  std::string_view by;       // our host name
  bool extended = true;      // EHLO, not HELO
  bool utf8 = false;         // MAIL had SMTPUTF8
  bool secure = false;
  bool authenticated = false;
  std::string_view id;         // of the session
  std::int64_t unix_time = 0;  // seconds
};

// The field, folded, with its line end; at most kReceivedOctetsMax octets.
[[nodiscard]] std::string written(const Received& received);

inline constexpr std::size_t kReceivedOctetsMax = 1024;

}  // namespace postern::wire
