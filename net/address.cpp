// Addresses by the numbers: inet_pton and inet_ntop, and care for IPv4 inside IPv6.

#include "net/address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>

namespace postern::net {

namespace {

constexpr std::array<unsigned char, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_mapped(const std::array<unsigned char, 16>& octets) {
  return std::equal(kMapped.begin(), kMapped.end(), octets.begin());
}

}  // namespace

std::optional<Address> Address::parse(std::string_view host, std::uint16_t port) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  const std::string text(host);
  Address address;
  sockaddr_in v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    std::memcpy(&address.in6_, &v4, sizeof v4);
  } else if (inet_pton(AF_INET6, text.c_str(), &address.in6_.sin6_addr) == 1) {
    address.in6_.sin6_family = AF_INET6;
  } else {
    return std::nullopt;
  }
  address.set_port(port);
  return address;
}

Address Address::from(const sockaddr* raw) {
  Address address;
  if (raw->sa_family == AF_INET) std::memcpy(&address.in6_, raw, sizeof(sockaddr_in));
  if (raw->sa_family == AF_INET6) std::memcpy(&address.in6_, raw, sizeof(sockaddr_in6));
  return address;
}

Address Address::from(std::span<const unsigned char> octets, std::uint16_t port) {
  Address result;
  if (octets.size() == sizeof(in_addr)) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, octets.data(), octets.size());
    std::memcpy(&result.in6_, &v4, sizeof v4);
  } else if (octets.size() == sizeof(in6_addr)) {
    result.in6_.sin6_family = AF_INET6;
    result.in6_.sin6_port = htons(port);
    std::memcpy(&result.in6_.sin6_addr, octets.data(), octets.size());
  }
  return result;
}

unsigned Address::raw_size() const {
  return is_v6() ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
}

// The port lies at the same place in both families.
static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));

std::uint16_t Address::port() const {
  return ntohs(in6_.sin6_port);
}

void Address::set_port(std::uint16_t port) {
  in6_.sin6_port = htons(port);
}

bool Address::is_loopback() const {
  if (!known()) return false;
  const auto all = octets();
  if (is_mapped(all)) return all[12] == 127;
  return IN6_IS_ADDR_LOOPBACK(&in6_.sin6_addr);
}

std::array<unsigned char, 16> Address::octets() const {
  std::array<unsigned char, 16> all{};
  if (is_v6()) {
    std::memcpy(all.data(), &in6_.sin6_addr, all.size());
  } else if (known()) {
    sockaddr_in v4{};
    std::memcpy(&v4, &in6_, sizeof v4);
    std::ranges::copy(kMapped, all.begin());
    std::memcpy(all.data() + kMapped.size(), &v4.sin_addr, sizeof v4.sin_addr);
  }
  return all;
}

std::array<unsigned char, 16> Address::network() const {
  auto all = octets();
  if (!is_mapped(all)) std::fill(all.begin() + 8, all.end(), 0);
  return all;
}

std::string Address::host() const {
  if (!known()) return "unknown";
  const auto all = octets();
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_mapped(all)) {
    inet_ntop(AF_INET, all.data() + kMapped.size(), text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, all.data(), text.data(), text.size());
  }
  return text.data();
}

std::string Address::text() const {
  const std::string name = host();
  const bool colons = name.find(':') != std::string::npos;
  return (colons ? "[" + name + "]" : name) + ":" + std::to_string(port());
}

}  // namespace postern::net
