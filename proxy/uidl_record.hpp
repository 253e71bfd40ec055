// What is known of a UIDL that has to last: the message it belongs to, or what an old server told
// of that message, from which the message has yet to be found.

#pragma once

#include "net/digest.hpp"
#include "wire/numbers.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace postern::proxy {

// A UIDL that a message bears whatever the format says.
struct StoredUidl {
  wire::UidValidity validity;
  wire::Uid uid;
  std::string text;
  std::uint32_t position = 0;  // the number that an old server gave the message; 0: none did
  std::uint32_t gone_on = 0;   // the day, since 1970, on which it was first missed; 0: it is there

  friend bool operator==(const StoredUidl&, const StoredUidl&) = default;
};

// By what a message may be found again; at least one of them.
struct UidlKeys {
  struct Place {
    wire::UidValidity validity;
    wire::Uid uid;

    friend bool operator==(const Place&, const Place&) = default;
  };

  std::optional<Place> place;             // in the IMAP mailbox, if the old server knew it
  std::optional<net::Digest> header;      // SHA-256 of its canonical header
  std::optional<std::uint64_t> size;      // octets, as the old server listed it
  std::optional<std::uint32_t> position;  // its number there, from 1

  friend bool operator==(const UidlKeys&, const UidlKeys&) = default;
};

// A UIDL that was imported and has not found its message yet.
struct UidlRecord {
  UidlKeys keys;
  std::string text;

  friend bool operator==(const UidlRecord&, const UidlRecord&) = default;
};

}  // namespace postern::proxy
