// The tables.

#include "proxy/trouble.hpp"

#include "wire/ascii.hpp"
#include "wire/imap_reply.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postern::proxy {

using net::Kind;
using net::Origin;
using wire::pop3::ResponseCode;

namespace {

constexpr std::string_view kUnavailable = "mail service unavailable, wait and try again";
constexpr std::string_view kWrongCredentials = "invalid user name or password";
constexpr std::string_view kBusy = "maildrop locked by another session";

struct Row {
  ResponseCode code;
  std::string_view text;
};

Row login_row(Kind kind) {
  switch (kind) {
    case Kind::Refused:
      return {ResponseCode::Auth, kWrongCredentials};
    case Kind::Denied:
      return {ResponseCode::SysPerm, "access denied by the mail server"};
    case Kind::InUse:
      return {ResponseCode::InUse, kBusy};
    case Kind::Gone:
      return {ResponseCode::SysPerm, "no such mailbox"};
    case Kind::Limit:
      return {ResponseCode::SysPerm, "mailbox too large"};
    case Kind::Closed:
    case Kind::Reset:
    case Kind::Timeout:
    case Kind::Cancelled:
    case Kind::NoName:
    case Kind::Unreachable:
    case Kind::NotListening:
    case Kind::Tls:
    case Kind::Certificate:
    case Kind::Malformed:
    case Kind::Unavailable:
    case Kind::Changed:
    case Kind::Internal:
      break;
  }
  return {ResponseCode::SysTemp, kUnavailable};
}

Row later_row(Asked asked, Kind kind) {
  switch (kind) {
    case Kind::Changed:
      return {ResponseCode::SysTemp, "mailbox changed, log in again"};
    case Kind::Gone:
      if (asked == Asked::ForMail) return {ResponseCode::None, "message no longer exists"};
      break;
    case Kind::Limit:
      if (asked == Asked::ForMail) return {ResponseCode::SysPerm, "message too large"};
      return {ResponseCode::SysPerm, "mailbox too large"};
    case Kind::Denied:
      if (asked == Asked::ToCommit) return {ResponseCode::SysPerm, "messages not removed"};
      break;
    default:
      break;
  }
  switch (asked) {
    case Asked::ForMail:
      return {ResponseCode::SysTemp, "cannot read message, try again later"};
    case Asked::ToCommit:
      return {ResponseCode::SysTemp, "messages not removed, try again later"};
    case Asked::ForList:
    case Asked::ToLogIn:
      break;
  }
  return {ResponseCode::SysTemp, kUnavailable};
}

std::string reply(ResponseCode code, std::string_view text) {
  return wire::pop3::error(code, text);
}

}  // namespace

Words words_for(Asked asked, const net::Error& error) {
  const Row row = asked == Asked::ToLogIn ? login_row(error.kind) : later_row(asked, error.kind);
  // The challenge of a refused token is shown elsewhere; other words only when the upstream speaks.
  const bool meant_for_user = error.code == "CONTACTADMIN" || error.code == "ALERT";
  const bool shows = asked == Asked::ToLogIn && error.origin == Origin::Upstream &&
                     meant_for_user && !error.said.empty() && row.code != ResponseCode::Auth;
  if (!shows) return {row.code, std::string(row.text)};
  std::string said = wire::printable(error.said, kSaidOctetsMax);
  if (said.empty()) said = row.text;
  return {row.code, std::move(said)};
}

std::string refusal(Asked asked, const net::Error& error) {
  const Words words = words_for(asked, error);
  return reply(words.code, words.text);
}

std::string refuse_busy() {
  return reply(ResponseCode::InUse, kBusy);
}

std::string refuse_login_delay() {
  return reply(ResponseCode::LoginDelay, "logged in a moment ago, wait and try again");
}

std::string refuse_throttled() {
  return reply(ResponseCode::SysTemp,
               "service unavailable after failed logins, wait and try again");
}

std::string refuse_read_only() {
  return reply(ResponseCode::SysPerm, "mailbox is read-only");
}

std::string refuse_damaged() {
  return reply(ResponseCode::SysTemp, "message was not received whole, retrieve it again first");
}

std::string refuse_overload() {
  return reply(ResponseCode::SysTemp, "service unavailable, wait and try again");
}

std::string refuse_not_removed(std::size_t left, std::size_t all) {
  return reply(
      ResponseCode::SysTemp,
      std::to_string(left) + " of " + std::to_string(all) + " deleted messages not removed");
}

std::string refuse(std::string_view text) {
  return reply(ResponseCode::None, text);
}

// ---- IMAP

