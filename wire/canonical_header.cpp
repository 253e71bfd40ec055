// See canonical_header.hpp.

#include "wire/canonical_header.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <array>

namespace postern::wire {

namespace {

// Fields that belong to a store rather than to the mail.
constexpr std::array<std::string_view, 10> kOfServers = {"Content-Length",
                                                         "Return-Path",
                                                         "Status",
                                                         "X-Status",
                                                         "X-UID",
                                                         "X-UIDL",
                                                         "X-IMAP",
                                                         "X-IMAPbase",
                                                         "X-Keywords",
                                                         "X-Message-Flag"};

bool is_kept(std::string_view name) {
  const bool is_name =
      !name.empty() && std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~'; });
  return is_name && std::ranges::none_of(kOfServers, [name](std::string_view other) {
           return equal_caseless(name, other);
         });
}

std::string without_returns(std::string_view line) {
  std::string text(line);
  std::erase(text, '\r');
  return text;
}

}  // namespace

std::string canonical_header(std::string_view mail) {
  std::string header;
  bool keeping = false;  // the field that the next continuation line belongs to
  while (!mail.empty()) {
    const std::size_t end = std::min(mail.find('\n'), mail.size());
    const std::string line = without_returns(mail.substr(0, end));
    mail.remove_prefix(std::min(end + 1, mail.size()));
    if (line.empty()) break;
    const std::string_view text = trim_trailing_blanks(line);
    if (is_blank(line.front())) {
      if (text.empty() || !keeping) continue;
    } else {
      const std::size_t colon = text.find(':');
      keeping = colon != std::string_view::npos && is_kept(text.substr(0, colon));
      if (!keeping) continue;
    }
    header.append(text).push_back('\n');
  }
  return header;
}

}  // namespace postern::wire
