// Base64: the vectors of RFC 4648, and what is refused.

#include "wire/base64.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>

#include "tests/unit/wire/random_octets.hpp"

namespace postern::wire {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kVectors{{
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xFF\xEF\xBE", "/+++"},
    {"\xFB\xFF", "+/8="},
}};

TEST(Base64, SpellsTheVectorsOfTheRfc) {
  for (const auto& [octets, text] : kVectors) {
    EXPECT_EQ(base64_encode(octets), text);
    EXPECT_EQ(base64_octets(octets.size()), text.size());
  }
}

TEST(Base64, ReadsTheVectorsOfTheRfc) {
  for (const auto& [octets, text] : kVectors) {
    EXPECT_EQ(base64_decode(text), octets);
    const std::optional<Secret> secret = base64_decode_secret(text);
    ASSERT_TRUE(secret.has_value());
    EXPECT_EQ(secret->reveal(), octets);
  }
}

TEST(Base64, T019_RefusesWhatIsNotCanonical) {
  for (const std::string_view text : {"Z",
                                      "Zg",
                                      "Zg=",
                                      "Zg===",
                                      "=",
                                      "==",
                                      "====",
                                      "Zg==Zg==",
                                      "Zm=v",
                                      "Z===",
                                      "Zm9v=",
                                      "Zm9v====",
                                      " Zm9v",
                                      "Zm9v ",
                                      "Zm 9v",
                                      "Zm9v\r\n",
                                      "Zm9\n",
                                      "Zm9-",
                                      "Zm9_",
                                      "Zm9v,",
                                      "*",
                                      "Zh==",
                                      "Zm9=",
                                      "\xC3\xA4"
                                      "Zg"}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
    EXPECT_FALSE(base64_decode_secret(text).has_value()) << text;
  }
  EXPECT_EQ(base64_decode(std::string_view("Zm9\0", 4)), std::nullopt);
}

TEST(Base64, T019_ReadsBackRandomOctets) {
  test::RandomOctets random(1);
  for (std::size_t length = 0; length < 300; ++length) {
    const std::string octets = random.any(length);
    EXPECT_EQ(base64_decode(base64_encode(octets)), octets);
  }
}

TEST(Base64, T019_WhatItAcceptsHasOneSpelling) {
  test::RandomOctets random(2);
  std::size_t accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = random.from("AZg+/=", random.number(8));
    const std::optional<std::string> octets = base64_decode(text);
    if (!octets) continue;
    ++accepted;
    EXPECT_EQ(base64_encode(*octets), text);
  }
  EXPECT_GT(accepted, 1000U);
}

}  // namespace
}  // namespace postern::wire