namespace {

using wire::imap::Condition;

struct ImapRow {
  std::string_view code;
  std::string_view text;
};

// Codes that the upstream's own words are shown behind (RFC 5530; ALERT of RFC 3501).
bool shows_words(std::string_view code) {
  constexpr std::array<std::string_view, 6> kCodes = {
      "UNAVAILABLE", "INUSE", "LIMIT", "CONTACTADMIN", "SERVERBUG", "ALERT"};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

ImapRow imap_row(const net::Error& error) {
  switch (error.kind) {
    case Kind::Refused:
      // One text for all, so that it does not tell which users exist.
      if (error.code == "EXPIRED") return {"EXPIRED", "Authentication failed"};
      if (error.code == "AUTHORIZATIONFAILED") {
        return {"AUTHORIZATIONFAILED", "Authentication failed"};
      }
      return {"AUTHENTICATIONFAILED", "Authentication failed"};
    case Kind::Denied:
      return {"SERVERBUG", "cannot log in at the mail server, ask its administrator"};
    case Kind::InUse:
      return {"LIMIT", "too many sessions, wait and try again"};
    default:
      return {"UNAVAILABLE", "mail service unavailable"};
  }
}

std::string no(std::string_view tag, std::string_view code, std::string_view text) {
  return wire::imap::status_line(tag, Condition::No, code, text);
}

}  // namespace

std::string imap_refusal(std::string_view tag, const net::Error& error) {
  const ImapRow row = imap_row(error);
  if (!shows_words(error.code)) return no(tag, row.code, row.text);
  const std::string said = wire::printable(error.said, kSaidOctetsMax);
  return no(tag, error.code, said.empty() ? row.text : std::string_view(said));
}

std::string imap_refuse_busy(std::string_view tag) {
  return no(tag, "LIMIT", "too many sessions, close one");
}

std::string imap_refuse_throttled(std::string_view tag) {
  return no(tag, "UNAVAILABLE", "too many failed logins, wait and try again");
}

std::string imap_refuse_in_clear(std::string_view tag) {
  return no(tag, "PRIVACYREQUIRED", "use TLS");
}

std::string imap_refuse_mechanism(std::string_view tag) {
  return no(tag, "", "unsupported mechanism");
}

std::string imap_mistake(std::string_view tag, std::string_view text) {
  return wire::imap::status_line(tag, Condition::Bad, "", text);
}

std::string imap_goodbye(std::string_view code, std::string_view text) {
  return wire::imap::status_line("", Condition::Bye, code, text);
}

std::string imap_refuse_overload() {
  return imap_goodbye("UNAVAILABLE", "service unavailable, wait and try again");
}

std::string imap_last_words(const net::Error& error) {
  switch (error.kind) {
    case Kind::Timeout:
      return imap_goodbye("", "too slow to log in");
    case Kind::Cancelled:
      return imap_goodbye("UNAVAILABLE", "shutting down");
    case Kind::Limit:
      return imap_goodbye("", "line or literal too long");
    case Kind::Internal:
      return imap_goodbye("SERVERBUG", "internal error");
    default:
      return {};
  }
}

// ---- SMTP

namespace {

struct SmtpRow {
  std::uint16_t code;
  wire::smtp::EnhancedCode enhanced;
  std::string_view text;
};

SmtpRow smtp_row(SmtpRefusal why) {
  switch (why) {
    case SmtpRefusal::Syntax:
      return {500, {5, 5, 2}, "syntax error"};
    case SmtpRefusal::LineTooLong:
      return {500, {5, 5, 2}, "line too long"};
    case SmtpRefusal::UnknownCommand:
      return {500, {5, 5, 1}, "unknown command"};
    case SmtpRefusal::NotHere:
      return {502, {5, 5, 1}, "command not implemented"};
    case SmtpRefusal::NotNow:
      return {503, {5, 5, 1}, "not now"};
    case SmtpRefusal::NeedEhlo:
      return {503, {5, 5, 1}, "say EHLO first"};
    case SmtpRefusal::NeedTls:
      return {530, {5, 7, 0}, "use STARTTLS first"};
    case SmtpRefusal::NeedTlsToAuth:
      return {538, {5, 7, 11}, "encryption required, use STARTTLS first"};
    case SmtpRefusal::NeedAuth:
      return {530, {5, 7, 0}, "authentication required"};
    case SmtpRefusal::AlreadyAuthenticated:
      return {503, {5, 5, 1}, "already authenticated"};
    case SmtpRefusal::UnknownMechanism:
      return {504, {5, 5, 4}, "unknown mechanism"};
    case SmtpRefusal::Cancelled:
      return {501, {5, 0, 0}, "authentication cancelled"};
    case SmtpRefusal::BadResponse:
      return {501, {5, 5, 2}, "not a response to that"};
    case SmtpRefusal::BadSender:
      return {501, {5, 1, 7}, "not a sender address"};
    case SmtpRefusal::BadRecipient:
      return {501, {5, 1, 3}, "not a recipient address"};
    case SmtpRefusal::UnknownParameter:
      return {555, {5, 5, 4}, "parameter not supported"};
    case SmtpRefusal::BadParameter:
      return {501, {5, 5, 4}, "parameter value not valid"};
    case SmtpRefusal::NeedUtf8:
      return {553, {5, 6, 7}, "address needs SMTPUTF8"};
    case SmtpRefusal::NotYourSender:
      return {553, {5, 7, 1}, "sender address is not yours"};
    case SmtpRefusal::TooLarge:
      return {552, {5, 3, 4}, "message too large"};
    case SmtpRefusal::TooManyRecipients:
      return {452, {4, 5, 3}, "too many recipients"};
    case SmtpRefusal::NoRecipients:
      return {554, {5, 5, 1}, "no valid recipients"};
    case SmtpRefusal::DataTooEarly:
      return {503, {5, 5, 0}, "data before it was asked for"};
    case SmtpRefusal::BareNewline:
      return {550, {5, 6, 0}, "bare newline"};
    case SmtpRefusal::NulOctet:
      return {554, {5, 6, 0}, "message holds a NUL"};
    case SmtpRefusal::Loop:
      return {554, {5, 4, 6}, "mail loop: too many Received fields"};
    case SmtpRefusal::Busy:
      return {454, {4, 7, 0}, "too many sessions, wait and try again"};
    case SmtpRefusal::Throttled:
      return {454, {4, 7, 0}, "too many failed logins, wait and try again"};
    case SmtpRefusal::TooFast:
      return {450, {4, 7, 1}, "too many messages, wait and try again"};
    case SmtpRefusal::TooManyErrors:
      return {421, {4, 7, 0}, "too many errors"};
    case SmtpRefusal::TooManyLogins:
      return {421, {4, 7, 0}, "too many failed logins"};
    case SmtpRefusal::Overload:
      break;
  }
  return {421, {4, 3, 2}, "service unavailable, wait and try again"};
}

std::string smtp_reply(const SmtpRow& row) {
  return wire::smtp::reply(row.code, row.enhanced, row.text);
}

constexpr SmtpRow kSmtpMisconfigured{451, {4, 3, 5}, "mail server does not accept our service"};

// What is wrong with how this gateway is set up, not with the client or for a while.
bool is_ours(const net::Error& error) {
  return error.kind == Kind::Denied || error.kind == Kind::Certificate;
}

}  // namespace

std::string smtp_refuse(SmtpRefusal why) {
  return smtp_reply(smtp_row(why));
}

std::string smtp_refuse_login(const net::Error& error, const wire::smtp::Reply& said) {
  const bool for_client = error.kind == Kind::Refused || error.kind == Kind::Unavailable;
  constexpr std::uint16_t kClosing = 421;  // that connection, not this
  if (for_client && said.code >= 400 && said.code != kClosing) return told(said);
  if (error.kind == Kind::Refused) {
    return smtp_reply({535, {5, 7, 8}, "authentication credentials invalid"});
  }
  if (is_ours(error)) return smtp_reply(kSmtpMisconfigured);
  return smtp_reply({454, {4, 7, 0}, "temporary authentication failure"});
}

std::string smtp_failure(const net::Error& error) {
  if (is_ours(error)) return smtp_reply(kSmtpMisconfigured);
  switch (error.kind) {
    case Kind::Timeout:
      return smtp_reply({451, {4, 4, 7}, "mail server takes too long, try again later"});
    case Kind::NoName:
    case Kind::Unreachable:
    case Kind::NotListening:
    case Kind::Unavailable:
      return smtp_reply({451, {4, 4, 1}, "mail server unavailable, try again later"});
    default:
      return smtp_reply({451, {4, 4, 2}, "connection to the mail server lost, try again later"});
  }
}

std::string smtp_last_words(const net::Error& error) {
  switch (error.kind) {
    case Kind::Timeout:
      return smtp_reply({421, {4, 4, 2}, "too slow"});
    case Kind::Cancelled:
      return smtp_reply({421, {4, 3, 2}, "shutting down"});
    case Kind::Limit:
      return smtp_reply({421, {4, 4, 2}, "line or message too long"});
    case Kind::Internal:
      return smtp_reply({421, {4, 3, 0}, "internal error"});
    default:
      return {};
  }
}

}  // namespace postern::proxy
