// PROXY headers: both versions read, version 2 written, everything else refused.

#include "wire/proxy_header.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>

namespace postern::wire {
namespace {

using Family = ProxyHeader::Family;

constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);

ProxyHeader good(const ParsedProxyHeader& parsed) {
  const auto* wrong = std::get_if<Malformed>(&parsed);
  EXPECT_EQ(wrong, nullptr) << wrong->why;
  return wrong == nullptr ? std::get<ProxyHeader>(parsed) : ProxyHeader{};
}

bool is_refused(const ParsedProxyHeader& parsed) {
  return std::holds_alternative<Malformed>(parsed);
}

std::string v2(unsigned char command, unsigned char family, const std::string& body) {
  std::string header(kSignature);
  header += static_cast<char>(command);
  header += static_cast<char>(family);
  header += static_cast<char>(body.size() >> 8U);
  header += static_cast<char>(body.size() & 0xFFU);
  return header + body;
}

const std::string kV4Body("\xC0\x00\x02\x01\xC6\x33\x64\x02\xC3\x50\x00\x8F", 12);

std::string tlv(char type, const std::string& value) {
  std::string text(1, type);
  text += static_cast<char>(value.size() >> 8U);
  text += static_cast<char>(value.size() & 0xFFU);
  return text + value;
}

TEST(ProxyHeader, T065_TellsTheVersionFromTheFirstOctets) {
  EXPECT_EQ(proxy_version("PROXY TCP4 1"), ProxyVersion::V1);
  EXPECT_EQ(proxy_version(kSignature), ProxyVersion::V2);
  EXPECT_EQ(proxy_version("a1 NOOP\r\n a2"), std::nullopt);
  EXPECT_EQ(proxy_version("PROXY "), std::nullopt);
}

TEST(ProxyHeader, I038_ReadsVersionOneOfBothFamilies) {
  const auto v4 = good(parse_proxy_v1("PROXY TCP4 192.0.2.1 198.51.100.2 50000 143"));
  EXPECT_EQ(v4.family, Family::V4);
  EXPECT_EQ(v4.source.octets[0], 192);
  EXPECT_EQ(v4.source.octets[3], 1);
  EXPECT_EQ(v4.source.port, 50000);
  EXPECT_EQ(v4.destination.port, 143);

  const auto v6 = good(parse_proxy_v1("PROXY TCP6 2001:db8::7 ::ffff:192.0.2.9 1 65535"));
  EXPECT_EQ(v6.family, Family::V6);
  EXPECT_EQ(v6.source.octets[0], 0x20);
  EXPECT_EQ(v6.source.octets[3], 0xB8);
  EXPECT_EQ(v6.source.octets[15], 7);
  EXPECT_EQ(v6.destination.octets[11], 0xFF);
  EXPECT_EQ(v6.destination.octets[12], 192);
  EXPECT_EQ(v6.destination.octets[15], 9);
}

TEST(ProxyHeader, I038_UnknownAndLocalSpeakForNobody) {
  EXPECT_EQ(good(parse_proxy_v1("PROXY UNKNOWN")).family, Family::None);
  EXPECT_EQ(good(parse_proxy_v1("PROXY UNKNOWN ffff:: whatever 1 2")).family, Family::None);
  EXPECT_EQ(good(parse_proxy_v2(v2(0x20, 0, ""))).family, Family::None);
  EXPECT_EQ(good(parse_proxy_v2(v2(0x20, 0x11, kV4Body))).family, Family::None);
  EXPECT_EQ(good(parse_proxy_v2(v2(0x21, 0x31, std::string(216, 'x')))).family, Family::None);
}

TEST(ProxyHeader, T065_RefusesBrokenLinesOfVersionOne) {
  for (const std::string_view line : {"PROXY TCP4 192.0.2.1 198.51.100.2 50000",
                                      "PROXY TCP4 192.0.2.1 198.51.100.2 50000 143 1",
                                      "PROXY TCP4  192.0.2.1 198.51.100.2 50000 143",
                                      "PROXY TCP4 192.0.2.256 198.51.100.2 50000 143",
                                      "PROXY TCP4 192.0.2 198.51.100.2 50000 143",
                                      "PROXY TCP4 192.0.2.1.5 198.51.100.2 50000 143",
                                      "PROXY TCP4 192.0.2.01 198.51.100.2 50000 143",
                                      "PROXY TCP4 192.0.2.1 198.51.100.2 65536 143",
                                      "PROXY TCP4 192.0.2.1 198.51.100.2 -1 143",
                                      "PROXY TCP4 ::1 ::2 1 2",
                                      "PROXY TCP6 192.0.2.1 198.51.100.2 1 2",
                                      "PROXY TCP6 1:2:3:4:5:6:7 ::2 1 2",
                                      "PROXY TCP6 1:2:3:4:5:6:7:8:9 ::2 1 2",
                                      "PROXY TCP6 1::2::3 ::2 1 2",
                                      "PROXY TCP6 12345::1 ::2 1 2",
                                      "PROXY TCP6 1:2:3:4:5:6:7: ::2 1 2",
                                      "PROXY TCP6 g::1 ::2 1 2",
                                      "PROXY UDP4 192.0.2.1 198.51.100.2 1 2",
                                      "proxy TCP4 192.0.2.1 198.51.100.2 1 2",
                                      "PROXY"}) {
    EXPECT_TRUE(is_refused(parse_proxy_v1(line))) << line;
  }
  EXPECT_TRUE(is_refused(parse_proxy_v1("PROXY UNKNOWN " + std::string(200, 'x'))));
}

TEST(ProxyHeader, I038_ReadsVersionTwoWithSslAndAuthority) {
  const std::string ssl = tlv(0x20, std::string("\x01\0\0\0\0", 5) + tlv(0x21, "TLSv1.3"));
  const std::string body = kV4Body + tlv(0x04, "padding") + ssl + tlv(0x02, "mail.example.org");
  const auto header = good(parse_proxy_v2(v2(0x21, 0x11, body)));

  EXPECT_EQ(header.family, Family::V4);
  EXPECT_EQ(header.source.octets[0], 192);
  EXPECT_EQ(header.source.port, 50000);
  EXPECT_EQ(header.destination.port, 143);
  EXPECT_TRUE(header.secure);
  EXPECT_EQ(header.authority, "mail.example.org");
}

TEST(ProxyHeader, T065_RefusesBrokenHeadersOfVersionTwo) {
  EXPECT_TRUE(is_refused(parse_proxy_v2(v2(0x31, 0x11, kV4Body)))) << "version 3";
  EXPECT_TRUE(is_refused(parse_proxy_v2(v2(0x22, 0x11, kV4Body)))) << "unknown command";
  EXPECT_TRUE(is_refused(parse_proxy_v2(v2(0x21, 0x41, kV4Body)))) << "unknown family";
  EXPECT_TRUE(is_refused(parse_proxy_v2(v2(0x21, 0x13, kV4Body)))) << "unknown transport";
  EXPECT_TRUE(is_refused(parse_proxy_v2(v2(0x21, 0x21, kV4Body)))) << "too short for IPv6";
  EXPECT_TRUE(is_refused(parse_proxy_v2(v2(0x21, 0x11, kV4Body + "\x02")))) << "half a TLV";
  EXPECT_TRUE(is_refused(parse_proxy_v2(v2(0x21, 0x11, kV4Body + std::string("\x02\0\x05x", 4)))));
  EXPECT_TRUE(is_refused(parse_proxy_v2(v2(0x21, 0x11, kV4Body + tlv(0x20, "\x01")))));
  EXPECT_TRUE(is_refused(parse_proxy_v2(v2(0x21, 0x11, kV4Body + tlv(0x02, "a\nb")))));
  EXPECT_TRUE(is_refused(parse_proxy_v2(v2(0x21, 0x11, kV4Body) + "x"))) << "octets behind it";
  EXPECT_TRUE(is_refused(parse_proxy_v2(v2(0x21, 0x11, kV4Body).substr(0, 20)))) << "cut short";
}

TEST(ProxyHeader, T065_BoundsWhatIsToCome) {
  std::string head = v2(0x21, 0x11, "");
  head[14] = '\x10';  // 4096
  EXPECT_EQ(proxy_v2_rest(head), std::nullopt);
  head[14] = '\x0F';
  head[15] = '\xF0';  // 4080
  EXPECT_EQ(proxy_v2_rest(head), 4080U);
  EXPECT_EQ(proxy_v2_rest(head.substr(0, 15)), std::nullopt);
}

TEST(ProxyHeader, KnowsTheChecksumsOfTheRfc) {
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
  EXPECT_EQ(crc32c("789", crc32c("123456")), crc32c("123456789"));
}

TEST(ProxyHeader, I038_ReadsBackWhatItWroteAndNothingThatWasTouched) {
  ProxyHeader header{.family = Family::V6, .secure = true, .authority = "mail.example.org"};
  header.source = {.octets = {0x20, 0x01}, .port = 50000};
  header.destination = {.octets = {0x20, 0x02}, .port = 993};
  header.unique_id = "k3v9";
  const std::string octets = compose_proxy_v2(header);

  const auto read = good(parse_proxy_v2(octets));
  EXPECT_EQ(read.family, Family::V6);
  EXPECT_EQ(read.source.octets, header.source.octets);
  EXPECT_EQ(read.destination.port, 993);
  EXPECT_TRUE(read.secure);
  EXPECT_EQ(read.authority, "mail.example.org");
  for (std::size_t at = 16; at < octets.size(); ++at) {
    std::string touched = octets;
    touched[at] = static_cast<char>(touched[at] ^ 1);
    EXPECT_TRUE(is_refused(parse_proxy_v2(touched))) << at;
  }
}

TEST(ProxyHeader, WritesLocalWhereThereIsNobodyToSpeakFor) {
  EXPECT_EQ(compose_proxy_v2({}), v2(0x20, 0, ""));
}

}  // namespace
}  // namespace postern::wire
