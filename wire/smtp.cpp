// See smtp.hpp. One table says which keyword is parsed by what.

#include "wire/smtp.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postern::wire::smtp {

namespace {

constexpr std::size_t kLineEndOctets = 2;

template <class Bare>
Command parse_bare(std::string_view arguments, bool /*lenient*/) {
  if (!trim_blanks(arguments).empty()) return Fault::Syntax;
  return Bare{};
}

// Commands whose argument does not matter.
template <class Any>
Command parse_any(std::string_view /*arguments*/, bool /*lenient*/) {
  return Any{};
}

// Devices greet with names that are none ("my_printer", "?"); what they mean is not looked at, so
// only what could break a trace field is refused.
template <class Greeting>
Command parse_greeting(std::string_view arguments, bool /*lenient*/) {
  const std::string_view name = take_word(arguments);
  if (name.empty() || name.size() > kDomainOctetsMax || !arguments.empty()) return Fault::Syntax;
  return Greeting{name};
}

Command parse_auth(std::string_view arguments, bool /*lenient*/) {
  Auth auth{take_word(arguments), std::nullopt};
  if (auth.mechanism.empty()) return Fault::Syntax;
  if (!arguments.empty()) auth.initial_response = take_word(arguments);
  if (!arguments.empty()) return Fault::Syntax;
  return auth;
}

Fault fault_of(ParameterFault fault) {
  switch (fault) {
    case ParameterFault::Unknown:
      return Fault::UnknownParameter;
    case ParameterFault::Value:
      return Fault::ParameterValue;
    case ParameterFault::Repeated:
      break;
  }
  return Fault::ParameterRepeated;
}

// "FROM:" or "TO:", which belong to the command.
bool take_preposition(std::string_view& arguments, std::string_view word) {
  arguments = trim_leading_blanks(arguments);
  if (!starts_with_caseless(arguments, word)) return false;
  arguments.remove_prefix(word.size());
  return true;
}

Command parse_mail(std::string_view arguments, bool lenient) {
  if (!take_preposition(arguments, "FROM:")) return Fault::Syntax;
  auto path = take_path(arguments, lenient);
  // A sender has a domain, or is nobody.
  if (!path || (!path->is_null() && path->domain.empty())) return Fault::Sender;
  Mail mail{.sender = std::move(*path), .parameters = {}};
  if (const auto fault = parse(arguments, mail.parameters)) return fault_of(*fault);
  return mail;
}

Command parse_rcpt(std::string_view arguments, bool lenient) {
  if (!take_preposition(arguments, "TO:")) return Fault::Syntax;
  auto path = take_path(arguments, lenient);
  if (!path || path->is_null()) return Fault::Recipient;
  // Only the postmaster is known everywhere (RFC 5321, section 4.1.1.3).
  if (path->domain.empty() && !equal_caseless(path->local, "postmaster")) return Fault::Recipient;
  Rcpt rcpt{.recipient = std::move(*path), .parameters = {}};
  if (const auto fault = parse(arguments, rcpt.parameters)) return fault_of(*fault);
  return rcpt;
}

Command parse_xclient(std::string_view arguments, bool /*lenient*/) {
  const std::string_view pairs = trim_blanks(arguments);
  if (pairs.empty()) return Fault::Syntax;
  return Xclient{pairs};
}

struct Keyword {
  std::string_view name;
  Command (*parse)(std::string_view arguments, bool lenient);
  bool long_line = false;
};

constexpr std::array kKeywords{
    Keyword{"MAIL", parse_mail},
    Keyword{"RCPT", parse_rcpt},
    Keyword{"DATA", parse_bare<Data>},
    Keyword{"QUIT", parse_bare<Quit>},
    Keyword{"EHLO", parse_greeting<Ehlo>},
    Keyword{"HELO", parse_greeting<Helo>},
    Keyword{"AUTH", parse_auth, true},
    Keyword{"STARTTLS", parse_bare<StartTls>},
    Keyword{"RSET", parse_bare<Rset>},
    Keyword{"NOOP", parse_any<Noop>},
    Keyword{"VRFY", parse_any<Vrfy>},
    Keyword{"HELP", parse_any<Help>},
    Keyword{"BDAT", parse_any<Bdat>},
    Keyword{"XCLIENT", parse_xclient},
    Keyword{"EXPN", parse_any<NotHere>},
    Keyword{"ETRN", parse_any<NotHere>},
    Keyword{"TURN", parse_any<NotHere>},
    Keyword{"ATRN", parse_any<NotHere>},
    Keyword{"SEND", parse_any<NotHere>},
    Keyword{"SOML", parse_any<NotHere>},
    Keyword{"SAML", parse_any<NotHere>},
    Keyword{"BURL", parse_any<NotHere>},
    Keyword{"XFORWARD", parse_any<NotHere>},
};

}  // namespace

Command parse_command(std::string_view line, bool lenient, const LineLimits& limits) {
  const std::size_t keyword_end = std::min(line.find_first_of(" \t"), line.size());
  const std::string_view name = line.substr(0, keyword_end);
  const auto* keyword = std::ranges::find_if(
      kKeywords, [name](const Keyword& known) { return equal_caseless(known.name, name); });
  const bool known = keyword != kKeywords.end();

  const bool long_line = known && keyword->long_line;
  const std::size_t octets_max = long_line ? limits.auth_octets_max : limits.command_octets_max;
  if (line.size() + kLineEndOctets > octets_max) return Fault::LineTooLong;
  if (has_control(line)) return Fault::InvalidCharacter;
  if (!known) return Unknown{};
  return keyword->parse(line.substr(keyword_end), lenient);
}

}  // namespace postern::wire::smtp
