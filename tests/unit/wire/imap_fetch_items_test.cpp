// FETCH: items in any order, streamed bodies, and what must never be believed.

#include "wire/imap_fetch_items.hpp"

#include "wire/imap_response.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "tests/unit/wire/allocations.hpp"

namespace postern::wire::imap {
namespace {

using namespace std::string_literals;

std::optional<Fetch> fetched(std::string_view text) {
  const Response response = parse_response(text);
  const Fetch* fetch = std::get_if<Fetch>(&response);
  if (fetch == nullptr) return std::nullopt;
  return *fetch;
}

// What it returns looks into the text, which is kept for the rest of the run.
std::optional<Fetch> items(const std::string& list) {
  static std::deque<std::string> kept;
  return fetched(kept.emplace_back("* 7 FETCH (" + list + ")"));
}

bool malformed(const std::string& text) {
  return std::holds_alternative<Malformed>(parse_response(text));
}

TEST(Fetch, ReadsALineOfTheTable) {
  const auto fetch = fetched(
      "* 12 FETCH (UID 4711 RFC822.SIZE 20114 INTERNALDATE \"17-Jul-1996 02:44:25 -0700\")");

  ASSERT_TRUE(fetch.has_value());
  EXPECT_EQ(fetch->sequence, SequenceNumber{12});
  EXPECT_EQ(fetch->uid, Uid{4711});
  EXPECT_EQ(fetch->size, 20114U);
  EXPECT_EQ(fetch->internal_date, "17-Jul-1996 02:44:25 -0700");
  EXPECT_EQ(fetch->received_at, 837'596'665);
  EXPECT_FALSE(fetch->has_flags);
  EXPECT_EQ(fetch->body.form, Body::Form::Absent);
}

TEST(Fetch, M080_TakesItemsInAnyOrderWithUnknownOnesBetween) {
  const std::vector<std::string> known{
      "UID 84", "RFC822.SIZE 45274", "FLAGS (\\Seen $x \\Deleted)", "MODSEQ (90060115194045001)"};
  const std::vector<std::string> unknown{
      "ENVELOPE (NIL \"a)b\" ((\"x\" NIL \"joe\" {3}\r\na)b)) NIL)",
      "X-FOO 5",
      "X-BAR[1.2]<0> {2}\r\n))",
      "BODYSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 5 1)",
      "BODY (\"TEXT\" \"PLAIN\")",
      "RFC822 \"\"",
      "RFC822.HEADER {4}\r\n(\")\r",
      "THREADID NIL",
      "BINARY.SIZE[1] 12",
      "X-GM-LABELS (\"\\\\Inbox\" \"a b\")",
      "SAVEDATE NIL",
      "EMAILID (M6d99ac3275bb4e)"};
  std::vector<std::size_t> order{0, 1, 2, 3};
  do {
    std::string list;
    std::size_t next = order[0];
    for (const std::size_t index : order) {
      list += known[index] + " " + unknown[next % unknown.size()] + " ";
      next += 1 + order[1];
    }
    const auto fetch = items(list);
    ASSERT_TRUE(fetch.has_value()) << list;
    EXPECT_EQ(fetch->uid, Uid{84});
    EXPECT_EQ(fetch->size, 45274U);
    EXPECT_EQ(fetch->modseq, 90060115194045001U);
    EXPECT_TRUE(fetch->has_flags && fetch->seen && fetch->deleted);
  } while (std::ranges::next_permutation(order).found);
  for (const std::string& one : unknown)
    EXPECT_TRUE(items(one + " UID 1").has_value()) << one;
}

TEST(Fetch, M080_TheUidMayComeBehindALiteral) {
  const auto fetch = items("BODY[] {8}\r\n a (b)\r\n UID 9");

  ASSERT_TRUE(fetch.has_value());
  EXPECT_EQ(fetch->uid, Uid{9});
  EXPECT_EQ(fetch->body.form, Body::Form::Inline);
  EXPECT_EQ(fetch->body.string.octets, " a (b)\r\n");
}

TEST(Fetch, M081_KeepsSequenceNumberAndUidApart) {
  const auto fetch = fetched("* 4294967295 FETCH (UID 3)");

  ASSERT_TRUE(fetch.has_value());
  EXPECT_EQ(fetch->sequence, SequenceNumber{4294967295});
  EXPECT_EQ(fetch->uid, Uid{3});
}

TEST(Fetch, IsUnderstoodInAnyCaseAndWithBlanksToSpare) {
  const auto fetch = fetched("*  3  fetch  ( uid  5   rfc822.size 6  flags ( \\seen ) )  ");

  ASSERT_TRUE(fetch.has_value());
  EXPECT_EQ(fetch->uid, Uid{5});
  EXPECT_EQ(fetch->size, 6U);
  EXPECT_TRUE(fetch->seen);
  EXPECT_TRUE(fetched("* 3 FETCH ()").has_value());
}

TEST(Fetch, TellsFlagsThatAreNotSetFromFlagsNotTold) {
  EXPECT_FALSE(items("UID 1")->has_flags);
  EXPECT_TRUE(items("FLAGS ()")->has_flags);
  EXPECT_FALSE(items("FLAGS ()")->seen);
  EXPECT_TRUE(items("FLAGS (\\Deleted)")->deleted);
}

TEST(Fetch, GivesIdentifiersForUidls) {
  const auto fetch = items("UID 1 EMAILID (M6d99ac3275bb4e) X-GM-MSGID 1278455344230334865");

  ASSERT_TRUE(fetch.has_value());
  EXPECT_EQ(fetch->email_id, "M6d99ac3275bb4e");
  EXPECT_EQ(fetch->gmail_id, 1278455344230334865U);
}

TEST(Fetch, TellsNoBodyFromAnEmptyOne) {
  EXPECT_EQ(items("UID 1 BODY[] NIL")->body.form, Body::Form::Nil);
  EXPECT_EQ(items("UID 1 RFC822.SIZE 0")->body.form, Body::Form::Absent);
  for (const std::string& empty : {"BODY[] \"\""s, "BODY[] {0}\r\n"s, "BODY[] ~{0}\r\n"s}) {
    const auto fetch = items(empty);
    ASSERT_TRUE(fetch.has_value());
    EXPECT_EQ(fetch->body.form, Body::Form::Inline);
    EXPECT_EQ(fetch->body.string.octets, "");
  }
}

TEST(Fetch, T057_TellsWhichSectionAndPartItHas) {
  const auto header = items("BODY[HEADER] \"a\\\"\"");
  const auto part = items("BODY[]<8192> {2}\r\nab");
  const auto fields = items("BODY[HEADER.FIELDS (\"X-UIDL\" A)] {2}\r\n\r\n");
  const auto echoed = items("BODY[]<0.5> \"abc\"");

  ASSERT_TRUE(header && part && fields && echoed);
  EXPECT_EQ(header->body.section, "HEADER");
  EXPECT_EQ(header->body.string.text(), "a\"");
  EXPECT_EQ(part->body.section, "");
  EXPECT_EQ(part->body.origin, 8192U);
  EXPECT_EQ(fields->body.section, "HEADER.FIELDS (\"X-UIDL\" A)");
  EXPECT_EQ(fields->body.origin, std::nullopt);
  EXPECT_EQ(echoed->body.origin, 0U);
}

TEST(Fetch, T057_RefusesTwoBodies) {
  EXPECT_TRUE(malformed("* 1 FETCH (BODY[] \"a\" BODY[] \"b\")"));
  EXPECT_TRUE(malformed("* 1 FETCH (BODY[] NIL BODY[HEADER] \"b\")"));
}

TEST(Fetch, T050_RefusesNumbersOutOfRange) {
  for (const std::string item : {"UID 0",
                                 "UID 4294967296",
                                 "UID -1",
                                 "UID +1",
                                 "UID",
                                 "UID NIL",
                                 "UID 1x",
                                 "UID 1x 5",
                                 "RFC822.SIZE 1.5 5",
                                 "UID (1)",
                                 "UID \"1\"",
                                 "UID 1 UID 2",
                                 "RFC822.SIZE -1",
                                 "RFC822.SIZE 9223372036854775808",
                                 "RFC822.SIZE 1.5",
                                 "RFC822.SIZE x",
                                 "RFC822.SIZE 1 RFC822.SIZE 2",
                                 "MODSEQ 5",
                                 "MODSEQ (x)",
                                 "MODSEQ ()",
                                 "MODSEQ (99999999999999999999)",
                                 "X-GM-MSGID x",
                                 "BODY[]<x> \"\"",
                                 "BODY[]<-1> \"\"",
                                 "BODY[]<1 \"\"",
                                 "BODY[]<1.> \"\"",
                                 "BODY[]<99999999999999999999> \"\""}) {
    EXPECT_FALSE(items(item).has_value()) << item;
    EXPECT_TRUE(malformed("* 7 FETCH (" + item + ")")) << item;
  }
  EXPECT_TRUE(items("UID 1 UID 1 RFC822.SIZE 2 RFC822.SIZE 2").has_value());
}

TEST(Fetch, T056_SizesMayBeBeyond32Bits) {
  EXPECT_EQ(items("RFC822.SIZE 4294967296")->size, 4294967296U);
  EXPECT_EQ(items("RFC822.SIZE 9223372036854775807")->size, 9223372036854775807U);
}

TEST(Fetch, RefusesTextThatIsNotWhole) {
  for (const std::string text : {"* 1 FETCH",
                                 "* 1 FETCH ",
                                 "* 1 FETCH (",
                                 "* 1 FETCH (UID",
                                 "* 1 FETCH (UID 5",
                                 "* 1 FETCH (UID 5))",
                                 "* 1 FETCH (UID 5) x",
                                 "* 1 FETCH UID 5",
                                 "* 1 FETCH (BODY[ NIL)",
                                 "* 1 FETCH (BODY[]NIL",
                                 "* 1 FETCH (BODY[] {5})",
                                 "* 1 FETCH (BODY[] {5}\r\nab)",
                                 "* 1 FETCH (BODY[] {2}",
                                 "* 1 FETCH (())",
                                 "* 1 FETCH (BODY[] (a))",
                                 "* 1 FETCH (FLAGS \\Seen)",
                                 "* 1 FETCH (FLAGS (\\Seen)",
                                 "* 1 FETCH (INTERNALDATE 5)",
                                 "* 1 FETCH (EMAILID x)",
                                 "* 0 FETCH (UID 5)",
                                 "* -1 FETCH (UID 5)",
                                 "* 4294967296 FETCH (UID 5)",
                                 "* 1 FETCH (X-A",
                                 "* 1 FETCH (X-A )"}) {
    EXPECT_TRUE(malformed(text)) << text;
  }
}

TEST(Fetch, T042_UnknownItemsMayNotNestForEver) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + std::string(depth, ')');
  };

