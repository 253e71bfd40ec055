// What an IMAP server says it can do, as far as it matters to us (RFC 3501, section 7.2.1, and the
// RFCs that each capability stands for). Names that are not in the list below are passed over.

#pragma once

#include "wire/sasl.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace postern::wire::imap {

enum class Capability : std::uint8_t {
  Imap4Rev1,        // RFC 3501
  Imap4Rev2,        // RFC 9051
  StartTls,         //
  LoginDisabled,    //
  SaslIr,           // RFC 4959: an initial response in AUTHENTICATE
  LiteralPlus,      // RFC 7888: non-synchronizing literals of any size
  LiteralMinus,     // RFC 7888: and of 4096 octets at most
  Id,               // RFC 2971
  Enable,           // RFC 5161
  UidPlus,          // RFC 4315: UID EXPUNGE
  Move,             // RFC 6851
  Esearch,          // RFC 4731
  CondStore,        // RFC 7162
  QResync,          // RFC 7162
  Unselect,         // RFC 3691
  ListExtended,     // RFC 5258
  SpecialUse,       // RFC 6154
  XList,            // its ancestor, Google's
  Namespace,        // RFC 2342
  Utf8Accept,       // RFC 6855, UTF8=ACCEPT
  Idle,             // RFC 2177
  ObjectId,         // RFC 8474: EMAILID, MAILBOXID
  InProgress,       // RFC 9585
  GmailExtensions,  // X-GM-EXT-1
  AuthPlain,
  AuthLogin,
  AuthXOAuth2,
  AuthOAuthBearer,
};

class Capabilities {
 public:
  constexpr void add(Capability capability) noexcept { bits_ |= bit(capability); }

  // The same, but for one.
  [[nodiscard]] constexpr Capabilities without(Capability capability) const noexcept {
    Capabilities rest = *this;
    rest.bits_ &= ~bit(capability);
    return rest;
  }

  [[nodiscard]] constexpr bool has(Capability capability) const noexcept {
    return (bits_ & bit(capability)) != 0;
  }

  [[nodiscard]] bool has(sasl::Mechanism mechanism) const noexcept;

  // What both have.
  [[nodiscard]] constexpr Capabilities common_with(Capabilities other) const noexcept {
    other.bits_ &= bits_;
    return other;
  }

  // Says nothing that we know: the state before the server spoke.
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }

  friend constexpr bool operator==(Capabilities, Capabilities) = default;

 private:
  static constexpr std::uint64_t bit(Capability capability) noexcept {
    return std::uint64_t{1} << static_cast<unsigned>(capability);
  }

  std::uint64_t bits_ = 0;
};

// From names with blanks between them: the arguments of CAPABILITY, of the response code of that
// name, or of ENABLED.
[[nodiscard]] Capabilities parse_capabilities(std::string_view list) noexcept;

// What a client may be told of a server's capabilities once it is logged in: the names without
// those that mean something only before login, those that would lead it past us, and those that the
// operator drops. Words that are no capability names are left out, too.
[[nodiscard]] std::string capabilities_after_login(std::string_view list,
                                                   std::span<const std::string> dropped);

// The name as servers write it.
[[nodiscard]] std::string_view name(Capability capability) noexcept;

}  // namespace postern::wire::imap
