// The tables.

#include "proxy/trouble.hpp"

#include "wire/ascii.hpp"

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
  const bool shows = asked == Asked::ToLogIn && error.origin == Origin::Upstream &&
                     !error.said.empty() && row.code != ResponseCode::Auth;
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

}  // namespace postern::proxy
