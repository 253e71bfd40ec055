// The kinds of value that a setting may have, beyond truth, numbers and text.
//
// Plain and cheap to compare. How each is written in a configuration file, and how it is read from
// there, stands in units.hpp, address.hpp and policy.hpp; networks have a file of their own.

#pragma once

#include "conf/words.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace postern::conf {

// Every length of time, in milliseconds: "250ms", "30s", "1h30m", "7d".
using Duration = std::chrono::milliseconds;

// Octets: "512B", "64KiB", "25MB".
struct Size {
  std::uint64_t octets = 0;

  friend constexpr auto operator<=>(const Size&, const Size&) = default;
};

// Events in a stretch of time: "60/min".
struct Rate {
  std::uint32_t events = 0;
  std::chrono::seconds per{1};

  friend constexpr bool operator==(const Rate&, const Rate&) = default;
};

// A part of a whole, in hundredths: "75%".
struct Percent {
  std::uint32_t hundredths = 0;

  friend constexpr auto operator<=>(const Percent&, const Percent&) = default;
};

// Something to listen on: ":110", "127.0.0.1:110", "[::1]:110", "fd:NAME", "unix:/path".
struct Endpoint {
  enum class Kind { Tcp, Unix, Inherited };

  Kind kind = Kind::Tcp;
  std::string address;  // Tcp: an address in its shortest form; empty: all addresses
  std::optional<std::uint16_t>
      port;          // Tcp: set once the settings are loaded; 0: the kernel chooses
  std::string name;  // Unix: the path; Inherited: the name that systemd gave it

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// A host to connect to, by name or address (IPv6 without its brackets).
struct HostPort {
  std::string host;
  std::uint16_t port = 0;  // 0: the upstream's usual one, from its URL

  friend bool operator==(const HostPort&, const HostPort&) = default;
};

// SCHEME://HOST[:PORT], of an IMAP server or one that takes submissions.
struct Url {
  Scheme scheme = Scheme::Imap;
  HostPort to;  // the port is always set

  // TLS from the first octet.
  [[nodiscard]] constexpr bool implicit_tls() const {
    return scheme == Scheme::Imaps || scheme == Scheme::Submissions;
  }

  [[nodiscard]] constexpr bool is_smtp() const {
    return scheme != Scheme::Imap && scheme != Scheme::Imaps;
  }

  friend bool operator==(const Url&, const Url&) = default;
};

// SHA-256 over a certificate's public key (its SubjectPublicKeyInfo in DER).
using Pin = std::array<std::uint8_t, 32>;

// How an upstream's certificate is judged.
struct Verify {
  enum class Kind { Full, Ca, Pin, None };

  Kind kind = Kind::Full;  // Full: chain, time and name; Ca: chain and time; Pin: only the pins
  std::vector<Pin> pins;

  friend bool operator==(const Verify&, const Verify&) = default;
};

// What QUIT does with deleted messages: "expunge", "trash", "move:NAME", "flag:KEYWORD", "ignore".
struct DeletePolicy {
  enum class Kind { Expunge, Trash, Move, Flag, Ignore };

  Kind kind = Kind::Expunge;
  std::string name;  // Move: the mailbox in UTF-8; Flag: the keyword

  friend bool operator==(const DeletePolicy&, const DeletePolicy&) = default;
};

// One piece of a UIDL: text as it stands, a number of the message, or what the server calls it.
struct UidlPiece {
  enum class Kind {
    Text,
    Uid,
    UidValidity,
    EmailId,  // EMAILID (RFC 8474)
    GmailId,  // X-GM-MSGID, in hexadecimal
  };

  Kind kind = Kind::Text;
  std::string text;        // Text
  bool hex = false;        // numbers: lower-case hexadecimal instead of decimal
  std::uint8_t width = 0;  // numbers: filled with zeros from the left to so many digits

  friend bool operator==(const UidlPiece&, const UidlPiece&) = default;
};

// The form of UIDLs: a preset ("dovecot", "uw", "cyrus", "uid", "dash", "gmail", "emailid") or a
// template.
struct UidlFormat {
  std::string written;            // as the operator wrote it
  std::vector<UidlPiece> pieces;  // what it means, presets included

  [[nodiscard]] constexpr bool holds(UidlPiece::Kind kind) const {
    return std::ranges::find(pieces, kind, &UidlPiece::kind) != pieces.end();
  }

  friend bool operator==(const UidlFormat&, const UidlFormat&) = default;
};

// What CAPA says of EXPIRE (RFC 2449, section 6.7): nothing ("off"), NEVER, or a number of days.
struct Expire {
  enum class Kind { Off, Never, Days };

  Kind kind = Kind::Off;
  std::uint32_t days = 0;

  friend bool operator==(const Expire&, const Expire&) = default;
};

inline namespace literals {

using std::literals::chrono_literals::operator""ms;
using std::literals::chrono_literals::operator""s;
using std::literals::chrono_literals::operator""min;
using std::literals::chrono_literals::operator""h;

consteval Size operator""_B(unsigned long long octets) {
  return Size{octets};
}

consteval Size operator""_KiB(unsigned long long count) {
  return Size{count << 10U};
}

consteval Size operator""_MiB(unsigned long long count) {
  return Size{count << 20U};
}

consteval Size operator""_GiB(unsigned long long count) {
  return Size{count << 30U};
}

}  // namespace literals

}  // namespace postern::conf
