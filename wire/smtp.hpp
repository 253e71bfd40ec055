// What a submission client may say: RFC 5321 section 4.1 (commands), RFC 3207 (STARTTLS), RFC 4954
// (AUTH), and XCLIENT as proxies in front of us speak it.
//
// A line, without its line end, becomes one of the structs below. Keywords are understood in any
// case; what follows them is read into values. What is wrong with a line is a Fault; which code a
// client gets for it is decided where all refusals are. Whether a command is allowed now is the
// session's business.

#pragma once

#include "wire/smtp_parameters.hpp"
#include "wire/smtp_path.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace postern::wire::smtp {

// In octets, CRLF included. RFC 5321, section 4.5.3.1.4 asks for 512, and more for extensions; RFC
// 4954, section 4 for 12,288 in AUTH.
struct LineLimits {
  std::size_t command_octets_max = 2048;
  std::size_t auth_octets_max = 12288;
};

struct Helo {
  std::string_view name;
};

struct Ehlo {
  std::string_view name;
};

struct StartTls {};

struct Auth {
  std::string_view mechanism;
  std::optional<std::string_view> initial_response;  // base64, or "=" for the empty one
};

struct Mail {
  Path sender;
  MailParameters parameters;
};

struct Rcpt {
  Path recipient;  // never the null path
  RcptParameters parameters;
};

struct Data {};

// Its octets follow at once and look like commands: who never offered it cannot go on.
struct Bdat {};

struct Rset {};

struct Noop {};

struct Quit {};

struct Vrfy {};

struct Help {};

// EXPN, ETRN, TURN, SEND and their kin: known, and not for submission.
struct NotHere {};

// NAME=value arguments; see take_pair() of pop3.hpp for the form.
struct Xclient {
  std::string_view arguments;
};

struct Unknown {};

enum class Fault : std::uint8_t {
  Syntax,
  InvalidCharacter,
  LineTooLong,
  Sender,             // MAIL with something that is no address
  Recipient,          // RCPT likewise
  UnknownParameter,   // of MAIL or RCPT
  ParameterValue,     //
  ParameterRepeated,  //
};

using Command = std::variant<Helo,
                             Ehlo,
                             StartTls,
                             Auth,
                             Mail,
                             Rcpt,
                             Data,
                             Bdat,
                             Rset,
                             Noop,
                             Quit,
                             Vrfy,
                             Help,
                             NotHere,
                             Xclient,
                             Unknown,
                             Fault>;

// `lenient`: bad habits of devices are forgiven, see take_path(). Views live as long as the line.
[[nodiscard]] Command parse_command(std::string_view line,
                                    bool lenient,
                                    const LineLimits& limits = {});

}  // namespace postern::wire::smtp
