// POP3 clients as they read a mail: the strict one, and those that end lines at less than CRLF.
//
// They are the other opinion that the dot stuffer is held against, so they share no code with it.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace postern::wire::test {

enum class LineEnd { CrLf, Lf, Cr, Any };

struct Reading {
  std::string mail;        // unstuffed, lines ended by CRLF
  std::size_t octets = 0;  // up to and with the line that ended it
};

// One line off `answer` from `at`, without its end; nothing when none is complete.
inline std::optional<std::string_view> next_line(std::string_view answer,
                                                 std::size_t& at,
                                                 LineEnd line_end) {
  for (std::size_t end = at; end < answer.size(); ++end) {
    const char octet = answer[end];
    const bool ends = line_end == LineEnd::Lf    ? octet == '\n'
                      : line_end == LineEnd::Cr  ? octet == '\r'
                      : line_end == LineEnd::Any ? octet == '\n' || octet == '\r'
                                                 : answer.substr(end).starts_with("\r\n");
    if (!ends) continue;
    std::string_view line = answer.substr(at, end - at);
    at = end + 1;
    if (octet == '\r' && answer.substr(at).starts_with('\n')) ++at;
    while (line_end == LineEnd::Lf && line.ends_with('\r'))
      line.remove_suffix(1);
    return line;
  }
  return std::nullopt;
}

// The mail up to the line that is a single dot; nothing when there is none.
inline std::optional<Reading> read_mail(std::string_view answer, LineEnd line_end) {
  Reading reading;
  while (const auto line = next_line(answer, reading.octets, line_end)) {
    if (*line == ".") return reading;
    reading.mail.append(line->starts_with('.') ? line->substr(1) : *line).append("\r\n");
  }
  return std::nullopt;
}

}  // namespace postern::wire::test