  EXPECT_TRUE(items("X " + nested(32) + " UID 1").has_value());
  EXPECT_FALSE(items("X " + nested(33) + " UID 1").has_value());
}

TEST(Fetch, T043_TheTableLineTakesNoMemory) {
  const std::size_t before = test::allocations();

  const auto fetch = fetched(
      "* 84201 FETCH (UID 1184201 RFC822.SIZE 48123 INTERNALDATE \"17-Jul-2024 02:44:25 +0200\")");

  EXPECT_TRUE(fetch.has_value());
  EXPECT_EQ(test::allocations(), before);
}

// ---- Streamed bodies

TEST(FetchHead, EndsBehindTheAnnouncementOfABody) {
  const auto head = parse_fetch_head("* 12 FETCH (UID 5 BODY[] {1073741824}");

  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->sequence, SequenceNumber{12});
  EXPECT_EQ(head->uid, Uid{5});
  EXPECT_EQ(head->body.form, Body::Form::Announced);
  EXPECT_EQ(head->body.announced.octets, 1073741824U);
  EXPECT_FALSE(head->body.announced.literal8);
}

TEST(FetchHead, KnowsLiteral8AndParts) {
  const auto head = parse_fetch_head("* 1 FETCH (BODY[HEADER]<512> ~{7}");

  ASSERT_TRUE(head.has_value());
  EXPECT_TRUE(head->body.announced.literal8);
  EXPECT_EQ(head->body.origin, 512U);
  EXPECT_EQ(head->body.section, "HEADER");
}

