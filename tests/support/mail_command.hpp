// One command of an IMAP client, taken apart by a server's ear (RFC 3501, section 9).

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::test {

// A word, a string, or a list in brackets.
struct MailWord {
  std::string text;  // of a list: as it was written
  bool is_list = false;
  std::vector<MailWord> items{};
};

struct MailCommand {
  std::string tag;
  std::string name;  // upper case; "UID FETCH" for two words
  std::vector<MailWord> arguments;

  [[nodiscard]] std::string argument(std::size_t index) const {
    return index < arguments.size() ? arguments[index].text : std::string();
  }
};

// A line with its literals in place: "...{3}\r\nabc ...". Nothing if it is no command.
[[nodiscard]] std::optional<MailCommand> parse_mail_command(std::string_view text);

// The octets of the literal that a line announces at its end, and whether the client waits for "+".
struct MailLiteral {
  std::size_t octets = 0;
  bool waits = true;
};

[[nodiscard]] std::optional<MailLiteral> announced_mail_literal(std::string_view line);

// Numbers that a set names, "1:3,7,10:*", of those between 1 and `last`, where "*" is `last`.
// Nothing if it is no set.
using NumberRanges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
[[nodiscard]] std::optional<NumberRanges> parse_number_set(std::string_view text,
                                                           std::uint32_t last);
[[nodiscard]] bool is_in(const NumberRanges& ranges, std::uint32_t number);

[[nodiscard]] std::string upper(std::string_view text);

}  // namespace postern::test
