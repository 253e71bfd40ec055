// See base64.hpp. Both directions work by groups: three octets are four digits of six bits.

#include "wire/base64.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace postern::wire {

namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 0xFF;

constexpr auto kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::uint8_t value = 0; value < 64; ++value) {
    values[static_cast<unsigned char>(kDigits[value])] = value;
  }
  return values;
}();

std::uint32_t octet_at(std::string_view octets, std::size_t index) {
  return index < octets.size() ? static_cast<unsigned char>(octets[index]) : 0;
}

std::size_t padding_of(std::string_view text) {
  if (text.ends_with("==")) return 2;
  return text.ends_with("=") ? 1 : 0;
}

// Puts the decoded octets into `out`, which is empty; false leaves some of them there.
bool decode_into(std::string& out, std::string_view text) {
  if (text.size() % 4 != 0) return false;
  const std::string_view digits = text.substr(0, text.size() - padding_of(text));
  out.reserve(text.size() / 4 * 3);

  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char digit : digits) {
    const std::uint8_t value = kValues[static_cast<unsigned char>(digit)];
    if (value == kNoDigit) return false;
    bits = (bits << 6 | value) & 0xFFF;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out.push_back(static_cast<char>(bits >> held & 0xFF));
  }
  const std::uint32_t stray = bits & ((1U << held) - 1);
  return stray == 0;
}

}  // namespace

void append_base64(std::string& out, std::string_view octets) {
  for (std::size_t at = 0; at < octets.size(); at += 3) {
    const std::uint32_t group =
        octet_at(octets, at) << 16 | octet_at(octets, at + 1) << 8 | octet_at(octets, at + 2);
    const std::size_t left = octets.size() - at;
    out.push_back(kDigits[group >> 18 & 63]);
    out.push_back(kDigits[group >> 12 & 63]);
    out.push_back(left > 1 ? kDigits[group >> 6 & 63] : '=');
    out.push_back(left > 2 ? kDigits[group & 63] : '=');
  }
}

std::string base64_encode(std::string_view octets) {
  std::string text;
  text.reserve(base64_octets(octets.size()));
  append_base64(text, octets);
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  std::string octets;
  if (!decode_into(octets, text)) return std::nullopt;
  return octets;
}

std::optional<Secret> base64_decode_secret(std::string_view text) {
  std::string octets;
  const bool decoded = decode_into(octets, text);
  Secret secret(std::move(octets));  // wipes what was decoded of a refused text as well
  if (!decoded) return std::nullopt;
  return secret;
}

}  // namespace postern::wire
