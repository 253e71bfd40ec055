// Base64 (RFC 4648, section 4), strict in what it reads.
//
// Decoding takes the canonical form only: whole groups of four, padding where it belongs, no blanks
// or line ends, and no stray bits under the padding. So a text has one meaning and one spelling,
// and what a client said can be compared with what an upstream hears.

#pragma once

#include "wire/secret.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace postern::wire {

// How long the encoded form of so many octets is.
constexpr std::size_t base64_octets(std::size_t octets) {
  return (octets + 2) / 3 * 4;
}

// Appends. Does not reallocate when base64_octets() of room is reserved, so secrets leave no
// copies.
void append_base64(std::string& out, std::string_view octets);

[[nodiscard]] std::string base64_encode(std::string_view octets);

[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

// The same for secrets: no copy of the octets stays behind, not even of a text that was refused.
[[nodiscard]] std::optional<Secret> base64_decode_secret(std::string_view text);

}  // namespace postern::wire
