// Tokens of IMAP responses, good and hostile, and what reading them costs.

#include "wire/imap_lexer.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "tests/unit/wire/allocations.hpp"
#include "tests/unit/wire/random_octets.hpp"

namespace postern::wire::imap {
namespace {

using namespace std::string_literals;

std::optional<std::string> unquoted(std::string_view text) {
  Lexer lexer(text);
  const std::optional<String> string = lexer.quoted();
  if (!string || !lexer.at_end()) return std::nullopt;
  return string->text();
}

std::optional<std::string> literal(std::string_view text) {
  Lexer lexer(text);
  const std::optional<String> string = lexer.literal();
  if (!string) return std::nullopt;
  return std::string(string->octets) + "|" + std::string(lexer.rest());
}

bool skips(std::string_view text) {
  Lexer lexer(text);
  return lexer.skip_value() && lexer.at_end();
}

TEST(Lexer, ReadsAtoms) {
  Lexer lexer("\\Seen $Forwarded[1] \xC3\xA4(x");

  EXPECT_EQ(lexer.atom(), "\\Seen");
  lexer.skip_blanks();
  EXPECT_EQ(lexer.atom(), "$Forwarded[1]");
  lexer.skip_blanks();
  EXPECT_EQ(lexer.atom(), "\xC3\xA4");
  EXPECT_EQ(lexer.atom(), "");
  EXPECT_TRUE(lexer.take('('));
  EXPECT_FALSE(lexer.take('('));
  EXPECT_EQ(lexer.rest(), "x");
}

TEST(Lexer, ItemNamesEndAtBrackets) {
  Lexer lexer("BODY[HEADER]<0>");

  EXPECT_EQ(lexer.item_name(), "BODY");
  EXPECT_EQ(lexer.section(), "HEADER");
  EXPECT_EQ(lexer.peek(), '<');
}

TEST(Lexer, ReadsQuotedStringsWithEscapes) {
  EXPECT_EQ(unquoted(R"("")"), "");
  EXPECT_EQ(unquoted(R"("a b(c){1}]")"), "a b(c){1}]");
  EXPECT_EQ(unquoted(R"("a\"b\\c")"), R"(a"b\c)");
  EXPECT_EQ(unquoted("\"\xC3\xA4\""), "\xC3\xA4");
}

TEST(Lexer, T039_RefusesBrokenQuotedStrings) {
  for (const std::string& text : {""s,
                                  "\""s,
                                  "\"abc"s,
                                  "\"abc\\"s,
                                  "\"abc\\\""s,
                                  "abc\""s,
                                  "\"a\0b\""s,
                                  "\"a\rb\""s,
                                  "\"a\nb\""s,
                                  "\"a\\\0b\""s,
                                  "\"a\\\nb\""s,
                                  "\"a\"b"s}) {
    EXPECT_EQ(unquoted(text), std::nullopt) << text;
  }
}

TEST(Lexer, ReadsLiteralsOfAnyOctets) {
  EXPECT_EQ(literal("{3}\r\na\0bc"s), "a\0b|c"s);
  EXPECT_EQ(literal("{0}\r\n"), "|");
  EXPECT_EQ(literal("~{2}\r\n)("), ")(|");
  EXPECT_EQ(literal("{1+}\r\nab"), "a|b");
  EXPECT_EQ(literal("{1}\nab"), "a|b");
  EXPECT_EQ(literal("{00000000000000000000000002}\r\nab"), "ab|");
}

TEST(Lexer, T041_F032_RefusesLiteralsThatLie) {
  for (const std::string_view text : {"{4}\r\nabc",
                                      "{4294967299}\r\nabc",
                                      "{18446744073709551615}\r\nabc",
                                      "{18446744073709551619}\r\nabc",
                                      "{99999999999999999999999}\r\nabc",
                                      "{-1}\r\nabc",
                                      "{+1}\r\nabc",
                                      "{ 1}\r\nabc",
                                      "{1 }\r\nabc",
                                      "{}\r\nabc",
                                      "{0x1}\r\nabc",
                                      "{1}abc",
                                      "{1}\rabc",
                                      "{1\r\nabc",
                                      "1}\r\nabc",
                                      "~ {1}\r\nabc",
                                      "{1-}\r\nabc",
                                      "{3}\r\n",
                                      "{3}",
                                      "{"}) {
    EXPECT_EQ(literal(text), std::nullopt) << text;
  }
}

TEST(Lexer, T041_AnnouncementsTooLargeForAnyNumberBecomeTheLargest) {
  Lexer lexer("{184467440737095516160}");

  const std::optional<Announcement> announced = lexer.announcement();

  ASSERT_TRUE(announced.has_value());
  EXPECT_EQ(announced->octets, std::numeric_limits<std::uint64_t>::max());
}

TEST(Lexer, T049_AnnouncedGigabytesTakeNoMemory) {
  const std::size_t before = test::octets_allocated();

  EXPECT_FALSE(Lexer("{4294967295}\r\nabc").literal().has_value());
  EXPECT_FALSE(Lexer("(a {4294967295}\r\nabc").skip_value());

  EXPECT_EQ(test::octets_allocated(), before);
}

TEST(Lexer, ReadsAstringsAndNil) {
  EXPECT_EQ(Lexer("[Gmail]/Trash x").astring()->octets, "[Gmail]/Trash");
  EXPECT_EQ(Lexer("\"a b\"").astring()->octets, "a b");
  EXPECT_EQ(Lexer("{2}\r\na)").astring()->octets, "a)");
  EXPECT_FALSE(Lexer(")").astring().has_value());
  EXPECT_TRUE(Lexer("nil)").take_nil());
  EXPECT_TRUE(Lexer("NIL").take_nil());
  EXPECT_FALSE(Lexer("NILS").take_nil());
  EXPECT_FALSE(Lexer("NI").take_nil());
}

TEST(Lexer, T050_NumbersAreDigitsWithinTheirRange) {
  EXPECT_EQ(Lexer("42)").number(), 42U);
  EXPECT_EQ(Lexer("42").number(41), std::nullopt);
  for (const std::string_view text : {"", "-1", "+1", " 1", "x", "18446744073709551616"}) {
    EXPECT_EQ(Lexer(text).number(), std::nullopt) << text;
  }
}

TEST(Lexer, SkipsAnyValue) {
  for (const std::string_view text :
       {"x",
        "5",
        "NIL",
        "\"q\"",
        "{2}\r\n((",
        "~{1}\r\n)",
        "()",
        "(a)",
        "( a  (b \"c)\" {1}\r\n)) () )",
        "((((()))))",
        "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"x\") NIL NIL \"7BIT\" 5 1)"}) {
    EXPECT_TRUE(skips(text)) << text;
  }
  for (const std::string_view text :
       {"", ")", "(", "(a", "(a))", "(\"", "({5}\r\n)", "(\x01)", "({x})"}) {
    EXPECT_FALSE(skips(text)) << text;
  }
}

TEST(Lexer, GivesTheInsideOfALastBracketedList) {
  Lexer lexer("(\\Seen (a) \")\") rest");

  EXPECT_EQ(lexer.list(), "\\Seen (a) \")\"");
  EXPECT_EQ(lexer.rest(), " rest");
  EXPECT_EQ(Lexer("()").list(), "");
  EXPECT_EQ(Lexer("x").list(), std::nullopt);
  EXPECT_EQ(Lexer("(").list(), std::nullopt);
}

TEST(Lexer, SectionsEndAtTheirBracket) {
  EXPECT_EQ(Lexer("[]").section(), "");
  EXPECT_EQ(Lexer("[HEADER.FIELDS (\"a]b\")]").section(), "HEADER.FIELDS (\"a]b\")");
  for (const std::string& text : {"["s, "[a"s, "a]"s, "[\"]"s, "[{1}\r\na]"s, "[a\0]"s}) {
    EXPECT_EQ(Lexer(text).section(), std::nullopt) << text;
  }
}

TEST(Lexer, T042_T058_ListsAreAtMost32Deep) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + std::string(depth, ')');
  };

