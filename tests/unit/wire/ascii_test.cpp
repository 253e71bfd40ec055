// Octets as ASCII: casing, trimming, the one number parser, and showing what strangers wrote.

#include "wire/ascii.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace postern::wire {
namespace {

constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();

TEST(Ascii, ComparesLettersWithoutRegardToCase) {
  EXPECT_TRUE(equal_caseless("Retr", "rETR"));
  EXPECT_FALSE(equal_caseless("RETR", "RETRO"));
  EXPECT_FALSE(equal_caseless("a", "b"));
}

TEST(Ascii, NeitherNeighboursOfLettersNorHighOctetsHaveACase) {
  EXPECT_FALSE(equal_caseless("@", "`"));
  EXPECT_FALSE(equal_caseless("[", "{"));
  EXPECT_FALSE(equal_caseless("\xC4", "\xE4"));  // Latin-1 umlauts
}

TEST(Ascii, CasesLettersOnly) {
  EXPECT_EQ(lower_cased("AZ[\xC4"
                        "09"),
            "az[\xC4"
            "09");
  EXPECT_EQ(upper_cased("az{\xE4"
                        "09"),
            "AZ{\xE4"
            "09");
}

TEST(Ascii, FindsWordsInAnyCase) {
  EXPECT_TRUE(contains_caseless("Too Many connections", "too many"));
  EXPECT_FALSE(contains_caseless("Too", "too many"));
  EXPECT_TRUE(starts_with_caseless("OK done", "ok"));
  EXPECT_FALSE(starts_with_caseless("O", "OK"));
}

TEST(Ascii, TrimsSpaceAndTabOnly) {
  EXPECT_EQ(trim_blanks(" \t a b\t "), "a b");
  EXPECT_EQ(trim_leading_blanks(" \ta "), "a ");
  EXPECT_EQ(trim_trailing_blanks(" a\r"), " a\r");
  EXPECT_EQ(trim_blanks(" \t "), "");
}

TEST(ParseNumber, T050_TakesDigitsWithAnyNumberOfLeadingZeros) {
  EXPECT_EQ(parse_number("0"), 0U);
  EXPECT_EQ(parse_number("007"), 7U);
  EXPECT_EQ(parse_number(std::string(1000, '0') + "12"), 12U);
  EXPECT_EQ(parse_number("18446744073709551615"), kLargest);
}

TEST(ParseNumber, T050_RefusesWhatIsNotDigitsOnly) {
  for (const std::string_view text : {"",
                                      " ",
                                      "+1",
                                      "-1",
                                      "-0",
                                      " 1",
                                      "1 ",
                                      "1\t",
                                      "1\r",
                                      "0x10",
                                      "1e3",
                                      "1.0",
                                      "1,0",
                                      "a",
                                      "1a",
                                      "\xD9\xA1",
                                      "--1",
                                      "1-"}) {
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_number(std::string_view("1\0", 2)), std::nullopt);
  EXPECT_EQ(parse_number(std::string_view()), std::nullopt);
}

TEST(ParseNumber, T050_RefusesWhatOverflows) {
  EXPECT_EQ(parse_number("18446744073709551616"), std::nullopt);
  EXPECT_EQ(parse_number("36893488147419103232"), std::nullopt);  // 2^65: wraps to 0
  EXPECT_EQ(parse_number("99999999999999999999999999"), std::nullopt);
  EXPECT_EQ(parse_number("4294967296", std::numeric_limits<std::uint32_t>::max()), std::nullopt);
  EXPECT_EQ(parse_number("4294967295", std::numeric_limits<std::uint32_t>::max()), 4294967295U);
  EXPECT_EQ(parse_number("1", 0), std::nullopt);
}

TEST(ParseNumber, T050_ReadsBackWhatAppendNumberWrites) {
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{42}, kLargest}) {
    std::string text = "n=";
    append_number(text, number);
    EXPECT_EQ(parse_number(std::string_view(text).substr(2)), number);
  }
}

TEST(Ascii, TellsDigitsFromNumbersThatFit) {
  EXPECT_TRUE(all_digits("99999999999999999999999999"));
  EXPECT_FALSE(all_digits(""));
  EXPECT_FALSE(all_digits("-1"));
}

TEST(Ascii, T027_FindsControlOctetsButNoTab) {
  EXPECT_FALSE(has_control("a\tb \xC3\xA4"));
  EXPECT_TRUE(has_control(std::string_view("a\0b", 3)));
  EXPECT_TRUE(has_control("a\x7F"));
  EXPECT_TRUE(has_control("\x1B[2J"));
  EXPECT_TRUE(breaks_lines(std::string_view("\0", 1)));
  EXPECT_TRUE(breaks_lines("a\rb"));
  EXPECT_TRUE(breaks_lines("a\n"));
  EXPECT_FALSE(breaks_lines("a\tb\x7F"));
}

TEST(Printable, T028_KeepsTextOnOneLineOfPrintableAscii) {
  EXPECT_EQ(printable("Mail\r\n-ERR [AUTH] no\x1B[2J\xC3\xA4", 200),
            "Mail?"
            "?-ERR [AUTH] no?[2J?"
            "?");
  EXPECT_EQ(printable(std::string_view("a\0b", 3), 200), "a?b");
}

TEST(Printable, T028_IsNeverLongerThanAsked) {
  EXPECT_EQ(printable(std::string(500, 'x'), 200).size(), 200U);
  EXPECT_EQ(printable("abc", 0), "");
  EXPECT_EQ(printable("ab  cd", 4), "ab");  // and ends with no blank
}

TEST(Printable, T028_CannotPoseAsAReplyOrAResponseCode) {
  EXPECT_EQ(printable("[AUTH] go away", 200), "AUTH] go away");
  EXPECT_EQ(printable("+OK", 200), "OK");
  EXPECT_EQ(printable(" .-* x", 200), "x");
  EXPECT_EQ(printable("...", 200), "");
}

TEST(Printable, T039_LeavesPercentAndDollarAlone) {
  EXPECT_EQ(printable("%s%n$HOME${x}", 200), "%s%n$HOME${x}");
}

}  // namespace
}  // namespace postern::wire
