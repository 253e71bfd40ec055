// What a server tells of an open mailbox, line by line, and what is believed of it.

#include "upstream/mailbox_news.hpp"

#include "wire/imap_response.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace postern::upstream {
namespace {

using testing::ElementsAre;
using wire::Uid;
using wire::UidRange;
using wire::imap::OpenFor;

void tell(MailboxNews& news, std::initializer_list<std::string_view> lines) {
  Ear& ear = news;
  for (const std::string_view line : lines)
    ear.hear(wire::imap::parse_response(line));
}

// "uid size received" for each, with a word in place of a size that is none.
std::vector<std::string> told(const std::vector<ListedMessage>& lines) {
  std::vector<std::string> texts;
  for (const ListedMessage& line : lines) {
    const std::string size = line.size == MailboxNews::kUntold   ? "untold"
                             : line.size == MailboxNews::kAbsurd ? "absurd"
                                                                 : std::to_string(line.size);
    texts.push_back(std::to_string(wire::raw(line.uid)) + " " + size + " " +
                    std::to_string(line.received));
  }
  return texts;
}

// ---- how many there are

TEST(MailboxNews, TheFirstNumberIsNoChange) {
  MailboxNews news(OpenFor::Reading);
  EXPECT_FALSE(news.told_exists());

  tell(news, {"* 3 EXISTS", "* 3 EXISTS"});

  EXPECT_TRUE(news.told_exists());
  EXPECT_EQ(news.exists(), 3);
  EXPECT_FALSE(news.moved());
}

TEST(MailboxNews, AnotherNumberIsAChange) {
  MailboxNews news(OpenFor::Reading);
  tell(news, {"* 3 EXISTS", "* 4 EXISTS"});
  EXPECT_TRUE(news.moved());
  EXPECT_FALSE(news.shrank());

  news.stand_still();
  EXPECT_FALSE(news.moved());
  tell(news, {"* 2 EXISTS"});

  EXPECT_TRUE(news.moved());
  EXPECT_TRUE(news.shrank());
}

TEST(MailboxNews, OneThatGoesAndOneThatComesAreAChangeEvenIfAsManyAreThere) {
  MailboxNews news(OpenFor::Reading);

  tell(news, {"* 3 EXISTS", "* 1 EXPUNGE", "* 3 EXISTS"});

  EXPECT_EQ(news.exists(), 3);
  EXPECT_TRUE(news.moved());
  EXPECT_TRUE(news.shrank());
}

TEST(MailboxNews, AnExpungeOfNothingLeavesNothing) {
  MailboxNews news(OpenFor::Reading);

  tell(news, {"* 0 EXISTS", "* 1 EXPUNGE", "* VANISHED 1:7"});

  EXPECT_EQ(news.exists(), 0);
}

TEST(MailboxNews, WhoVanishedEarlierIsNotAmongThoseThatAreThere) {
  MailboxNews news(OpenFor::Reading);

  tell(news, {"* 3 EXISTS", "* VANISHED (EARLIER) 4:6,9"});
  EXPECT_EQ(news.exists(), 3);
  EXPECT_FALSE(news.moved());
  tell(news, {"* VANISHED 10:11"});

  EXPECT_EQ(news.exists(), 1);
  EXPECT_TRUE(news.shrank());
  const auto vanished = news.vanished();
  ASSERT_TRUE(vanished);
  EXPECT_EQ(vanished->text(), "4:6,9:11");
}

TEST(MailboxNews, MoreVanishedThanAnybodyWouldNameAreNone) {
  MailboxNews news(OpenFor::Reading);
  std::string line = "* VANISHED (EARLIER) 1";
  for (std::uint32_t uid = 3; uid < 20'000; uid += 2)
    line += "," + std::to_string(uid);

  for (int times = 0; times < 101; ++times)
    tell(news, {line});

  EXPECT_FALSE(news.vanished());
}

// ---- what it is like

TEST(MailboxNews, CodesTellWhatTheMailboxIsLike) {
  MailboxNews news(OpenFor::Changing);

  tell(news,
       {"* OK [UIDVALIDITY 7] x",
        "* OK [UIDNEXT 4294967295] x",
        "* OK [HIGHESTMODSEQ 9223372036854775807] x",
        "* OK [PERMANENTFLAGS (\\Seen \\deleted)] x",
        "* NO [uidnotsticky] x"});

  EXPECT_EQ(news.mailbox().uid_validity, wire::UidValidity{7});
  EXPECT_EQ(news.mailbox().uid_next, Uid{4294967295});
  EXPECT_EQ(news.mailbox().modseq, 9223372036854775807);
  EXPECT_TRUE(news.mailbox().may_delete);
  EXPECT_TRUE(news.mailbox().uids_not_sticky);
}

TEST(MailboxNews, NumbersThatCannotBeAreNone) {
  MailboxNews news(OpenFor::Changing);

  tell(news,
       {"* OK [UIDVALIDITY 0] x",
        "* OK [UIDNEXT 4294967296] x",
        "* OK [HIGHESTMODSEQ 9223372036854775808] x"});

  EXPECT_FALSE(news.mailbox().uid_validity);
  EXPECT_FALSE(news.mailbox().uid_next);
  EXPECT_EQ(news.mailbox().modseq, 0);
}

TEST(MailboxNews, AModseqThatDoesNotLastIsNone) {
  MailboxNews news(OpenFor::Changing);

  tell(news, {"* OK [HIGHESTMODSEQ 5] x", "* OK [NOMODSEQ] x"});

  EXPECT_EQ(news.mailbox().modseq, 0);
}

TEST(MailboxNews, WhatMayBeFlaggedIsToldBySelectOnly) {
  MailboxNews selected(OpenFor::Changing);
  MailboxNews examined(OpenFor::Reading);

  tell(selected, {"* OK [PERMANENTFLAGS (\\Seen)] x"});
  tell(examined, {"* OK [PERMANENTFLAGS ()] x"});

  EXPECT_FALSE(selected.mailbox().may_delete);
  EXPECT_TRUE(examined.mailbox().may_delete);
}

TEST(MailboxNews, OfAMailboxThatIsOpenedNothingIsLeftThatWasToldBefore) {
  MailboxNews news(OpenFor::Reading);
  tell(news,
       {"* 3 EXISTS",
        "* OK [UIDVALIDITY 7] x",
        "* VANISHED (EARLIER) 1",
        "* 1 FETCH (UID 5 RFC822.SIZE 10)",
        "* SEARCH 5"});

  news.begin(OpenFor::Changing);

  EXPECT_FALSE(news.told_exists());
  EXPECT_EQ(news.exists(), 0);
  EXPECT_FALSE(news.mailbox().uid_validity);
  EXPECT_EQ(news.mailbox().opened_for, OpenFor::Changing);
  EXPECT_TRUE(news.lines().empty());
  EXPECT_TRUE(news.vanished()->empty());
  EXPECT_FALSE(news.hits().told);
}

// ---- lines

TEST(MailboxNews, LinesComeInAnyOrderAndEachUidIsThereOnceWithAllThatWasTold) {
  MailboxNews news(OpenFor::Reading);

  tell(news,
       {"* 2 FETCH (UID 9 RFC822.SIZE 90 INTERNALDATE \"01-Jan-1970 00:01:00 +0000\")",
        "* 1 FETCH (UID 5)",
        "* 1 FETCH (INTERNALDATE \"01-Jan-1970 00:00:07 +0000\" UID 5)",
        "* 1 FETCH (RFC822.SIZE 50 UID 5)",
        "* 2 FETCH (FLAGS (\\Seen) UID 9)"});

  EXPECT_EQ(news.lines().size(), 5);
  EXPECT_THAT(told(news.ordered_lines()), ElementsAre("5 50 7", "9 90 60"));
}

TEST(MailboxNews, M081_WhateverTheNumberALineIsOfTheUidThatItNames) {
  MailboxNews news(OpenFor::Reading);

  tell(news, {"* 77 FETCH (UID 5 RFC822.SIZE 50)", "* 78 FETCH (RFC822.SIZE 60)"});

  EXPECT_THAT(told(news.ordered_lines()), ElementsAre("5 50 0"));
}

TEST(MailboxNews, SizesAndDatesThatCannotBeAreMarked) {
  MailboxNews news(OpenFor::Reading);

  tell(news,
       {"* 1 FETCH (UID 1 RFC822.SIZE 281474976710655)",
        "* 2 FETCH (UID 2 RFC822.SIZE 281474976710656)",
        "* 3 FETCH (UID 3 RFC822.SIZE 3 INTERNALDATE \"31-Dec-1969 23:59:59 +0000\")",
        "* 4 FETCH (UID 4 RFC822.SIZE 4 INTERNALDATE \"07-Feb-2106 06:28:16 +0000\")",
        "* 5 FETCH (UID 5 RFC822.SIZE 5 INTERNALDATE \"07-Feb-2106 06:28:15 +0000\")"});

  EXPECT_THAT(told(news.ordered_lines()),
              ElementsAre("1 281474976710655 0", "2 absurd 0", "3 3 0", "4 4 0", "5 5 4294967295"));
}

TEST(MailboxNews, NewsOfFlagsAreCountedWhereNothingElseIsTold) {
  MailboxNews news(OpenFor::Reading);

  tell(news,
       {"* 1 FETCH (UID 1 FLAGS (\\Seen) RFC822.SIZE 10)",
        "* 2 FETCH (UID 2 FLAGS ())",
        "* 3 FETCH (FLAGS (\\Seen))"});

  EXPECT_EQ(news.flag_lines(), 1);
}

// ---- hits

TEST(MailboxNews, HitsOfAPlainSearchMayComeInSeveralLines) {
  MailboxNews news(OpenFor::Reading);

  tell(news, {"* SEARCH 9 3 4", "* SEARCH", "* SEARCH 10"});

  EXPECT_TRUE(news.hits().told);
  EXPECT_EQ(news.hits().uids.text(), "3:4,9:10");
  EXPECT_FALSE(news.hits().count);
}

TEST(MailboxNews, ASearchThatFindsNothingHasTold) {
  MailboxNews news(OpenFor::Reading);

  tell(news, {"* SEARCH"});
  EXPECT_TRUE(news.hits().told);
  EXPECT_TRUE(news.hits().uids.empty());
  news.forget_hits();

  EXPECT_FALSE(news.hits().told);
}

TEST(MailboxNews, AnExtendedSearchTellsHowManyItFound) {
  MailboxNews news(OpenFor::Reading);

  tell(news, {"* ESEARCH (TAG \"a\") UID ALL 1:5 COUNT 3"});

  EXPECT_TRUE(news.hits().told);
  EXPECT_EQ(news.hits().uids.text(), "1:5");
  EXPECT_EQ(news.hits().count, 3);
}

TEST(MailboxNews, AnExtendedSearchOfNumbersOrWithoutTheirCountHasToldNothing) {
  MailboxNews numbers(OpenFor::Reading);
  MailboxNews countless(OpenFor::Reading);

  tell(numbers, {"* ESEARCH (TAG \"a\") ALL 1:3 COUNT 3"});
  tell(countless, {"* ESEARCH (TAG \"a\") UID ALL 1:3"});

  EXPECT_FALSE(numbers.hits().told);
  EXPECT_FALSE(countless.hits().told);
}

}  // namespace
}  // namespace postern::upstream
