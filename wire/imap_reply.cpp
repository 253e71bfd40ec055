// See imap_reply.hpp.

#include "wire/imap_reply.hpp"

#include "wire/imap_parts.hpp"

#include <array>

namespace postern::wire::imap {

std::string status_line(std::string_view tag,
                        Condition condition,
                        std::string_view code,
                        std::string_view text) {
  constexpr std::array<std::string_view, 5> kWords = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
  std::string line(tag.empty() ? std::string_view("*") : tag);
  line.append(" ").append(kWords.at(static_cast<std::size_t>(condition))).append(" ");
  if (!code.empty()) line.append("[").append(code).append("] ");
  return line.append(text).append("\r\n");
}

std::string capability_line(std::string_view names) {
  return command_line({"* CAPABILITY", names});
}

std::string id_line(std::string_view name) {
  if (name.empty()) return command_line({"* ID NIL"});
  std::string list = "(\"name\" ";
  append_quoted(list, name);
  return command_line({"* ID", list.append(")")});
}

}  // namespace postern::wire::imap
