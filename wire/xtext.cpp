// See xtext.hpp.

#include "wire/xtext.hpp"

#include <cstddef>

namespace postern::wire {

namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";

// '!' to '~' without '+' and '='.
bool stands_for_itself(char octet) {
  return octet >= '!' && octet <= '~' && octet != '+' && octet != '=';
}

}  // namespace

std::string encode_xtext(std::string_view octets) {
  std::string text;
  text.reserve(octets.size());
  for (const char octet : octets) {
    if (stands_for_itself(octet)) {
      text.push_back(octet);
      continue;
    }
    const auto value = static_cast<unsigned char>(octet);
    text.push_back('+');
    text.push_back(kDigits[value >> 4U]);
    text.push_back(kDigits[value & 0xFU]);
  }
  return text;
}

std::optional<std::string> decode_xtext(std::string_view text) {
  std::string octets;
  octets.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (stands_for_itself(text[at])) {
      octets.push_back(text[at]);
      continue;
    }
    if (text[at] != '+' || at + 2 >= text.size()) return std::nullopt;
    const std::size_t high = kDigits.find(text[at + 1]);
    const std::size_t low = kDigits.find(text[at + 2]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    octets.push_back(static_cast<char>(high * kDigits.size() + low));
    at += 2;
  }
  return octets;
}

}  // namespace postern::wire