TEST(FetchHead, MayHaveLiteralsOfItsOwnInFront) {
  const auto head = parse_fetch_head("* 1 FETCH (ENVELOPE (NIL {3}\r\n)\"() UID 5 BODY[] {7}");

  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->uid, Uid{5});
}

TEST(FetchHead, IsNothingWhenTheLiteralIsNotABody) {
  for (const std::string_view text : {"* 1 FETCH (ENVELOPE (NIL {3}",
                                      "* 1 FETCH (RFC822 {3}",
                                      "* 1 FETCH (BINARY[] {3}",
                                      "* 1 FETCH (UID 5 BODY[] \"x\"",
                                      "* 1 FETCH (UID 5 BODY[] {3}\r\nabc)",
                                      "* 1 FETCH (UID 5",
                                      "* 0 FETCH (BODY[] {3}",
                                      "* 1 EXISTS {3}",
                                      "1 FETCH (BODY[] {3}",
                                      "* LIST () {3}",
                                      "+ {3}",
                                      "",
                                      "* 1 FETCH (UID 0 BODY[] {3}",
                                      "* 1 FETCH (BODY[] NIL BODY[] {3}",
                                      "* 1 FETCH (BODY[] {3x}",
                                      "* 1 FETCH (INTERNALDATE {3}",
                                      "* x FETCH (BODY[] {3}"}) {
    EXPECT_FALSE(parse_fetch_head(text).has_value()) << text;
  }
}

