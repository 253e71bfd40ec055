// What the client hears when something fails. The whole policy of failure, on one screen.
//
// Inside, a failure is a kind and whose connection it happened on; here it becomes a POP3 response
// code (RFC 2449, 3206), or an IMAP one (RFC 5530), and a fixed sentence. Clients act on both:
// [AUTH] makes them ask for a new password, so it is said only when the upstream refused the
// credentials; fetchmail reads the words, so temporary refusals say "unavailable" and "wait", a
// busy maildrop says "locked", and a wrong password says none of these. Host names and words of
// libraries are never shown; words of the upstream only where they are meant for its user, and then
// as one short line of ASCII.

#pragma once

#include "net/result.hpp"
#include "wire/pop3_reply.hpp"
#include "wire/smtp_reply.hpp"

#include <cstddef>
#include <string>

namespace postern::proxy {

// What the gateway was asked for when it failed.
enum class Asked : unsigned char { ToLogIn, ForMail, ForList, ToCommit };

struct Words {
  wire::pop3::ResponseCode code = wire::pop3::ResponseCode::None;
  std::string text;
};

// Octets of the upstream's own words that are shown.
inline constexpr std::size_t kSaidOctetsMax = 200;

[[nodiscard]] Words words_for(Asked asked, const net::Error& error);

// The reply, complete.
[[nodiscard]] std::string refusal(Asked asked, const net::Error& error);

// What our own rules say, without any failure behind them.
[[nodiscard]] std::string refuse_busy();         // too many sessions, or a lock
[[nodiscard]] std::string refuse_login_delay();  // LOGIN-DELAY has not passed
[[nodiscard]] std::string refuse_throttled();    // too many failed logins from there
[[nodiscard]] std::string refuse_read_only();
[[nodiscard]] std::string refuse_damaged();   // DELE of a mail whose transfer failed
[[nodiscard]] std::string refuse_overload();  // in place of a greeting
[[nodiscard]] std::string refuse_not_removed(std::size_t left, std::size_t all);
[[nodiscard]] std::string refuse(std::string_view text);  // plain -ERR: a mistake of the client's

// ---- IMAP. A login that failed is answered with the client's tag.

[[nodiscard]] std::string imap_refusal(std::string_view tag, const net::Error& error);
[[nodiscard]] std::string imap_refuse_busy(std::string_view tag);       // too many sessions
[[nodiscard]] std::string imap_refuse_throttled(std::string_view tag);  // too many failed logins
[[nodiscard]] std::string imap_refuse_in_clear(std::string_view tag);   // LOGIN without TLS
[[nodiscard]] std::string imap_refuse_mechanism(std::string_view tag);
[[nodiscard]] std::string imap_mistake(std::string_view tag, std::string_view text);   // BAD
[[nodiscard]] std::string imap_goodbye(std::string_view code, std::string_view text);  // BYE
[[nodiscard]] std::string imap_refuse_overload();  // in place of a greeting

// The last word to a client that is not logged in, when its session fails; empty if there is none
// to be said.
[[nodiscard]] std::string imap_last_words(const net::Error& error);

// ---- SMTP (RFC 5321, section 4.2.3; enhanced codes: RFC 3463, RFC 4954 section 6)

// What our own rules say.
enum class SmtpRefusal : unsigned char {
  Syntax,
  LineTooLong,
  UnknownCommand,
  NotHere,        // EXPN, ETRN, BDAT and their kin
  NotNow,         // a command out of order
  NeedEhlo,       //
  NeedTls,        // MAIL on a connection that must be secured first
  NeedTlsToAuth,  //
  NeedAuth,       //
  AlreadyAuthenticated,
  UnknownMechanism,
  Cancelled,
  BadResponse,
  BadSender,
  BadRecipient,
  UnknownParameter,
  BadParameter,
  NeedUtf8,  // an address with UTF-8, without SMTPUTF8
  NotYourSender,
  TooLarge,
  TooManyRecipients,
  NoRecipients,
  DataTooEarly,  // data that did not wait for its go-ahead
  BareNewline,
  NulOctet,
  Loop,       // too many Received fields
  Busy,       // too many sessions
  Throttled,  // too many failed logins
  TooFast,    // too many messages
  TooManyErrors,
  TooManyLogins,
  Overload,  // in place of a greeting
};

[[nodiscard]] std::string smtp_refuse(SmtpRefusal why);

// To AUTH, when whoever judges it did not let the client in: in the words of a submission server,
// if it answered and meant the client; `said.code` is 0 if it did not.
[[nodiscard]] std::string smtp_refuse_login(const net::Error& error, const wire::smtp::Reply& said);

// To a command of a transaction, when the server behind us cannot be asked or did not answer.
[[nodiscard]] std::string smtp_failure(const net::Error& error);

// The last word to a client whose session fails; empty if there is none to be said.
[[nodiscard]] std::string smtp_last_words(const net::Error& error);

}  // namespace postern::proxy
