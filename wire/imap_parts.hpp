// How an IMAP command with strings of a stranger in it is written (RFC 3501, section 4.3; RFC
// 7888).
//
// A string is quoted when it is printable ASCII, else it is a literal. A literal may have to wait
// until the server says "+"; so a command is Parts: send one, wait for the continuation, send the
// next. What cannot be written at all (NUL, CR, LF) is for the caller to refuse: can_be_written().

#pragma once

#include "wire/imap_capability.hpp"
#include "wire/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace postern::wire::imap {

// A command in pieces: after each but the last, the server has to say "+" first.
using Parts = std::vector<Secret>;

// Which literals may be sent without waiting (RFC 7888).
enum class Literals : std::uint8_t { Synchronizing, Minus, Plus };

inline constexpr std::size_t kLiteralMinusOctetsMax = 4096;

[[nodiscard]] Literals literals_of(Capabilities capabilities) noexcept;

// Neither empty nor holding NUL, CR or LF.
[[nodiscard]] bool can_be_written(std::string_view octets) noexcept;

// Between quotes, with what needs it escaped; for printable ASCII only.
void append_quoted(std::string& out, std::string_view octets);

// Words with a blank between them, as one line.
[[nodiscard]] std::string command_line(std::initializer_list<std::string_view> words);

// Writes one command. What it holds may be secret: all its room is reserved from the start, so that
// no growing leaves a copy behind.
class PartWriter {
 public:
  // `octets` is what all strings and words have together.
  PartWriter(std::size_t octets, Literals literals);

  PartWriter& word(std::string_view text);

  PartWriter& string(std::string_view octets);

  // The command, complete with its line end; the writer is used up.
  [[nodiscard]] Parts finish();

 private:
  void append_literal(std::string_view octets);

  std::size_t room_;
  Literals literals_;
  std::string part_;
  Parts parts_;
};

}  // namespace postern::wire::imap