TEST(FetchRest, M080_MayCarryTheUid) {
  auto fetch = parse_fetch_head("* 12 FETCH (BODY[] {5}");
  ASSERT_TRUE(fetch.has_value());

  const auto trouble = parse_fetch_rest(" FLAGS (\\Seen) UID 84)", *fetch);

  EXPECT_FALSE(trouble.has_value());
  EXPECT_EQ(fetch->uid, Uid{84});
  EXPECT_TRUE(fetch->seen);
  EXPECT_EQ(fetch->body.announced.octets, 5U);
}

TEST(FetchRest, IsOftenJustTheBracket) {
  for (const std::string_view rest : {")", " )", ") "}) {
    auto fetch = parse_fetch_head("* 12 FETCH (UID 3 BODY[] {5}");
    EXPECT_FALSE(parse_fetch_rest(rest, *fetch).has_value());
    EXPECT_EQ(fetch->uid, Uid{3});
  }
}

TEST(FetchRest, T055_T057_RefusesAnotherUidASecondBodyAndAnEndThatIsNone) {
  for (const std::string_view rest : {"",
                                      " ",
                                      " UID 84",
                                      " UID 4)",
                                      " BODY[] {3}",
                                      " BODY[] \"x\")",
                                      " BODY[HEADER] NIL)",
                                      "))",
                                      ") x",
                                      " UID 3) * 1 EXISTS",
                                      "\r\n)"}) {
    auto fetch = parse_fetch_head("* 12 FETCH (UID 3 BODY[] {5}");
    EXPECT_TRUE(parse_fetch_rest(rest, *fetch).has_value()) << rest;
  }
}

// ---- Announcements at the end of lines

TEST(AnnouncedLiteral, IsFoundAtTheEndOfALine) {
  const auto plain = announced_literal("* 1 FETCH (BODY[] {12}");
  const auto binary = announced_literal("* 1 FETCH (BODY[] ~{0}");
  const auto eager = announced_literal("* LIST () \"/\" {3+}");

  ASSERT_TRUE(plain && binary && eager);
  EXPECT_EQ(plain->octets, 12U);
  EXPECT_FALSE(plain->literal8 || plain->non_synchronizing);
  EXPECT_TRUE(binary->literal8);
  EXPECT_TRUE(eager->non_synchronizing);
}

TEST(AnnouncedLiteral, T041_T050_IsNoneWithoutAProperNumber) {
  for (const std::string_view line : {"* 1 FETCH (BODY[] {}",
                                      "* 1 FETCH (BODY[] {-1}",
                                      "* 1 FETCH (BODY[] {1 }",
                                      "* 1 FETCH (BODY[] {0x1}",
                                      "* 1 FETCH (BODY[] {1}x",
                                      "* 1 FETCH (BODY[] 1}",
                                      "* 1 FETCH (BODY[] {1",
                                      "* 1 FETCH (BODY[] \"{1}\"",
                                      "* LIST () \"/\" foo}",
                                      "* 1 FETCH (BODY[] {5}x}",
                                      "}",
                                      "",
                                      "*",
                                      "{1}"}) {
    EXPECT_FALSE(announced_literal(line).has_value()) << line;
  }
}

