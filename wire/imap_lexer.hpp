// The tokens of an IMAP response (RFC 3501, section 9; RFC 9051; literal8 from RFC 3516), read from
// one complete response in memory: lines joined, literals standing inline as "{n}CRLF" and their n
// octets.
//
// The octets come from an upstream and are hostile. So nothing here recurses, nothing allocates by
// an announced size, lists are at most kDepthMax deep, and each octet is examined a bounded number
// of times, which octets_examined() lets a test count. Where servers bend the grammar without
// changing the meaning, the lexer bends too: several blanks stand for one, and an atom is any run
// of octets that cannot be anything else.
//
// A reading function that gives nothing has found something else; the caller then gives up.

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace postern::wire::imap {

// A quoted string or a literal, as it stands in the response.
struct String {
  std::string_view octets;  // between the quotes, or of the literal
  bool escaped = false;     // backslashes are still in it

  [[nodiscard]] std::string text() const;
};

// What "{n}" says: n octets follow the line end.
struct Announcement {
  std::uint64_t octets = 0;  // more than 64 bits hold becomes the largest, which no limit lets pass
  bool literal8 = false;     // "~{n}": NUL may be in it
  bool non_synchronizing = false;
};

class Lexer {
 public:
  static constexpr int kDepthMax = 32;

  explicit Lexer(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const noexcept { return at_ == text_.size(); }

  // The next octet; NUL at the end, which no token starts with.
  [[nodiscard]] char peek() const noexcept { return at_end() ? '\0' : text_[at_]; }

  // What has not been read yet.
  [[nodiscard]] std::string_view rest() const noexcept { return text_.substr(at_); }

  [[nodiscard]] std::uint64_t octets_examined() const noexcept { return examined_; }

  // Reads this octet, if it is the next one.
  bool take(char octet) noexcept;

  void skip_blanks() noexcept;

  // Reads everything.
  std::string_view take_rest() noexcept;

  // A run of atom octets, brackets and backslash included; empty if there is none.
  [[nodiscard]] std::string_view atom() noexcept;

  // The same, but ended by '[', ']' and '<' too: the name of a FETCH item.
  [[nodiscard]] std::string_view item_name() noexcept;

  // Digits; what follows them is for the caller to judge.
  [[nodiscard]] std::optional<std::uint64_t> number(
      std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) noexcept;

  [[nodiscard]] std::optional<String> quoted() noexcept;

  // "{n}" or "~{n}", up to the brace.
  [[nodiscard]] std::optional<Announcement> announcement() noexcept;

  // An announcement, the line end, and that many octets.
  [[nodiscard]] std::optional<String> literal() noexcept;

  // Quoted or literal.
  [[nodiscard]] std::optional<String> string() noexcept;

  // A string, or an atom as it stands.
  [[nodiscard]] std::optional<String> astring() noexcept;

  [[nodiscard]] bool at_string() const noexcept;

  // NIL, in any case and as a whole atom.
  bool take_nil() noexcept;

  // "[...]" of a FETCH item, from the opening bracket; what is between the brackets.
  [[nodiscard]] std::optional<std::string_view> section() noexcept;

  // "(...)", from the opening bracket, however nested; what is between the brackets.
  [[nodiscard]] std::optional<std::string_view> list() noexcept;

  // Any value: atom, number, NIL, string or list.
  bool skip_value() noexcept;

 private:
  std::string_view run_of(std::uint8_t kind) noexcept;
  std::string_view advance(std::size_t octets) noexcept;
  bool skip_scalar() noexcept;

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint64_t examined_ = 0;
};

// Whether a parenthesised list of flags or attributes, given without its brackets, names this one.
[[nodiscard]] bool has_flag(std::string_view list, std::string_view flag) noexcept;

}  // namespace postern::wire::imap
