// See smtp_reply.hpp.

#include "wire/smtp_reply.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <utility>

namespace postern::wire::smtp {

namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kCodeDigits = 3;

std::optional<std::uint16_t> take_part(std::string_view& text, std::uint64_t max) {
  const auto* const end = std::ranges::find_if_not(text, is_digit);
  const auto digits = static_cast<std::size_t>(end - text.begin());
  const auto number = parse_number(text.substr(0, digits), max);
  if (!number) return std::nullopt;
  text.remove_prefix(digits);
  return static_cast<std::uint16_t>(*number);
}

// "2.1.5 " at the front goes out of the text, if the class is that of the code.
EnhancedCode take_enhanced(std::string_view& text, std::uint16_t code) {
  constexpr std::uint64_t kPartMax = 999;
  std::string_view rest = text;
  const auto class_ = take_part(rest, kPartMax);
  if (!class_ || *class_ != code / 100 || !rest.starts_with('.')) return {};
  rest.remove_prefix(1);
  const auto subject = take_part(rest, kPartMax);
  if (!subject || !rest.starts_with('.')) return {};
  rest.remove_prefix(1);
  const auto detail = take_part(rest, kPartMax);
  if (!detail || (!rest.empty() && rest.front() != ' ')) return {};
  text = trim_leading_blanks(rest);
  return {.class_ = *class_, .subject = *subject, .detail = *detail};
}

void append_code(std::string& out, EnhancedCode enhanced) {
  append_number(out, enhanced.class_);
  out.push_back('.');
  append_number(out, enhanced.subject);
  out.push_back('.');
  append_number(out, enhanced.detail);
  out.push_back(' ');
}

void append_line(std::string& out,
                 std::uint16_t code,
                 bool last,
                 EnhancedCode enhanced,
                 std::string_view words) {
  const std::size_t start = out.size();
  append_number(out, code);
  out.push_back(last ? ' ' : '-');
  if (enhanced.is_set()) append_code(out, enhanced);
  const std::size_t used = out.size() - start;
  for (const char octet : words.substr(0, kToldLineOctetsMax - used)) {
    out.push_back(is_printable(octet) ? octet : '?');
  }
  out.append(kLineEnd);
}

// Replies to EHLO and HELO, greetings and 3yz have no enhanced code; others must.
EnhancedCode enhanced_or_default(const Reply& reply) {
  if (reply.enhanced.is_set() || reply.code / 100 == 3) return reply.enhanced;
  return {.class_ = static_cast<std::uint16_t>(reply.code / 100), .subject = 0, .detail = 0};
}

}  // namespace

std::variant<std::monostate, Reply, Malformed> ReplyReader::take(std::string_view line) {
  if (line.size() < kCodeDigits || !all_digits(line.substr(0, kCodeDigits))) {
    return Malformed{"reply without a code"};
  }
  const auto code = static_cast<std::uint16_t>(*parse_number(line.substr(0, kCodeDigits)));
  line.remove_prefix(kCodeDigits);
  if (code < 200 || code > 559) return Malformed{"reply code out of range"};
  const bool more = line.starts_with('-');
  if (!line.empty() && !more && line.front() != ' ') return Malformed{"no blank after reply code"};
  if (!line.empty()) line.remove_prefix(1);
  if (!reply_.lines.empty() && code != reply_.code) return Malformed{"reply codes that differ"};
  if (reply_.lines.size() == kReplyLinesMax) return Malformed{"reply of too many lines"};
  reply_.code = code;
  const EnhancedCode enhanced = take_enhanced(line, code);
  if (enhanced.is_set()) reply_.enhanced = enhanced;
  reply_.lines.emplace_back(line);
  if (more) return std::monostate{};
  return std::exchange(reply_, {});
}

std::string reply(std::uint16_t code, EnhancedCode enhanced, std::string_view words) {
  std::string out;
  append_line(out, code, true, enhanced, words);
  return out;
}

std::string told(const Reply& reply) {
  const EnhancedCode enhanced = enhanced_or_default(reply);
  std::string out;
  for (std::size_t i = 0; i < reply.lines.size(); ++i) {
    append_line(out, reply.code, i + 1 == reply.lines.size(), enhanced, reply.lines[i]);
  }
  return out;
}

std::string summary(const Reply& reply) {
  std::string text = std::to_string(reply.code);
  if (reply.enhanced.is_set()) {
    text.push_back(' ');
    append_code(text, reply.enhanced);
    text.pop_back();
  }
  for (const std::string& line : reply.lines)
    text.append(" ").append(line);
  return text;
}

}  // namespace postern::wire::smtp