  EXPECT_TRUE(skips(nested(32)));
  EXPECT_FALSE(skips(nested(33)));
  EXPECT_FALSE(skips(std::string(1'000'000, '(')));
  EXPECT_TRUE(skips("(" + std::string(1000, ' ') + nested(31) + nested(31) + ")"));
}

TEST(Lexer, T042_DepthIsCountedAtTheOpeningBracket) {
  Lexer lexer(
      std::string_view("((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((("));

  EXPECT_FALSE(lexer.skip_value());
  EXPECT_LE(lexer.octets_examined(), 200U);  // it gave up on the way, not at the end
}

TEST(Lexer, T048_T058_LooksAtEachOctetABoundedNumberOfTimes) {
  const std::string list = "(" + std::string(20'000, 'a') + " \"" + std::string(20'000, 'b') +
                           "\" (" + std::string(20'000, ' ') + "))";
  std::string many = "(";
  for (int count = 0; count < 20'000; ++count)
    many += "(a \"b\" {1}\r\nc)";
  many += ")";
  std::string quotes = "(";
  for (int count = 0; count < 50'000; ++count)
    quotes += "\"\\\"\"";

  for (const std::string& text : {list,
                                  many,
                                  quotes,
                                  std::string(100'000, '"'),
                                  "(" + std::string(100'000, '{'),
                                  std::string(100'000, '\\')}) {
    Lexer lexer(text);
    (void)lexer.skip_value();
    EXPECT_LE(lexer.octets_examined(), 3 * text.size() + 10);
  }
}

TEST(Lexer, T048_SurvivesRandomText) {
  test::RandomOctets random(10);
  const std::string alphabet = "()[]{}\"\\~<> \r\n0129aNIL*+\0\xFF"s;
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = random.from(alphabet, random.number(40));
    Lexer lexer(text);
    while (!lexer.at_end()) {
      if (!lexer.skip_value()) break;
      lexer.skip_blanks();
    }
    EXPECT_LE(lexer.octets_examined(), 4 * text.size() + 10);
  }
}

TEST(Lexer, FindsFlagsInLists) {
  EXPECT_TRUE(has_flag("\\Answered \\SEEN $x", "\\Seen"));
  EXPECT_TRUE(has_flag("\\Seen", "\\Seen"));
  EXPECT_FALSE(has_flag("\\Seenx x\\Seen", "\\Seen"));
  EXPECT_FALSE(has_flag("", "\\Seen"));
}

}  // namespace
}  // namespace postern::wire::imap
