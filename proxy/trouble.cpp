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

}  // namespace postern::proxy
