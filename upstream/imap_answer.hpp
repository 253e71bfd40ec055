// How an IMAP command ended, with texts of its own: the line it came in is gone by the time
// somebody looks.

#pragma once

#include "wire/ascii.hpp"
#include "wire/imap_response.hpp"

#include <string>
#include <string_view>

namespace postern::upstream {

struct ImapAnswer {
  static constexpr std::size_t kTextMax = 500;  // octets kept of each text

  wire::imap::Condition condition = wire::imap::Condition::Ok;
  std::string code;  // name of the response code, empty without
  std::string code_argument;
  std::string text;

  static ImapAnswer from(const wire::imap::Status& status) {
    const auto cut = [](std::string_view text) { return std::string(text.substr(0, kTextMax)); };
    return {.condition = status.condition,
            .code = status.code ? cut(status.code->name) : std::string(),
            .code_argument = status.code ? cut(status.code->argument) : std::string(),
            .text = cut(status.text)};
  }

  [[nodiscard]] bool ok() const { return condition == wire::imap::Condition::Ok; }

  [[nodiscard]] bool has_code(std::string_view name) const {
    return wire::equal_caseless(code, name);
  }
};

// "NO [LIMIT] too many": for logs.
[[nodiscard]] std::string describe(const ImapAnswer& answer);

}  // namespace postern::upstream
