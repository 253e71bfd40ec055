// Answers of POP3 servers, proper and odd.

#include "wire/pop3_answer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::wire::pop3 {
namespace {

TEST(Pop3Answer, TellsGoodFromBad) {
  const auto good = parse_status_line("+OK 3 messages ");
  ASSERT_TRUE(good);
  EXPECT_TRUE(good->ok);
  EXPECT_EQ(good->words, "3 messages");

  const auto bad = parse_status_line("-err [AUTH] no");
  ASSERT_TRUE(bad);
  EXPECT_FALSE(bad->ok);
  EXPECT_EQ(bad->words, "[AUTH] no");

  EXPECT_TRUE(parse_status_line("+OK"));
  for (const auto* text : {"", "OK", "+OKAY", "-", "* OK", "220 hello"}) {
    EXPECT_FALSE(parse_status_line(text)) << text;
  }
}

TEST(Pop3Answer, TakesOutDoubledDots) {
  EXPECT_EQ(unstuffed("abc"), "abc");
  EXPECT_EQ(unstuffed(""), "");
  EXPECT_EQ(unstuffed("..abc"), ".abc");
  EXPECT_EQ(unstuffed(".."), ".");
  EXPECT_EQ(unstuffed("."), std::nullopt);
}

TEST(Pop3Answer, ReadsLinesOfList) {
  const auto line = parse_size_line("12 3456 and more");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->number, MessageNumber{12});
  EXPECT_EQ(line->octets, 3456U);
  for (const auto* text :
       {"", "1", "0 5", "1 x", "-1 5", "4294967296 5", "1 9223372036854775808"}) {
    EXPECT_FALSE(parse_size_line(text)) << text;
  }
}

TEST(Pop3Answer, ReadsLinesOfUidl) {
  const auto line = parse_uidl_line("7 UID5-1700000000 ");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->number, MessageNumber{7});
  EXPECT_EQ(line->uidl, "UID5-1700000000");
  EXPECT_EQ(parse_uidl_line("7 a b")->uidl, "a b");
  for (const auto* text : {"", "7", "7 ", "0 a", "x a"}) {
    EXPECT_FALSE(parse_uidl_line(text)) << text;
  }
}

TEST(Pop3Answer, T038_KnowsWhatMayBeAUidl) {
  EXPECT_TRUE(is_uidl("!"));
  EXPECT_TRUE(is_uidl(std::string(70, '~')));
  EXPECT_FALSE(is_uidl(""));
  EXPECT_FALSE(is_uidl(std::string(71, 'a')));
  EXPECT_FALSE(is_uidl("a b"));
  EXPECT_FALSE(is_uidl("a\x7f"));
  EXPECT_FALSE(is_uidl("a\x80"));
  EXPECT_FALSE(is_uidl(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace postern::wire::pop3
