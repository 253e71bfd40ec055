// What can go wrong, as a value.
//
// An Error says what to do about it (kind), on whose connection it happened (origin), and what the
// log should keep (detail). Policy reads kind and origin only; a client never hears the detail.
// proxy/trouble.cpp turns kind and origin into what the client hears.

#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace postern::net {

enum class Kind : unsigned char {
  Closed,        // the peer ended the connection in order
  Reset,         // the peer, or the network, broke the connection
  Timeout,       // a deadline passed
  Cancelled,     // we ended the wait ourselves: drain, shutdown, a stolen maildrop
  NoName,        // the name of the peer has no address, or nobody could be asked
  Unreachable,   // no way to the peer, or no local port to start from
  NotListening,  // the peer's machine refused the connection
  Tls,           // the handshake or a record failed
  Certificate,   // the peer's certificate was not accepted
  Malformed,     // the peer broke its protocol
  Refused,       // the peer understood and said no: wrong credentials, no such thing
  Denied,        // the peer understood and said no for good, for another reason
  Unavailable,   // the peer understood and said: not now
  InUse,         // the peer understood and said: too many sessions of this user
  Limit,         // a bound of ours was reached
  Gone,          // what was asked for is not there any more
  Changed,       // the mailbox is not the one it was: nothing may go on by its old numbers
  Internal,      // our own fault, out of memory included
};

enum class Origin : unsigned char { Client, Upstream, Here };

// The name used in logs.
constexpr std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::Closed:
      return "closed";
    case Kind::Reset:
      return "reset";
    case Kind::Timeout:
      return "timeout";
    case Kind::Cancelled:
      return "cancelled";
    case Kind::NoName:
      return "no_name";
    case Kind::Unreachable:
      return "unreachable";
    case Kind::NotListening:
      return "not_listening";
    case Kind::Tls:
      return "tls";
    case Kind::Certificate:
      return "certificate";
    case Kind::Malformed:
      return "protocol";
    case Kind::Refused:
      return "refused";
    case Kind::Denied:
      return "denied";
    case Kind::Unavailable:
      return "unavailable";
    case Kind::InUse:
      return "in_use";
    case Kind::Limit:
      return "limit";
    case Kind::Gone:
      return "gone";
    case Kind::Changed:
      return "changed";
    case Kind::Internal:
      return "internal";
  }
  return "internal";
}

struct Error {
  Kind kind;
  Origin origin;
  std::string detail;

  // The upstream's own words on it, still in its own octets: not every client is to hear them.
  std::string said{};

  // The name that the upstream gave to its reason, in capitals, if it gave one.
  std::string code{};
};

// Errors travel by pointer inside the runtime, so that a frame pays eight octets for the chance.
using ErrorPtr = std::unique_ptr<Error>;

template <class T = void>
using Result = std::expected<T, Error>;

// An Error as a Result of any type: return failure(Kind::Limit, Origin::Here, "too many");
inline std::unexpected<Error> failure(Kind kind, Origin origin, std::string detail) {
  return std::unexpected<Error>(Error{kind, origin, std::move(detail)});
}

}  // namespace postern::net
