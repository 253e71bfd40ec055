// See imap_lexer.hpp. A table says for each octet in which kinds of runs it may stand.

#include "wire/imap_lexer.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <array>

namespace postern::wire::imap {

namespace {

constexpr std::uint8_t kAtom = 1;
constexpr std::uint8_t kItemName = 2;
constexpr std::uint8_t kDigit = 4;
constexpr std::uint8_t kBlank = 8;

constexpr auto kKinds = [] {
  std::array<std::uint8_t, 256> kinds{};
  for (std::size_t octet = 0; octet < kinds.size(); ++octet) {
    const char c = static_cast<char>(octet);
    if (c == ' ') kinds[octet] = kBlank;
    if (is_control(c) || std::string_view(" (){\"").contains(c)) continue;
    kinds[octet] = kAtom;
    if (!std::string_view("[]<").contains(c)) kinds[octet] |= kItemName;
    if (is_digit(c)) kinds[octet] |= kDigit;
  }
  return kinds;
}();

bool is_kind(char octet, std::uint8_t kind) {
  return (kKinds[static_cast<unsigned char>(octet)] & kind) != 0;
}

}  // namespace

std::string String::text() const {
  if (!escaped) return std::string(octets);
  std::string plain;
  plain.reserve(octets.size());
  for (std::size_t at = 0; at < octets.size(); ++at) {
    if (octets[at] == '\\' && at + 1 < octets.size()) ++at;
    plain.push_back(octets[at]);
  }
  return plain;
}

bool Lexer::take(char octet) noexcept {
  if (at_end() || text_[at_] != octet) return false;
  advance(1);
  return true;
}

void Lexer::skip_blanks() noexcept {
  run_of(kBlank);
}

std::string_view Lexer::take_rest() noexcept {
  return advance(text_.size() - at_);
}

std::string_view Lexer::atom() noexcept {
  return run_of(kAtom);
}

std::string_view Lexer::item_name() noexcept {
  return run_of(kItemName);
}

std::optional<std::uint64_t> Lexer::number(std::uint64_t max) noexcept {
  return parse_number(run_of(kDigit), max);
}

std::optional<String> Lexer::quoted() noexcept {
  if (!take('"')) return std::nullopt;
  String string;
  for (std::size_t end = at_; end < text_.size(); ++end) {
    const char octet = text_[end];
    if (octet == '"') {
      string.octets = advance(end - at_);
      advance(1);
      return string;
    }
    if (octet == '\0' || octet == '\r' || octet == '\n') break;
    if (octet != '\\') continue;
    string.escaped = true;
    ++end;  // what is escaped ends nothing
    if (end < text_.size() && breaks_lines(text_.substr(end, 1))) break;
  }
  advance(text_.size() - at_);  // examined in vain, once
  return std::nullopt;
}

std::optional<Announcement> Lexer::announcement() noexcept {
  Announcement announced;
  announced.literal8 = take('~');
  if (!take('{')) return std::nullopt;
  const std::string_view digits = run_of(kDigit);
  announced.non_synchronizing = take('+');
  if (digits.empty() || !take('}')) return std::nullopt;
  announced.octets = parse_number(digits).value_or(std::numeric_limits<std::uint64_t>::max());
  return announced;
}

std::optional<String> Lexer::literal() noexcept {
  const std::optional<Announcement> announced = announcement();
  if (!announced) return std::nullopt;
  take('\r');
  if (!take('\n') || announced->octets > text_.size() - at_) return std::nullopt;
  return String{.octets = advance(static_cast<std::size_t>(announced->octets))};
}

std::optional<String> Lexer::string() noexcept {
  return peek() == '"' ? quoted() : literal();
}

std::optional<String> Lexer::astring() noexcept {
  if (at_string()) return string();
  const std::string_view octets = atom();
  if (octets.empty()) return std::nullopt;
  return String{.octets = octets};
}

bool Lexer::at_string() const noexcept {
  return peek() == '"' || peek() == '{' || rest().starts_with("~{");
}

bool Lexer::take_nil() noexcept {
  constexpr std::size_t kNilOctets = 3;
  const std::string_view text = rest();
  if (!starts_with_caseless(text, "NIL")) return false;
  if (text.size() > kNilOctets && is_kind(text[kNilOctets], kAtom)) return false;
  advance(kNilOctets);
  return true;
}

std::optional<std::string_view> Lexer::section() noexcept {
  if (!take('[')) return std::nullopt;
  const std::size_t start = at_;
  while (!at_end() && peek() != ']') {
    if (peek() == '"') {
      if (!quoted()) return std::nullopt;
    } else if (is_control(peek()) || peek() == '{') {
      return std::nullopt;
    } else {
      advance(1);
    }
  }
  const std::string_view name = text_.substr(start, at_ - start);
  if (!take(']')) return std::nullopt;
  return name;
}

std::optional<std::string_view> Lexer::list() noexcept {
  const std::size_t start = at_;
  if (peek() != '(' || !skip_value()) return std::nullopt;
  return text_.substr(start + 1, at_ - start - 2);
}

bool Lexer::skip_value() noexcept {
  int depth = 0;
  do {
    if (take('(')) {
      if (++depth > kDepthMax) return false;
    } else if (depth > 0 && take(')')) {
      --depth;
    } else if (!skip_scalar()) {
      return false;
    }
    if (depth > 0) skip_blanks();
  } while (depth > 0);
  return true;
}

bool Lexer::skip_scalar() noexcept {
  if (at_string()) return string().has_value();
  return !atom().empty();
}

std::string_view Lexer::run_of(std::uint8_t kind) noexcept {
  std::size_t end = at_;
  while (end < text_.size() && is_kind(text_[end], kind))
    ++end;
  ++examined_;  // the octet that ended it
  return advance(end - at_);
}

std::string_view Lexer::advance(std::size_t octets) noexcept {
  const std::string_view passed = text_.substr(at_, octets);
  at_ += octets;
  examined_ += octets;
  return passed;
}

bool has_flag(std::string_view list, std::string_view flag) noexcept {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(' '), list.size());
    if (equal_caseless(list.substr(0, end), flag)) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

}  // namespace postern::wire::imap
