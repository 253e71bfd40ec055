// The C library knows the grammar of addresses; what is ours is the prefix and the mapped form.
// A network with bits set behind its prefix is refused, because it is not clear which was meant,
// the address or the network.

#include "conf/network.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <fmt/format.h>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>

namespace postern::conf {

namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned kMappedBits = 96;
constexpr std::string_view kAddressHint = R"(an address is written "192.0.2.7" or "2001:db8::7")";

bool is_mapped(std::span<const std::uint8_t> octets) {
  return octets.size() == 16 && std::ranges::equal(octets.first<12>(), kMapped);
}

// The address as it is written, mapped or not.
std::optional<Address> parse_as_written(std::string_view text) {
  const std::string terminated(text);
  Address address;
  if (inet_pton(AF_INET, terminated.c_str(), address.octets.data()) == 1) return address;
  address.length = 16;
  if (inet_pton(AF_INET6, terminated.c_str(), address.octets.data()) == 1) return address;
  return std::nullopt;
}

void unmap(Address& address) {
  if (address.length != 16 || !is_mapped(address.octets)) return;
  std::array<std::uint8_t, 16> plain{};
  std::copy_n(address.octets.begin() + 12, 4, plain.begin());
  address = Address{plain, 4};
}

// Sets every bit behind the prefix to zero; true if one of them was set.
bool clear_host_bits(Address& address, unsigned prefix) {
  bool found = false;
  for (unsigned bit = prefix; bit < 8U * address.length; ++bit) {
    std::uint8_t& octet = address.octets.at(bit / 8);
    const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    found = found || (octet & mask) != 0;
    octet = static_cast<std::uint8_t>(octet & ~mask);
  }
  return found;
}

}  // namespace

std::expected<Address, std::string> parse_address(std::string_view text) {
  if (auto address = parse_as_written(text)) {
    unmap(*address);
    return *address;
  }
  return std::unexpected(std::string(kAddressHint));
}

std::string show(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> room{};
  const int family = address.length == 4 ? AF_INET : AF_INET6;
  inet_ntop(family, address.octets.data(), room.data(), room.size());
  return room.data();
}

bool Address::is_loopback() const {
  if (length == 4) return octets[0] == 127;
  return std::all_of(octets.begin(), octets.end() - 1, [](auto octet) { return octet == 0; }) &&
         octets[15] == 1;
}

std::string show(const Network& network) {
  return fmt::format("{}/{}", show(network.base()), network.prefix());
}

std::expected<Network, std::string> Network::parse(std::string_view text) {
  constexpr std::string_view kHint = R"(a network is written "192.0.2.0/24" or "2001:db8::/32")";
  const auto slash = text.find('/');
  auto base = parse_as_written(text.substr(0, slash));
  if (!base) return std::unexpected(std::string(kHint));

  unsigned prefix = 8U * base->length;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const unsigned most = prefix;
    const auto got = std::from_chars(digits.begin(), digits.end(), prefix);
    if (got.ec != std::errc() || got.ptr != digits.end() || prefix > most) {
      return std::unexpected(fmt::format("the prefix is a number from 0 to {}", most));
    }
  }
  const bool mapped = base->length == 16 && is_mapped(base->octets) && prefix >= kMappedBits;
  if (mapped) {
    unmap(*base);
    prefix -= kMappedBits;
  }

  Network network;
  network.base_ = *base;
  network.prefix_ = static_cast<std::uint8_t>(prefix);
  if (clear_host_bits(network.base_, prefix)) {
    return std::unexpected(fmt::format("the network of that address is \"{}\"", show(network)));
  }
  return network;
}

bool Network::contains(std::span<const std::uint8_t> address) const {
  if (is_mapped(address)) address = address.subspan(12);
  if (address.size() != base_.length) return false;
  const unsigned whole = prefix_ / 8U;
  if (!std::equal(address.begin(), address.begin() + whole, base_.octets.begin())) return false;
  const unsigned rest = prefix_ % 8U;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff00U >> rest);
  return (address[whole] & mask) == base_.octets.at(whole);
}

}  // namespace postern::conf
