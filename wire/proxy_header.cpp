// See proxy_header.hpp. Numbers in version 2 are in network order.

#include "wire/proxy_header.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <span>

namespace postern::wire {

namespace {

constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::string_view kV1Start = "PROXY ";
constexpr std::size_t kV4Octets = 4;
constexpr std::size_t kV6Octets = 16;

enum Tlv : unsigned char {
  kAuthority = 0x02,
  kCrc32c = 0x03,
  kUniqueId = 0x05,
  kSsl = 0x20,
};

constexpr unsigned char kVersionLocal = 0x20;
constexpr unsigned char kVersionProxy = 0x21;
constexpr unsigned char kTcp4 = 0x11;
constexpr unsigned char kTcp6 = 0x21;
constexpr std::size_t kTlvHead = 3;
constexpr std::size_t kSslOctets = 5;  // client and verify; what follows are TLVs of TLVs
constexpr unsigned char kClientHasTls = 0x01;
constexpr std::size_t kNameOctetsMax = 255;
constexpr std::size_t kUniqueIdOctetsMax = 128;

unsigned char octet_at(std::string_view octets, std::size_t at) {
  return static_cast<unsigned char>(octets[at]);
}

std::uint16_t word_at(std::string_view octets, std::size_t at) {
  return static_cast<std::uint16_t>(octet_at(octets, at) << 8U | octet_at(octets, at + 1));
}

void append_word(std::string& out, std::size_t word) {
  out.push_back(static_cast<char>(word >> 8U & 0xFFU));
  out.push_back(static_cast<char>(word & 0xFFU));
}

// ---- version 1

// The next word; words are parted by one blank.
std::string_view take_field(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

bool parse_v4(std::string_view text, std::span<unsigned char> out) {
  for (std::size_t i = 0; i < kV4Octets; ++i) {
    const std::size_t end = std::min(text.find('.'), text.size());
    const auto number = parse_number(text.substr(0, end), 255);
    if (!number || (end > 1 && text.front() == '0')) return false;
    out[i] = static_cast<unsigned char>(*number);
    const bool last = i + 1 == kV4Octets;
    if (last != (end == text.size())) return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

std::optional<unsigned> parse_group(std::string_view text) {
  if (text.empty() || text.size() > 4) return std::nullopt;
  unsigned value = 0;
  for (const char octet : text) {
    const char c = to_lower(octet);
    const bool letter = c >= 'a' && c <= 'f';
    if (!is_digit(c) && !letter) return std::nullopt;
    value = value * 16 + static_cast<unsigned>(letter ? c - 'a' + 10 : c - '0');
  }
  return value;
}

// Groups with ":" between them, and perhaps an IPv4 address last. Answers the octets they make, or
// nothing.
std::optional<std::size_t> parse_groups(std::string_view text, std::span<unsigned char> out) {
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(':'), text.size());
    const std::string_view group = text.substr(0, end);
    if (group.contains('.')) {
      if (end != text.size() || count + kV4Octets > out.size()) return std::nullopt;
      if (!parse_v4(group, out.subspan(count, kV4Octets))) return std::nullopt;
      return count + kV4Octets;
    }
    const auto value = parse_group(group);
    if (!value || count + 2 > out.size()) return std::nullopt;
    out[count++] = static_cast<unsigned char>(*value >> 8U);
    out[count++] = static_cast<unsigned char>(*value & 0xFFU);
    if (end + 1 == text.size()) return std::nullopt;  // a colon and nothing behind it
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return count;
}

bool parse_v6(std::string_view text, std::span<unsigned char> out) {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return parse_groups(text, out) == kV6Octets;
  std::array<unsigned char, kV6Octets> tail{};
  const auto before = parse_groups(text.substr(0, gap), out);
  const auto after = parse_groups(text.substr(gap + 2), tail);
  if (!before || !after || *before + *after >= kV6Octets) return false;
  std::ranges::fill(out.subspan(*before), static_cast<unsigned char>(0));
  std::ranges::copy(std::span(tail).first(*after), out.last(*after).begin());
  return true;
}

// ---- version 2

void read_endpoints(std::string_view octets, std::size_t address_octets, ProxyHeader& header) {
  for (ProxyEndpoint* end : {&header.source, &header.destination}) {
    for (std::size_t i = 0; i < address_octets; ++i)
      end->octets.at(i) = octet_at(octets, i);
    octets.remove_prefix(address_octets);
  }
  header.source.port = word_at(octets, 0);
  header.destination.port = word_at(octets, 2);
}

// The checksum is over the header with zeros in the checksum's place.
bool checksum_holds(std::string_view octets, std::size_t at) {
  constexpr std::string_view kZeros("\0\0\0\0", 4);
  std::uint32_t sum = crc32c(octets.substr(0, at));
  sum = crc32c(kZeros, sum);
  sum = crc32c(octets.substr(at + kZeros.size()), sum);
  const std::uint32_t said = static_cast<std::uint32_t>(word_at(octets, at)) << 16U |
                             static_cast<std::uint32_t>(word_at(octets, at + 2));
  return sum == said;
}

// Answers what is wrong; nothing if all is well.
std::optional<Malformed> read_tlvs(std::string_view octets, std::size_t at, ProxyHeader& header) {
  while (at < octets.size()) {
    if (octets.size() - at < kTlvHead) return Malformed{.why = "TLV cut short"};
    const unsigned char type = octet_at(octets, at);
    const std::size_t size = word_at(octets, at + 1);
    at += kTlvHead;
    if (octets.size() - at < size) return Malformed{.why = "TLV cut short"};
    const std::string_view value = octets.substr(at, size);
    if (type == kCrc32c && (size != 4 || !checksum_holds(octets, at))) {
      return Malformed{.why = "wrong checksum"};
    }
    if (type == kAuthority) {
      if (size > kNameOctetsMax || !all_printable(value)) return Malformed{.why = "bad authority"};
      header.authority = value;
    }
    if (type == kSsl) {
      if (size < kSslOctets) return Malformed{.why = "TLV cut short"};
      header.secure = (octet_at(value, 0) & kClientHasTls) != 0;
    }
    at += size;
  }
  return std::nullopt;
}

void append_tlv(std::string& out, Tlv type, std::string_view value) {
  out.push_back(static_cast<char>(type));
  append_word(out, value.size());
  out.append(value);
}

std::string_view address_text(const ProxyEndpoint& end, std::size_t octets) {
  return {reinterpret_cast<const char*>(end.octets.data()), octets};
}

}  // namespace

std::optional<ProxyVersion> proxy_version(std::string_view start) noexcept {
  if (start.starts_with(kSignature)) return ProxyVersion::V2;
  if (start.size() >= kProxyStartOctets && start.starts_with(kV1Start)) return ProxyVersion::V1;
  return std::nullopt;
}

std::optional<std::size_t> proxy_v2_rest(std::string_view head) noexcept {
  if (head.size() < kProxyV2HeadOctets) return std::nullopt;
  const std::size_t rest = word_at(head, kProxyV2HeadOctets - 2);
  if (rest > kProxyOctetsMax - kProxyV2HeadOctets) return std::nullopt;
  return rest;
}

ParsedProxyHeader parse_proxy_v1(std::string_view line) {
  if (!line.starts_with(kV1Start)) return Malformed{.why = "no PROXY line"};
  if (line.size() + 2 > kProxyV1OctetsMax) return Malformed{.why = "PROXY line too long"};
  line.remove_prefix(kV1Start.size());
  const std::string_view family = take_field(line);
  if (family == "UNKNOWN") return ProxyHeader{};
  ProxyHeader header;
  const auto read = family == "TCP4" ? &parse_v4 : &parse_v6;
  if (family != "TCP4" && family != "TCP6") return Malformed{.why = "unknown family"};
  header.family = family == "TCP4" ? ProxyHeader::Family::V4 : ProxyHeader::Family::V6;
  for (ProxyEndpoint* end : {&header.source, &header.destination}) {
    if (!read(take_field(line), end->octets)) return Malformed{.why = "bad address"};
  }
  for (ProxyEndpoint* end : {&header.source, &header.destination}) {
    const bool last = end == &header.destination;
    if (last && line.contains(' ')) return Malformed{.why = "more than two ports"};
    const auto port = parse_number(take_field(line), UINT16_MAX);
    if (!port) return Malformed{.why = "bad port"};
    end->port = static_cast<std::uint16_t>(*port);
  }
  return header;
}

ParsedProxyHeader parse_proxy_v2(std::string_view octets) {
  const auto rest = proxy_v2_rest(octets);
  if (!octets.starts_with(kSignature) || !rest || octets.size() != kProxyV2HeadOctets + *rest) {
    return Malformed{.why = "no PROXY header of version 2"};
  }
  const unsigned char command = octet_at(octets, 12);
  if (command != kVersionLocal && command != kVersionProxy) {
    return Malformed{.why = "unknown version or command"};
  }
  if (command == kVersionLocal) return ProxyHeader{};  // whatever else it says
  ProxyHeader header;
  const unsigned char family = octet_at(octets, 13);
  if ((family >> 4U) > 3 || (family & 0x0FU) > 2) return Malformed{.why = "unknown family"};
  if (family != kTcp4 && family != kTcp6) return header;
  const std::size_t address_octets = family == kTcp4 ? kV4Octets : kV6Octets;
  const std::size_t endpoints = 2 * (address_octets + 2);
  if (*rest < endpoints) return Malformed{.why = "addresses cut short"};
  header.family = family == kTcp4 ? ProxyHeader::Family::V4 : ProxyHeader::Family::V6;
  read_endpoints(octets.substr(kProxyV2HeadOctets), address_octets, header);
  if (const auto wrong = read_tlvs(octets, kProxyV2HeadOctets + endpoints, header)) return *wrong;
  return header;
}

std::string compose_proxy_v2(const ProxyHeader& header) {
  const bool local = header.family == ProxyHeader::Family::None;
  std::string body;
  if (!local) {
    const std::size_t octets = header.family == ProxyHeader::Family::V4 ? kV4Octets : kV6Octets;
    body.append(address_text(header.source, octets));
    body.append(address_text(header.destination, octets));
    append_word(body, header.source.port);
    append_word(body, header.destination.port);
    if (!header.authority.empty()) {
      append_tlv(body, kAuthority, std::string_view(header.authority).substr(0, kNameOctetsMax));
    }
    if (!header.unique_id.empty()) {
      append_tlv(body, kUniqueId, std::string_view(header.unique_id).substr(0, kUniqueIdOctetsMax));
    }
    constexpr std::string_view kVerifiedNobody("\x01\0\0\0\x01", kSslOctets);
    if (header.secure) append_tlv(body, kSsl, kVerifiedNobody);
    append_tlv(body, kCrc32c, std::string_view("\0\0\0\0", 4));
  }
  std::string out(kSignature);
  out.push_back(static_cast<char>(local ? kVersionLocal : kVersionProxy));
  out.push_back(static_cast<char>(local                                      ? 0
                                  : header.family == ProxyHeader::Family::V4 ? kTcp4
                                                                             : kTcp6));
  append_word(out, body.size());
  out.append(body);
  if (local) return out;
  const std::uint32_t sum = crc32c(out);
  out.resize(out.size() - 4);
  append_word(out, sum >> 16U);
  append_word(out, sum & 0xFFFFU);
  return out;
}

std::uint32_t crc32c(std::string_view octets, std::uint32_t before) noexcept {
  constexpr std::uint32_t kPolynomial = 0x82F63B78U;  // reflected
  std::uint32_t sum = ~before;
  for (const char octet : octets) {
    sum ^= static_cast<unsigned char>(octet);
    for (int bit = 0; bit < 8; ++bit)
      sum = (sum >> 1U) ^ ((sum & 1U) != 0 ? kPolynomial : 0U);
  }
  return ~sum;
}

}  // namespace postern::wire
