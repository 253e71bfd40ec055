// See pop3_answer.hpp.

#include "wire/pop3_answer.hpp"

#include "wire/ascii.hpp"

#include <algorithm>

namespace postern::wire::pop3 {

namespace {

std::optional<MessageNumber> take_number(std::string_view& line) noexcept {
  const auto number = parse_number(take_word(line), UINT32_MAX);
  if (!number || *number == 0) return std::nullopt;
  return MessageNumber{static_cast<std::uint32_t>(*number)};
}

}  // namespace

bool is_uidl(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kUidlOctetsMax &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

std::optional<StatusLine> parse_status_line(std::string_view line) noexcept {
  const std::string_view word = take_word(line);
  const bool ok = equal_caseless(word, "+OK");
  if (!ok && !equal_caseless(word, "-ERR")) return std::nullopt;
  return StatusLine{.ok = ok, .words = trim_blanks(line)};
}

std::optional<std::string_view> unstuffed(std::string_view line) noexcept {
  if (!line.starts_with('.')) return line;
  if (line.size() == 1) return std::nullopt;
  return line.substr(1);
}

std::optional<SizeLine> parse_size_line(std::string_view line) noexcept {
  const auto number = take_number(line);
  const auto octets = parse_number(take_word(line), INT64_MAX);
  if (!number || !octets) return std::nullopt;
  return SizeLine{.number = *number, .octets = *octets};
}

std::optional<UidlLine> parse_uidl_line(std::string_view line) noexcept {
  const auto number = take_number(line);
  const std::string_view uidl = trim_blanks(line);
  if (!number || uidl.empty()) return std::nullopt;
  return UidlLine{.number = *number, .uidl = uidl};
}

}  // namespace postern::wire::pop3
