// What an SMTP server says it can do, as far as it matters to us (RFC 5321, section 4.1.1.1, and
// the RFCs that each keyword stands for). Keywords that are not in the list below are passed over,
// so they can never be offered on.

#pragma once

#include "wire/sasl.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace postern::wire::smtp {

enum class Extension : std::uint8_t {
  Pipelining,           // RFC 2920
  Size,                 // RFC 1870
  EightBitMime,         // RFC 6152
  SmtpUtf8,             // RFC 6531
  Dsn,                  // RFC 3461
  DeliverBy,            // RFC 2852
  FutureRelease,        // RFC 4865
  MtPriority,           // RFC 6710
  RequireTls,           // RFC 8689
  EnhancedStatusCodes,  // RFC 2034
  StartTls,             // RFC 3207
  Auth,                 // RFC 4954
  Xclient,              // Postfix's
};

// Attributes of XCLIENT that we can fill in.
enum class XclientAttribute : std::uint8_t { Name, Addr, Port, Helo, Login, Proto };

inline constexpr std::array<std::string_view, 6> kXclientAttributes{
    "NAME", "ADDR", "PORT", "HELO", "LOGIN", "PROTO"};

// What a relay may pass on, if both sides know of it: it changes nothing but the envelope.
inline constexpr std::array kPassedOn{Extension::EightBitMime,
                                      Extension::SmtpUtf8,
                                      Extension::Dsn,
                                      Extension::DeliverBy,
                                      Extension::FutureRelease,
                                      Extension::MtPriority,
                                      Extension::RequireTls};

// What one EHLO was answered with.
class Offer {
 public:
  constexpr void add(Extension extension) noexcept { extensions_ |= bit(extension); }

  [[nodiscard]] constexpr bool has(Extension extension) const noexcept {
    return (extensions_ & bit(extension)) != 0;
  }

  constexpr void add(sasl::Mechanism mechanism) noexcept { mechanisms_ |= bit(mechanism); }

  [[nodiscard]] constexpr bool has(sasl::Mechanism mechanism) const noexcept {
    return (mechanisms_ & bit(mechanism)) != 0;
  }

  constexpr void add(XclientAttribute attribute) noexcept { xclient_ |= bit(attribute); }

  [[nodiscard]] constexpr bool has(XclientAttribute attribute) const noexcept {
    return (xclient_ & bit(attribute)) != 0;
  }

  // Takes in one line of the answer: its text, without code.
  void hear(std::string_view line);

  // What both have; of the sizes the smaller one that is said.
  [[nodiscard]] Offer common_with(const Offer& other) const noexcept;

  // Octets that a message may have; 0: not said.
  std::uint64_t size_max = 0;

  friend constexpr bool operator==(const Offer&, const Offer&) = default;

 private:
  template <class Enum>
  static constexpr std::uint32_t bit(Enum value) noexcept {
    return std::uint32_t{1} << static_cast<unsigned>(value);
  }

  std::uint32_t extensions_ = 0;
  std::uint32_t mechanisms_ = 0;
  std::uint32_t xclient_ = 0;
};

// The keyword as servers write it.
[[nodiscard]] std::string_view name(Extension extension) noexcept;

}  // namespace postern::wire::smtp
