// See modified_utf7.hpp.

#include "wire/modified_utf7.hpp"

#include "wire/ascii.hpp"
#include "wire/base64.hpp"
#include "wire/utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace postern::wire {

namespace {

void append_unit(std::string& utf16, char32_t unit) {
  utf16.push_back(static_cast<char>(unit >> 8 & 0xFF));
  utf16.push_back(static_cast<char>(unit & 0xFF));
}

void append_utf16(std::string& utf16, char32_t character) {
  if (character < 0x10000) return append_unit(utf16, character);
  const char32_t above = character - 0x10000;
  append_unit(utf16, 0xD800 + (above >> 10));
  append_unit(utf16, 0xDC00 + (above & 0x3FF));
}

// Base64 with "," for "/" and without padding.
void append_shifted(std::string& name, std::string& utf16) {
  if (utf16.empty()) return;
  std::string digits = base64_encode(utf16);
  digits.resize(digits.find_last_not_of('=') + 1);
  std::ranges::replace(digits, '/', ',');
  name.append("&").append(digits).append("-");
  utf16.clear();
}

}  // namespace

std::optional<std::string> encode_modified_utf7(std::string_view utf8) {
  if (utf8.empty()) return std::nullopt;
  std::string name;
  std::string utf16;  // characters that wait to be shifted out together
  while (!utf8.empty()) {
    const std::optional<char32_t> character = take_character(utf8);
    const bool c1_control = character && *character >= 0x80 && *character < 0xA0;
    if (!character || *character < 0x20 || *character == 0x7F || c1_control) return std::nullopt;
    if (*character > 0x7E) {
      append_utf16(utf16, *character);
      continue;
    }
    append_shifted(name, utf16);
    name.push_back(static_cast<char>(*character));
    if (*character == '&') name.push_back('-');
  }
  append_shifted(name, utf16);
  return name;
}

}  // namespace postern::wire
