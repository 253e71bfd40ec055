// See ascii.hpp. All loops are linear in their input and none depends on the locale.

#include "wire/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace postern::wire {

namespace {

bool same_letter(char one, char other) {
  return to_lower(one) == to_lower(other);
}

std::string mapped(std::string_view text, char (*map)(char)) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), map);
  return result;
}

}  // namespace

std::string lower_cased(std::string_view text) {
  return mapped(text, to_lower);
}

std::string upper_cased(std::string_view text) {
  return mapped(text, to_upper);
}

bool equal_caseless(std::string_view one, std::string_view other) noexcept {
  return one.size() == other.size() &&
         std::equal(one.begin(), one.end(), other.begin(), same_letter);
}

bool starts_with_caseless(std::string_view text, std::string_view start) noexcept {
  return text.size() >= start.size() && equal_caseless(text.substr(0, start.size()), start);
}

bool contains_caseless(std::string_view text, std::string_view word) noexcept {
  return word.empty() || !std::ranges::search(text, word, same_letter).empty();
}

std::string_view trim_leading_blanks(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  return text;
}

std::string_view trim_trailing_blanks(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

std::string_view trim_blanks(std::string_view text) noexcept {
  return trim_trailing_blanks(trim_leading_blanks(text));
}

std::string_view take_word(std::string_view& text) noexcept {
  text = trim_leading_blanks(text);
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view word = text.substr(0, end);
  text = trim_leading_blanks(text.substr(end));
  return word;
}

bool has_control(std::string_view text) noexcept {
  return std::ranges::any_of(text, [](char c) { return is_control(c) && c != '\t'; });
}

bool breaks_lines(std::string_view text) noexcept {
  return text.find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos;
}

bool all_printable(std::string_view text) noexcept {
  return std::ranges::all_of(text, is_printable);
}

bool all_digits(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t max) noexcept {
  // For an unsigned type from_chars takes digits only: no sign, no blank, no prefix.
  std::uint64_t number = 0;
  const char* const start = text.data();
  const char* const end = start + text.size();
  const auto [stop, error] = std::from_chars(start, end, number);
  if (error != std::errc{} || stop != end || number > max) return std::nullopt;
  return number;
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, std::numeric_limits<std::uint64_t>::digits10 + 1> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

std::string printable(std::string_view text, std::size_t octets_max) {
  constexpr std::string_view kNeverFirst = " +-.*[";
  std::string line;
  line.reserve(std::min(text.size(), octets_max));
  for (const char octet : text) {
    if (line.size() == octets_max) break;
    const char shown = is_printable(octet) ? octet : is_blank(octet) ? ' ' : '?';
    if (line.empty() && kNeverFirst.contains(shown)) continue;
    line.push_back(shown);
  }
  line.resize(trim_trailing_blanks(line).size());
  return line;
}

}  // namespace postern::wire
