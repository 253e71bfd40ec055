// What somebody said first who takes us for something else (RFC 9110 section 9.3.1, RFC 8446
// section 5.1): browsers that are made to post to mail servers, and TLS on a port without.

#pragma once

#include <string_view>

namespace postern::wire {

// Whether the line is HTTP's, or the beginning of a TLS handshake.
[[nodiscard]] bool is_http_or_tls(std::string_view first_line) noexcept;

}  // namespace postern::wire
