// xtext both ways, and UTF-8 at its borders.

#include "wire/xtext.hpp"

#include "wire/ascii.hpp"
#include "wire/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/wire/random_octets.hpp"

namespace postern::wire {
namespace {

TEST(Xtext, WritesWhatIsNotPlainInHexadecimal) {
  EXPECT_EQ(encode_xtext("joe+x@example.org"), "joe+2Bx@example.org");
  EXPECT_EQ(encode_xtext("a b=\r\n"), "a+20b+3D+0D+0A");
}

TEST(Xtext, S020_AnyOctetsCanBeSaidAndHeardAgain) {
  test::RandomOctets random(20);
  for (int round = 0; round < 1000; ++round) {
    const std::string octets = random.any(random.number(40));
    const std::string text = encode_xtext(octets);

    EXPECT_TRUE(all_printable(text));
    EXPECT_EQ(text.find(' '), std::string::npos);
    EXPECT_EQ(decode_xtext(text), octets);
  }
}

TEST(Xtext, WhatIsNoXtextIsRefused) {
  for (const std::string_view text : {"a b", "a=b", "+", "+2", "+2b", "+GG", "a\x7F", "\xC3"}) {
    EXPECT_FALSE(decode_xtext(text)) << text;
  }
}

TEST(Utf8, TakesWhatRfc3629DefinesAndNothingElse) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("a\xC3\xB6\xE2\x82\xAC\xF0\x9F\x98\x80"));
  for (const std::string_view text : {"\xC0\x80",
                                      "\xC3",
                                      "\x80",
                                      "\xE0\x80\x80",
                                      "\xED\xA0\x80",
                                      "\xF0\x80\x80\x80",
                                      "\xF4\x90\x80\x80",
                                      "\xFF"}) {
    EXPECT_FALSE(is_utf8(text));
  }
}

}  // namespace
}  // namespace postern::wire
