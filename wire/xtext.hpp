// xtext (RFC 3461, section 4): how SMTP writes octets into the value of a parameter. Printable
// ASCII stands for itself, but for '+' and '='; everything else is '+' and two upper-case
// hexadecimal digits.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::wire {

[[nodiscard]] std::string encode_xtext(std::string_view octets);

// Nothing if the text is no xtext. An empty text stands for no octets.
[[nodiscard]] std::optional<std::string> decode_xtext(std::string_view text);

}  // namespace postern::wire
