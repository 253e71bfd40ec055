// Networks hold the addresses that they should, to the bit: first and last of a range, uneven
// prefixes, IPv4 inside IPv6. What is refused says which network was meant.

#include "conf/network.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace postern::conf {
namespace {

bool holds(std::string_view network, std::string_view address) {
  const auto parsed_network = Network::parse(network);
  const auto parsed_address = parse_address(address);
  EXPECT_TRUE(parsed_network) << network;
  EXPECT_TRUE(parsed_address) << address;
  if (!parsed_network || !parsed_address) return false;
  const auto octets = std::span(parsed_address->octets).first(parsed_address->length);
  return parsed_network->contains(octets);
}

std::string error_of(std::string_view network) {
  const auto parsed = Network::parse(network);
  return parsed ? "" : parsed.error();
}

TEST(Network, HoldsItsFirstAndLastAddressAndNotTheNext) {
  EXPECT_TRUE(holds("192.0.2.64/26", "192.0.2.64"));
  EXPECT_TRUE(holds("192.0.2.64/26", "192.0.2.127"));
  EXPECT_FALSE(holds("192.0.2.64/26", "192.0.2.128"));
  EXPECT_FALSE(holds("192.0.2.64/26", "192.0.2.63"));
}

TEST(Network, ComparesTheBitsOfAnUnevenPrefix) {
  EXPECT_TRUE(holds("10.32.0.0/11", "10.63.255.255"));
  EXPECT_FALSE(holds("10.32.0.0/11", "10.64.0.0"));
  EXPECT_TRUE(holds("2001:db8:8000::/33", "2001:db8:ffff::1"));
  EXPECT_FALSE(holds("2001:db8:8000::/33", "2001:db8:7fff::1"));
}

TEST(Network, WithoutPrefixIsOneAddress) {
  EXPECT_TRUE(holds("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(holds("192.0.2.7", "192.0.2.8"));
  EXPECT_EQ(show(*Network::parse("192.0.2.7")), "192.0.2.7/32");
  EXPECT_EQ(show(*Network::parse("2001:DB8:0:0::7")), "2001:db8::7/128");
}

TEST(Network, WithPrefixZeroHoldsItsWholeFamilyOnly) {
  EXPECT_TRUE(holds("0.0.0.0/0", "255.255.255.255"));
  EXPECT_TRUE(holds("::/0", "2001:db8::1"));
  EXPECT_FALSE(holds("::/0", "192.0.2.1"));
  EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
}

TEST(Network, TakesAMappedAddressForTheOneInside) {
  const auto network = Network::parse("192.0.2.0/24");
  const std::array<std::uint8_t, 16> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 9};

  EXPECT_TRUE(network->contains(mapped));
  EXPECT_TRUE(holds("192.0.2.0/24", "::ffff:192.0.2.9"));
  EXPECT_EQ(show(*Network::parse("::ffff:192.0.2.0/120")), "192.0.2.0/24");
}

TEST(Network, HoldsNothingOfOtherLengths) {
  const std::array<std::uint8_t, 5> odd{192, 0, 2, 9, 0};

  EXPECT_FALSE(Network::parse("192.0.2.0/24")->contains(odd));
  EXPECT_FALSE(Network::parse("0.0.0.0/0")->contains({}));
}

TEST(Network, SaysWhichNetworkAnAddressInsideMeans) {
  EXPECT_EQ(error_of("10.1.2.3/8"), R"(the network of that address is "10.0.0.0/8")");
  EXPECT_EQ(error_of("2001:db8::1/32"), R"(the network of that address is "2001:db8::/32")");
}

TEST(Network, RefusesWhatIsNone) {
  for (const auto* text : {"",
                           "10.0.0",
                           "10.0.0.256/8",
                           "host.example",
                           "fe80::1%eth0",
                           "/8",
                           "10.0.0.0/8/8",
                           "10.0.0.0.0/8",
                           "1:2:3/16"}) {
    EXPECT_NE(error_of(text), "") << text;
  }
  for (const auto* text :
       {"10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8x"}) {
    EXPECT_EQ(error_of(text), "the prefix is a number from 0 to 32") << text;
  }
  EXPECT_EQ(error_of("::/129"), "the prefix is a number from 0 to 128");
}

TEST(Address, KnowsLoopback) {
  EXPECT_TRUE(parse_address("127.0.0.1")->is_loopback());
  EXPECT_TRUE(parse_address("127.255.0.9")->is_loopback());
  EXPECT_TRUE(parse_address("::1")->is_loopback());
  EXPECT_TRUE(parse_address("::ffff:127.0.0.1")->is_loopback());
  EXPECT_FALSE(parse_address("128.0.0.1")->is_loopback());
  EXPECT_FALSE(parse_address("::2")->is_loopback());
  EXPECT_FALSE(parse_address("1::1")->is_loopback());
}

}  // namespace
}  // namespace postern::conf
