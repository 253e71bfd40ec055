// What a POP3 client may say: RFC 1939 (commands), RFC 2449 (CAPA), RFC 2595 (STLS), RFC 5034
// (AUTH), RFC 6856 (UTF8, LANG), and XCLIENT as Dovecot's proxies speak it.
//
// A line, without its line end, becomes one of the structs below; what they hold are views into the
// line. Keywords are understood in any case, blanks (SP or TAB) may stand behind keyword and
// arguments as often as a client likes, and control octets are refused everywhere. PASS is the
// exception: everything after one SP is the password. Whether a command is allowed now, and whether
// a message of that number exists, is the session's business. pop3_reply.hpp has what we answer.

#pragma once

#include "wire/malformed.hpp"
#include "wire/numbers.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace postern::wire::pop3 {

// In octets, CRLF included (RFC 2449, section 4 asks for 255; tokens in AUTH are long). AUTH and
// XCLIENT, whose arguments grow with what they forward, have the larger one.
struct LineLimits {
  std::size_t command_octets_max = 512;
  std::size_t sasl_octets_max = 16384;
};

struct Capa {};

struct Stls {};

// One leading blank belongs to the keyword and trailing ones to nobody; inner blanks are the
// name's.
struct User {
  std::string_view name;  // not empty
};

struct Pass {
  std::string_view password;  // may be empty
};

// AUTH without argument: which mechanisms are there?
struct AuthList {};

struct Auth {
  std::string_view mechanism;
  std::optional<std::string_view> initial_response;  // base64, or "=" for the empty one
};

struct Apop {};

struct Utf8 {};

struct Lang {
  std::string_view tag;  // empty: list them
};

struct Stat {};

// A number that fits no MessageNumber becomes the largest one: no maildrop has it either.
struct List {
  std::optional<MessageNumber> number;
};

struct Uidl {
  std::optional<MessageNumber> number;
};

struct Retr {
  MessageNumber number;
};

struct Top {
  MessageNumber number;
  std::uint32_t lines;  // of the body; what is larger becomes the largest
};

struct Dele {
  MessageNumber number;
};

struct Rset {};

struct Noop {};

struct Quit {};

// NAME=value arguments, at most kXclientPairsMax, all known to be well formed; see take_pair().
struct Xclient {
  std::string_view arguments;
};

struct Unknown {};

using Command = std::variant<Capa,
                             Stls,
                             User,
                             Pass,
                             AuthList,
                             Auth,
                             Apop,
                             Utf8,
                             Lang,
                             Stat,
                             List,
                             Uidl,
                             Retr,
                             Top,
                             Dele,
                             Rset,
                             Noop,
                             Quit,
                             Xclient,
                             Unknown,
                             Malformed>;

// The views in the result live as long as the line.
[[nodiscard]] Command parse_command(std::string_view line, const LineLimits& limits = {});

inline constexpr std::size_t kXclientPairsMax = 16;  // Dovecot sends eight at most

struct XclientPair {
  std::string_view name;
  std::string_view value;
};

// The next pair of Xclient::arguments, which it is taken from; nothing when there is no more.
[[nodiscard]] std::optional<XclientPair> take_pair(std::string_view& arguments);

// Whether the first line of a connection was meant for another server: HTTP, SMTP or TLS. A web
// page can make a browser send such a line; nobody who wants mail does.
[[nodiscard]] bool speaks_another_protocol(std::string_view first_line) noexcept;

}  // namespace postern::wire::pop3
