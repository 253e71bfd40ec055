// Addresses of an envelope: which are taken, what is written of them, and that nothing of a hostile
// one gets through.

#include "wire/smtp_path.hpp"

#include "wire/ascii.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/wire/random_octets.hpp"

namespace postern::wire::smtp {
namespace {

using namespace std::string_literals;

// What is written of a path, and what is left behind it.
std::string taken(std::string_view text, bool lenient = true) {
  const auto path = take_path(text, lenient);
  if (!path) return "no";
  return written(*path) + (text.empty() ? "" : "|" + std::string(text));
}

TEST(SmtpPath, OrdinaryAddressesAreWrittenAsTheyCame) {
  EXPECT_EQ(taken("<joe@example.org>"), "<joe@example.org>");
  EXPECT_EQ(taken("<a.b+c/d=e@x-1.example>"), "<a.b+c/d=e@x-1.example>");
  EXPECT_EQ(taken("<joe@[192.0.2.1]>"), "<joe@[192.0.2.1]>");
  EXPECT_EQ(taken("<joe@[IPv6:2001:db8::1]>"), "<joe@[IPv6:2001:db8::1]>");
  EXPECT_EQ(taken("<>"), "<>");
  EXPECT_EQ(taken("<postmaster>"), "<postmaster>");
  EXPECT_EQ(taken("<joe@example.org> SIZE=1"), "<joe@example.org>| SIZE=1");
}

TEST(SmtpPath, LocalPartsAreQuotedWhereTheyMustBe) {
  EXPECT_EQ(taken("<\"joe\"@example.org>"), "<joe@example.org>");
  EXPECT_EQ(taken("<\"jo e\"@example.org>"), "<\"jo e\"@example.org>");
  EXPECT_EQ(taken("<\"a\\\"b\\\\c\"@example.org>"), "<\"a\\\"b\\\\c\"@example.org>");
  EXPECT_EQ(taken("<a..b@example.org>"), "<\"a..b\"@example.org>");
  EXPECT_EQ(taken("<.a@example.org>"), "<\".a\"@example.org>");
}

TEST(SmtpPath, S023_SourceRoutesAreTakenAndLeftOut) {
  EXPECT_EQ(taken("<@one.example,@two.example:joe@example.org>"), "<joe@example.org>");
  EXPECT_EQ(taken("<@one.example:joe@example.org>"), "<joe@example.org>");
  EXPECT_EQ(taken("<@one.example,joe@example.org>"), "no");
  EXPECT_EQ(taken("<@:joe@example.org>"), "no");
}

TEST(SmtpPath, S023_HabitsOfDevicesAreForgivenIfTheOperatorWishes) {
  EXPECT_EQ(taken("  <joe@example.org>"), "<joe@example.org>");
  EXPECT_EQ(taken(" joe@example.org"), "<joe@example.org>");
  EXPECT_EQ(taken("joe@example.org BODY=7BIT"), "<joe@example.org>| BODY=7BIT");
  EXPECT_EQ(taken(" <joe@example.org>", false), "no");
  EXPECT_EQ(taken("joe@example.org", false), "no");
}

TEST(SmtpPath, S024_WhatIsNoAddressIsRefused) {
  for (const std::string& text : {""s,
                                  "<"s,
                                  ">"s,
                                  "<joe@example.org"s,
                                  "<joe@example.org>x"s,
                                  "<joe@example.org>>"s,
                                  "<joe@>"s,
                                  "<@example.org>"s,
                                  "<joe@exa mple.org>"s,
                                  "<joe@example..org>"s,
                                  "<joe@.example.org>"s,
                                  "<joe@example.org.>"s,
                                  "<jo e@example.org>"s,
                                  "<joe@[>"s,
                                  "<joe@[a]b]>"s,
                                  "<joe@a>b>"s,
                                  "<\"joe@example.org>"s,
                                  "<\"jo\re\"@example.org>"s,
                                  "<jo\ne@example.org>"s,
                                  "<joe@exa\0mple.org>"s,
                                  "<joe@example.org\r\nRCPT TO:<x@y>>"s,
                                  "<\xC3@example.org>"s,
                                  "<" + std::string(256, 'a') + "@example.org>",
                                  "<joe@" + std::string(256, 'a') + ">"}) {
    EXPECT_EQ(taken(text), "no") << testing::PrintToString(text);
  }
}

TEST(SmtpPath, AddressesInUtf8SayThatTheyNeedIt) {
  std::string_view text = "<j\xC3\xB6@ex\xC3\xA4mple.org>";
  const auto path = take_path(text, false);

  ASSERT_TRUE(path);
  EXPECT_TRUE(path->needs_utf8());
  EXPECT_EQ(written(*path), "<j\xC3\xB6@ex\xC3\xA4mple.org>");
  std::string_view plain = "<joe@example.org>";
  EXPECT_FALSE(take_path(plain, false)->needs_utf8());
}

TEST(SmtpPath, S024_T034_WhatIsWrittenReadsAsTheSamePathAndHoldsNoControl) {
  test::RandomOctets random(34);
  for (int round = 0; round < 50'000; ++round) {
    const std::string text = "<" + random.from("a.\"\\@[]<>: ,\r\n\0\xC3\xB6-"s, random.number(20));
    std::string_view rest = text;
    const auto path = take_path(rest, true);
    if (!path) continue;
    const std::string out = written(*path);

    std::string_view again = out;
    const auto same = take_path(again, false);
    ASSERT_TRUE(same && again.empty()) << testing::PrintToString(text);
    ASSERT_EQ(*same, *path);
    ASSERT_FALSE(has_control(out));
    ASSERT_EQ(out.front(), '<');
    ASSERT_EQ(out.back(), '>');
  }
}

}  // namespace
}  // namespace postern::wire::smtp
