// Networks in CIDR form (RFC 4632, RFC 4291 section 2.3): "192.0.2.0/24", "2001:db8::/32".
//
// An IPv4 address that arrives over an IPv6 socket, mapped as ::ffff:a.b.c.d, is treated as the
// IPv4 address that it is, so that one list serves both kinds of socket.

#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

namespace postern::conf {

// An IPv4 or IPv6 address as octets in network order; mapped IPv4 has become IPv4.
struct Address {
  std::array<std::uint8_t, 16> octets{};
  std::uint8_t length = 4;  // 4 or 16, of octets

  [[nodiscard]] bool is_loopback() const;

  friend bool operator==(const Address&, const Address&) = default;
};

class Network {
 public:
  // Takes "ADDRESS/PREFIX", or "ADDRESS" for that address alone. The error says what would be
  // right.
  static std::expected<Network, std::string> parse(std::string_view text);

  // The address in 4 or 16 octets, network order; other lengths are in no network.
  [[nodiscard]] bool contains(std::span<const std::uint8_t> address) const;

  [[nodiscard]] const Address& base() const { return base_; }

  [[nodiscard]] unsigned prefix() const { return prefix_; }

  friend bool operator==(const Network&, const Network&) = default;

 private:
  Address base_;
  std::uint8_t prefix_ = 0;  // bits that count; at most 8 * base_.length
};

// Just an address, without port, brackets or zone.
std::expected<Address, std::string> parse_address(std::string_view text);

// The address in its shortest form, IPv6 without brackets.
std::string show(const Address& address);

// The network in its shortest form, always with its prefix.
std::string show(const Network& network);

}  // namespace postern::conf
