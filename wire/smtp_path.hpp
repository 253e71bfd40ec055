// The addresses of an SMTP envelope (RFC 5321, section 4.1.2; RFC 6531, section 3.3).
//
// A path is read into its two parts and written anew from them: what goes to an upstream never
// holds an octet that was merely copied. Source routes are left out. Old devices leave out the
// angle brackets and put blanks where none belong; that is forgiven if the operator wishes.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace postern::wire::smtp {

// Octets of each part; RFC 5321, section 4.5.3.1 asks for 64 and 255.
inline constexpr std::size_t kLocalPartOctetsMax = 255;
inline constexpr std::size_t kDomainOctetsMax = 255;

struct Path {
  std::string local;   // without quotes; empty only in the null path
  std::string domain;  // a name or "[literal]"; empty in the null path and in <postmaster>

  [[nodiscard]] bool is_null() const { return local.empty(); }

  // Octets above 0x7F occur, so that the upstream has to know SMTPUTF8.
  [[nodiscard]] bool needs_utf8() const;

  friend bool operator==(const Path&, const Path&) = default;
};

// Takes a path out of the front of `text`, up to the blanks before the parameters. Nothing if there
// is none; "<>" is the null path and "<postmaster>" a path without domain, both for the caller to
// judge. `lenient`: blanks before it, and no brackets around it, are fine.
[[nodiscard]] std::optional<Path> take_path(std::string_view& text, bool lenient);

// "<local@domain>"; the local part is quoted where it has to be.
[[nodiscard]] std::string written(const Path& path);

// "local@domain", without brackets, as other grammars (AUTH=, logs) want it.
[[nodiscard]] std::string mailbox_of(const Path& path);

// Whether the text can stand behind EHLO: a domain, or an address literal.
[[nodiscard]] bool is_domain(std::string_view text);

}  // namespace postern::wire::smtp
