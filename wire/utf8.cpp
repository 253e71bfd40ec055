// See utf8.hpp.

#include "wire/utf8.hpp"

#include <cstddef>

namespace postern::wire {

namespace {

unsigned octet_at(std::string_view text, std::size_t index) {
  return index < text.size() ? static_cast<unsigned char>(text[index]) : 0;
}

// How many octets the character has that starts with this one; 0 if none does.
std::size_t length_from(unsigned first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

}  // namespace

std::optional<char32_t> take_character(std::string_view& text) noexcept {
  const unsigned first = octet_at(text, 0);
  const std::size_t length = length_from(first);
  if (length == 0 || length > text.size()) return std::nullopt;
  char32_t character = length == 1 ? first : first & (0x7FU >> length);
  for (std::size_t index = 1; index < length; ++index) {
    const unsigned octet = octet_at(text, index);
    if ((octet & 0xC0U) != 0x80) return std::nullopt;
    character = character << 6 | (octet & 0x3FU);
  }
  constexpr char32_t kLeastOfLength[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = character >= 0xD800 && character <= 0xDFFF;
  if (character < kLeastOfLength[length] || surrogate || character > 0x10FFFF) {
    return std::nullopt;
  }
  text.remove_prefix(length);
  return character;
}

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    if (!take_character(text)) return false;
  }
  return true;
}

}  // namespace postern::wire
