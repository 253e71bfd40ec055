// See pop3.hpp. One table says which keyword is parsed by what; the parsers below it are as many as
// there are shapes of arguments.

#include "wire/pop3.hpp"

#include "wire/ascii.hpp"
#include "wire/first_line.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace postern::wire::pop3 {

namespace {

constexpr Malformed kSyntaxError{"syntax error"};
constexpr Malformed kInvalidCharacter{"invalid character"};
constexpr Malformed kLineTooLong{"line too long"};
constexpr std::size_t kLineEndOctets = 2;

// 1*DIGIT, as large as you like: what does not fit becomes the largest number.
std::optional<std::uint32_t> take_number(std::string_view& text) {
  constexpr std::uint32_t kLargest = std::numeric_limits<std::uint32_t>::max();
  const std::string_view word = take_word(text);
  if (!all_digits(word)) return std::nullopt;
  return static_cast<std::uint32_t>(parse_number(word, kLargest).value_or(kLargest));
}

template <class Bare>
Command parse_bare(std::string_view arguments) {
  if (!trim_blanks(arguments).empty()) return kSyntaxError;
  return Bare{};
}

template <class Numbered>
Command parse_numbered(std::string_view arguments) {
  const std::optional<std::uint32_t> number = take_number(arguments);
  if (!number || !arguments.empty()) return kSyntaxError;
  return Numbered{MessageNumber{*number}};
}

template <class Listing>
Command parse_listing(std::string_view arguments) {
  if (trim_blanks(arguments).empty()) return Listing{};
  return parse_numbered<Listing>(arguments);
}

Command parse_user(std::string_view arguments) {
  if (!arguments.empty()) arguments.remove_prefix(1);
  const std::string_view name = trim_trailing_blanks(arguments);
  if (name.empty()) return kSyntaxError;
  return User{name};
}

Command parse_pass(std::string_view arguments) {
  if (arguments.empty()) return Pass{};
  if (arguments.front() != ' ') return kSyntaxError;
  return Pass{arguments.substr(1)};
}

Command parse_auth(std::string_view arguments) {
  const std::string_view mechanism = take_word(arguments);
  if (mechanism.empty()) return AuthList{};
  Auth auth{mechanism, std::nullopt};
  if (!arguments.empty()) auth.initial_response = take_word(arguments);
  if (!arguments.empty()) return kSyntaxError;
  return auth;
}

// Its arguments do not matter to who does not speak it.
Command parse_apop(std::string_view) {
  return Apop{};
}

Command parse_lang(std::string_view arguments) {
  const std::string_view tag = take_word(arguments);
  if (!arguments.empty()) return kSyntaxError;
  return Lang{tag};
}

Command parse_top(std::string_view arguments) {
  const std::optional<std::uint32_t> number = take_number(arguments);
  const std::optional<std::uint32_t> lines = take_number(arguments);
  if (!number || !lines || !arguments.empty()) return kSyntaxError;
  return Top{MessageNumber{*number}, *lines};
}

Command parse_xclient(std::string_view arguments) {
  const std::string_view pairs = trim_blanks(arguments);
  std::string_view rest = pairs;
  std::size_t count = 0;
  while (take_pair(rest))
    ++count;
  if (!rest.empty() || count == 0 || count > kXclientPairsMax) return kSyntaxError;
  return Xclient{pairs};
}

struct Keyword {
  std::string_view name;
  Command (*parse)(std::string_view arguments);
  bool long_line = false;
};

constexpr std::array kKeywords{
    Keyword{"RETR", parse_numbered<Retr>},
    Keyword{"DELE", parse_numbered<Dele>},
    Keyword{"UIDL", parse_listing<Uidl>},
    Keyword{"LIST", parse_listing<List>},
    Keyword{"STAT", parse_bare<Stat>},
    Keyword{"QUIT", parse_bare<Quit>},
    Keyword{"USER", parse_user},
    Keyword{"PASS", parse_pass},
    Keyword{"CAPA", parse_bare<Capa>},
    Keyword{"STLS", parse_bare<Stls>},
    Keyword{"AUTH", parse_auth, true},
    Keyword{"TOP", parse_top},
    Keyword{"NOOP", parse_bare<Noop>},
    Keyword{"RSET", parse_bare<Rset>},
    Keyword{"UTF8", parse_bare<Utf8>},
    Keyword{"LANG", parse_lang},
    Keyword{"APOP", parse_apop},
    Keyword{"XCLIENT", parse_xclient, true},
};

}  // namespace

Command parse_command(std::string_view line, const LineLimits& limits) {
  const std::size_t keyword_end = std::min(line.find_first_of(" \t"), line.size());
  const std::string_view name = line.substr(0, keyword_end);
  const auto* keyword = std::ranges::find_if(
      kKeywords, [name](const Keyword& known) { return equal_caseless(known.name, name); });
  const bool known = keyword != kKeywords.end();

  const bool long_line = known && keyword->long_line;
  const std::size_t octets_max = long_line ? limits.sasl_octets_max : limits.command_octets_max;
  if (line.size() + kLineEndOctets > octets_max) return kLineTooLong;
  if (has_control(line)) return kInvalidCharacter;
  if (!known) return Unknown{};
  return keyword->parse(line.substr(keyword_end));
}

std::optional<XclientPair> take_pair(std::string_view& arguments) {
  std::string_view rest = arguments;
  const std::string_view word = take_word(rest);
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos || equals == 0) return std::nullopt;
  arguments = rest;
  return XclientPair{word.substr(0, equals), word.substr(equals + 1)};
}

bool speaks_another_protocol(std::string_view first_line) noexcept {
  return is_http_or_tls(first_line) || starts_with_caseless(first_line, "EHLO ") ||
         starts_with_caseless(first_line, "HELO ");
}

}  // namespace postern::wire::pop3