TEST(AnnouncedLiteral, T049_OfMoreThanANumberHoldsIsTheLargest) {
  const auto announced = announced_literal("* 1 FETCH (BODY[] {99999999999999999999}");

  ASSERT_TRUE(announced.has_value());
  EXPECT_EQ(announced->octets, 18446744073709551615U);
}

TEST(AnnouncedLiteral, T055_StatusAndContinuationTextAnnouncesNothing) {
  for (const std::string_view line : {"* OK see {5}",
                                      "* ok see {5}",
                                      "* NO {5}",
                                      "* BAD {5}",
                                      "* BYE {5}",
                                      "* PREAUTH {5}",
                                      "* OK [ALERT] {5}",
                                      "a1 OK {5}",
                                      "a1 NO [X] {5}",
                                      "+ {5}",
                                      "+ go {5}"}) {
    EXPECT_FALSE(announced_literal(line).has_value()) << line;
  }
}

TEST(AnnouncedLiteral, IsFoundInALineThatGoesOnBehindALiteral) {
  EXPECT_EQ(announced_in_rest(" BODY[] {5}")->octets, 5U);
  EXPECT_EQ(announced_in_rest("{7}")->octets, 7U);
  EXPECT_EQ(announced_in_rest("~{7}")->octets, 7U);
  EXPECT_FALSE(announced_in_rest(" UID 5)").has_value());
}

// ---- Dates

TEST(InternalDate, GivesSecondsSince1970) {
  EXPECT_EQ(parse_internal_date("01-Jan-1970 00:00:00 +0000"), 0);
  EXPECT_EQ(parse_internal_date(" 1-Jan-1970 00:00:01 +0000"), 1);
  EXPECT_EQ(parse_internal_date("1-jan-1970 01:00:00 +0100"), 0);
  EXPECT_EQ(parse_internal_date("29-FEB-2024 23:59:60 +0000"), 1709251200);
  EXPECT_EQ(parse_internal_date("31-Dec-1969 23:59:59 +0000"), -1);
  EXPECT_EQ(parse_internal_date("19-Jan-2038 03:14:08 +0000"), 2147483648);
  EXPECT_EQ(parse_internal_date("17-Jul-1996 02:44:25 -0730"), 837598465);
}

TEST(InternalDate, T050_IsNothingForWhatIsNoDate) {
  for (const std::string_view text : {"",
                                      "x",
                                      "00-Jan-2020 00:00:00 +0000",
                                      "30-Feb-2020 00:00:00 +0000",
                                      "29-Feb-2023 00:00:00 +0000",
                                      "01-Foo-2020 00:00:00 +0000",
                                      "01-Jan-20 00:00:00 +0000",
                                      "01-Jan-2020 24:00:00 +0000",
                                      "01-Jan-2020 00:60:00 +0000",
                                      "01-Jan-2020 00:00:61 +0000",
                                      "01-Jan-2020 00:00:00",
                                      "01-Jan-2020 00:00:00 0000",
                                      "01-Jan-2020 00:00:00 +000",
                                      "01-Jan-2020 00:00:00 +0060",
                                      "01-Jan-2020 00:00:00 +0000 ",
                                      "01 Jan 2020 00:00:00 +0000",
                                      "01-Jan--020 00:00:00 +0000",
                                      "-1-Jan-2020 00:00:00 +0000",
                                      "001-Jan-2020 00:00:00 +0000",
                                      "01-Jan-2020 0:00:00 +0000"}) {
    EXPECT_EQ(parse_internal_date(text), std::nullopt) << text;
  }
}

TEST(InternalDate, OneThatIsNoDateSpoilsNothingElse) {
  const auto fetch = items("UID 5 INTERNALDATE \"yesterday\" RFC822.SIZE 6");

  ASSERT_TRUE(fetch.has_value());
  EXPECT_EQ(fetch->internal_date, "yesterday");
  EXPECT_EQ(fetch->received_at, std::nullopt);
  EXPECT_EQ(fetch->size, 6U);
  EXPECT_TRUE(items("INTERNALDATE NIL UID 5").has_value());
}

}  // namespace
}  // namespace postern::wire::imap
