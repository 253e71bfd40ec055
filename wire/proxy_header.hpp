// The PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt): what a proxy says ahead of a
// connection about the client that it speaks for.
//
// Reading: the first kProxyStartOctets tell which version it is and how much is to come; the rest
// is read by that and handed over whole. A header that is not understood to the last octet is
// Malformed: there is no guessing about who a client is. Of the TLVs of version 2, SSL and
// AUTHORITY are looked at, a CRC32C is checked, and the others are skipped. Writing: version 2.

#pragma once

#include "wire/malformed.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace postern::wire {

// A version 2 header up to the length of its rest is 16 octets; version 1's shortest line is 15.
inline constexpr std::size_t kProxyStartOctets = 12;
inline constexpr std::size_t kProxyV2HeadOctets = 16;
inline constexpr std::size_t kProxyV1OctetsMax = 107;  // with CRLF
inline constexpr std::size_t kProxyOctetsMax = 4096;   // of a whole header

enum class ProxyVersion : std::uint8_t { V1, V2 };

// What the first kProxyStartOctets octets begin; nothing if it is no PROXY header.
[[nodiscard]] std::optional<ProxyVersion> proxy_version(std::string_view start) noexcept;

// How many octets follow the first kProxyV2HeadOctets ones, if that is within kProxyOctetsMax.
[[nodiscard]] std::optional<std::size_t> proxy_v2_rest(std::string_view head) noexcept;

struct ProxyEndpoint {
  std::array<unsigned char, 16> octets{};  // of an IPv4 address the first four
  std::uint16_t port = 0;
};

struct ProxyHeader {
  enum class Family : std::uint8_t { None, V4, V6 };

  // LOCAL and UNKNOWN, and what is no TCP, have none: the peer speaks for itself.
  Family family = Family::None;
  ProxyEndpoint source;       // the client
  ProxyEndpoint destination;  // what it connected to
  bool secure = false;        // the client's connection to the proxy is TLS
  std::string authority{};    // the host name the client asked for; printable, may be empty
  std::string unique_id{};    // written only
};

using ParsedProxyHeader = std::variant<ProxyHeader, Malformed>;

// `line` without CRLF.
[[nodiscard]] ParsedProxyHeader parse_proxy_v1(std::string_view line);

// The whole header, to its last octet.
[[nodiscard]] ParsedProxyHeader parse_proxy_v2(std::string_view octets);

// Version 2, with a CRC32C. Of a header without addresses it is LOCAL.
[[nodiscard]] std::string compose_proxy_v2(const ProxyHeader& header);

// CRC-32C (Castagnoli; RFC 3720, appendix B.4).
[[nodiscard]] std::uint32_t crc32c(std::string_view octets, std::uint32_t before = 0) noexcept;

}  // namespace postern::wire
