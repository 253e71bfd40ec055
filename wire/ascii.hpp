// Octets as ASCII, the way mail protocols mean it: no locale, no Unicode, no surprise.
//
// Everything that the grammars of this floor share stands here: comparing without regard to case,
// trimming blanks, and the one number parser. Numbers from the wire are parsed by parse_number and
// by nothing else, so that signs, blanks, hexadecimal digits and overflow are refused everywhere in
// the same way. A blank is SP or TAB; octets above 0x7F are neither letters nor controls.

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace postern::wire {

constexpr bool is_digit(char octet) {
  return octet >= '0' && octet <= '9';
}

constexpr bool is_blank(char octet) {
  return octet == ' ' || octet == '\t';
}

constexpr bool is_control(char octet) {
  return static_cast<unsigned char>(octet) < 0x20 || octet == 0x7F;
}

// 0x20 to 0x7E.
constexpr bool is_printable(char octet) {
  return octet >= 0x20 && octet <= 0x7E;
}

constexpr char to_lower(char octet) {
  return octet >= 'A' && octet <= 'Z' ? static_cast<char>(octet + ('a' - 'A')) : octet;
}

constexpr char to_upper(char octet) {
  return octet >= 'a' && octet <= 'z' ? static_cast<char>(octet - ('a' - 'A')) : octet;
}

[[nodiscard]] std::string lower_cased(std::string_view text);
[[nodiscard]] std::string upper_cased(std::string_view text);

[[nodiscard]] bool equal_caseless(std::string_view one, std::string_view other) noexcept;
[[nodiscard]] bool starts_with_caseless(std::string_view text, std::string_view start) noexcept;

// Linear in text times word; meant for short words of ours in one line of a peer's.
[[nodiscard]] bool contains_caseless(std::string_view text, std::string_view word) noexcept;

[[nodiscard]] std::string_view trim_leading_blanks(std::string_view text) noexcept;
[[nodiscard]] std::string_view trim_trailing_blanks(std::string_view text) noexcept;
[[nodiscard]] std::string_view trim_blanks(std::string_view text) noexcept;

// The next word goes out of `text`, with the blanks on both sides of it; empty when there is none.
[[nodiscard]] std::string_view take_word(std::string_view& text) noexcept;

// Whether a control octet other than TAB occurs: what no user name, password or command line holds.
[[nodiscard]] bool has_control(std::string_view text) noexcept;

// Whether NUL, CR or LF occurs: what can be written into no command at all.
[[nodiscard]] bool breaks_lines(std::string_view text) noexcept;

[[nodiscard]] bool all_printable(std::string_view text) noexcept;

// Whether the text is one digit or more, and nothing else.
[[nodiscard]] bool all_digits(std::string_view text) noexcept;

// The number that the whole text spells in decimal digits, if it is at most `max`. Leading zeros
// are fine; a sign, a blank, an empty text and an overflow are not.
[[nodiscard]] std::optional<std::uint64_t> parse_number(
    std::string_view text, std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) noexcept;

void append_number(std::string& out, std::uint64_t number);

// One line of printable ASCII, at most `octets_max` long, out of text that a stranger wrote, to be
// shown behind words of our own. Octets outside 0x20 to 0x7E become '?'. Blanks at both ends go,
// and so do leading octets that mean something at the start of a reply or a line ('+', '-', '.',
// '*',
// '['): such a text can neither pose as a reply nor as a response code.
[[nodiscard]] std::string printable(std::string_view text, std::size_t octets_max);

}  // namespace postern::wire
