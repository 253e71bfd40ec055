// What we say to an IMAP server before a mailbox is open: LOGIN and AUTHENTICATE (RFC 3501,
// sections 6.2.2 and 6.2.3; RFC 4959), ID (RFC 2971), ENABLE (RFC 5161), and the tags of it all.
//
// Credentials are written so that the server reads back the very same octets, or not at all. Which
// way of logging in is taken, and that none is taken in clear, is upstream's business.

#pragma once

#include "wire/imap_capability.hpp"
#include "wire/imap_parts.hpp"
#include "wire/sasl.hpp"
#include "wire/secret.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace postern::wire::imap {

// The tags of one connection: "k3f9a1c07.12". Nobody can answer a command ahead of time who cannot
// guess the randomness, which the caller draws anew for each connection.
class Tags {
 public:
  explicit Tags(std::uint32_t randomness);

  [[nodiscard]] std::string next();

 private:
  std::string prefix_;
  std::uint64_t count_ = 0;
};

// Nothing for credentials that are empty or cannot be written.
[[nodiscard]] std::optional<Parts> login(std::string_view tag,
                                         std::string_view user,
                                         std::string_view password,
                                         Literals literals);

// With the messages of the mechanism, before base64, in the order they are asked for; the first of
// them in the command itself if the server takes an initial response (RFC 4959).
[[nodiscard]] Parts authenticate(std::string_view tag,
                                 sasl::Mechanism mechanism,
                                 std::span<const Secret> messages,
                                 bool initial_response);

struct IdField {
  std::string_view name;                  // at most 30 octets
  std::optional<std::string_view> value;  // at most 1024 octets; nothing is NIL
};

// Whether a field can be written: printable ASCII, and not too long.
[[nodiscard]] bool can_be_told(const IdField& field) noexcept;

// ID (RFC 2971). Nothing for fields that cannot be told.
[[nodiscard]] std::optional<std::string> id(std::string_view tag, std::span<const IdField> fields);

[[nodiscard]] std::string enable(std::string_view tag,
                                 std::initializer_list<Capability> capabilities);

}  // namespace postern::wire::imap
