// Escapes and placeholders in the lines of a story.

#include "wire/base64.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "tests/stories/story.hpp"

namespace postern::test {

namespace {

std::optional<char> hex_octet(std::string_view digits) {
  unsigned value = 0;
  if (digits.size() < 2) return std::nullopt;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + 2, value, 16);
  if (error != std::errc() || end != digits.data() + 2) return std::nullopt;
  return static_cast<char>(value);
}

// One escape at the beginning of the text: its octet, and how long it is.
std::optional<std::pair<char, std::size_t>> escape(std::string_view text) {
  if (text.size() < 2 || text.front() != '\\') return std::nullopt;
  switch (text[1]) {
    case 'r':
      return std::pair('\r', 2);
    case 'n':
      return std::pair('\n', 2);
    case 't':
      return std::pair('\t', 2);
    case '0':
      return std::pair('\0', 2);
    case '\\':
      return std::pair('\\', 2);
    case 'x':
      if (const auto octet = hex_octet(text.substr(2))) return std::pair(*octet, 4);
      return std::nullopt;
    default:
      return std::nullopt;  // "\Seen" is no escape
  }
}

// "<word argument>" at the beginning of the text, with whatever is inside balanced.
struct Placeholder {
  std::string_view word;
  std::string_view argument;
  std::size_t size;
};

std::optional<Placeholder> placeholder(std::string_view text) {
  if (!text.starts_with('<')) return std::nullopt;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '<') ++depth;
    if (text[i] != '>' || --depth > 0) continue;
    const std::string_view inside = text.substr(1, i - 1);
    const std::string_view word = inside.substr(0, inside.find(' '));
    const std::string_view argument =
        word.size() == inside.size() ? std::string_view() : inside.substr(word.size() + 1);
    return Placeholder{word, argument, i + 1};
  }
  return std::nullopt;
}

bool is_tag(std::string_view word) {
  return word.starts_with("tag") && std::ranges::all_of(word.substr(3), [](char octet) {
           return (octet >= '0' && octet <= '9') || (octet >= 'a' && octet <= 'z');
         });
}

std::string* find_tag(Tags& tags, std::string_view word) {
  const auto found = std::ranges::find(tags, word, &std::pair<std::string, std::string>::first);
  return found == tags.end() ? nullptr : &found->second;
}

// What a placeholder stands for, where that is fixed.
std::optional<std::string> fixed_text(const Placeholder& each, const Tags& tags) {
  if (each.word == "base64") return wire::base64_encode(octets_of(each.argument, tags));
  if (each.word == "repeat") {
    std::size_t times = 0;
    const std::size_t blank = each.argument.find(' ');
    std::from_chars(each.argument.data(), each.argument.data() + each.argument.size(), times);
    const std::string once = octets_of(each.argument.substr(blank + 1), tags);
    std::string text;
    while (times-- > 0)
      text += once;
    return text;
  }
  return std::nullopt;
}

}  // namespace

std::string octets_of(std::string_view text, const Tags& tags) {
  std::string octets;
  while (!text.empty()) {
    if (const auto octet = escape(text)) {
      octets += octet->first;
      text.remove_prefix(octet->second);
      continue;
    }
    const auto each = placeholder(text);
    auto fixed = each ? fixed_text(*each, tags) : std::nullopt;
    if (each && !fixed && is_tag(each->word)) {
      const auto bound = std::ranges::find(tags, each->word, &Tags::value_type::first);
      if (bound != tags.end()) fixed = bound->second;
    }
    if (fixed) {
      octets += *fixed;
      text.remove_prefix(each->size);
      continue;
    }
    octets += text.front();
    text.remove_prefix(1);
  }
  return octets;
}

std::expected<std::size_t, std::string> match(std::string_view text,
                                              std::string_view heard,
                                              Tags& tags) {
  std::size_t at = 0;
  const auto wrong = [&] {
    return std::unexpected("heard \"" + show(heard.substr(0, 2000)) + "\" where \"" +
                           show(text.substr(0, 200)) + "\" was expected at octet " +
                           std::to_string(at));
  };
  while (!text.empty()) {
    const auto octet = escape(text);
    const auto each = octet ? std::nullopt : placeholder(text);
    std::string expected(1, octet ? octet->first : text.front());
    std::size_t taken = octet ? octet->second : 1;
    if (each && each->word == "rest") return heard.size();
    if (each && (each->word == "any" || is_tag(each->word))) {
      const bool is_any = each->word == "any";
      const std::size_t end = heard.find_first_of(is_any ? "\r" : " \r", at);
      if (end == std::string_view::npos || (!is_any && end == at)) return wrong();
      expected = heard.substr(at, end - at);
      taken = each->size;
      if (!is_any) {
        if (std::string* bound = find_tag(tags, each->word)) {
          *bound = expected;
        } else {
          tags.emplace_back(each->word, expected);
        }
      }
    } else if (auto fixed = each ? fixed_text(*each, tags) : std::nullopt) {
      expected = std::move(*fixed);
      taken = each->size;
    }
    if (!heard.substr(at).starts_with(expected)) return wrong();
    at += expected.size();
    text.remove_prefix(taken);
  }
  return at;
}

std::string show(std::string_view octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char octet : octets) {
    const auto value = static_cast<unsigned char>(octet);
    if (octet == '\r') {
      text += "\\r";
    } else if (octet == '\n') {
      text += "\\n";
    } else if (value < 0x20 || value > 0x7E) {
      text += "\\x";
      text += kDigits[value >> 4U];
      text += kDigits[value & 15U];
    } else {
      text += octet;
    }
  }
  return text;
}

}  // namespace postern::test
