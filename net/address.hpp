// Addresses of sockets and networks: IPv4 and IPv6, numeric only. Names are the resolver's
// business.

#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <netinet/in.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace postern::net {

class Address {
 public:
  Address() = default;  // no address: family unspecified

  // "192.0.2.1" or "2001:db8::1", brackets allowed around the latter. Nothing but numbers is taken.
  static std::optional<Address> parse(std::string_view host, std::uint16_t port);

  static Address from(const sockaddr* address);

  // Of the four octets of an IPv4 address, or the sixteen of an IPv6 one.
  static Address from(std::span<const unsigned char> octets, std::uint16_t port);

  [[nodiscard]] const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&in6_); }

  [[nodiscard]] unsigned raw_size() const;

  [[nodiscard]] bool is_v6() const { return in6_.sin6_family == AF_INET6; }

  [[nodiscard]] bool known() const { return in6_.sin6_family != AF_UNSPEC; }

  [[nodiscard]] std::uint16_t port() const;
  void set_port(std::uint16_t port);

  // 127.0.0.0/8, ::1, and the former mapped into IPv6.
  [[nodiscard]] bool is_loopback() const;

  // The 16 octets of the IPv6 form; IPv4 mapped (RFC 4291, section 2.5.5.2).
  [[nodiscard]] std::array<unsigned char, 16> octets() const;

  // What counts as one client: an IPv4 address, or the /64 of an IPv6 one, in the form of octets().
  [[nodiscard]] std::array<unsigned char, 16> network() const;

  // "192.0.2.1" or "2001:db8::1"; mapped IPv4 as IPv4.
  [[nodiscard]] std::string host() const;

  // "192.0.2.1:110" or "[2001:db8::1]:110".
  [[nodiscard]] std::string text() const;

  friend bool operator==(const Address& a, const Address& b) {
    return a.port() == b.port() && a.octets() == b.octets();
  }

 private:
  sockaddr_in6 in6_{};  // holds a sockaddr_in as well
};

}  // namespace postern::net
