// Pairs without doubt, and what is left unpaired.

#include "proxy/uidl_match.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>

namespace postern::proxy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using upstream::ListedMessage;
using wire::Uid;
using wire::UidValidity;

constexpr UidValidity kNow{7};

net::Digest header(char of) {
  return net::sha256(std::string(1, of));
}

UidlRecord record(std::string text, UidlKeys keys) {
  return {.keys = std::move(keys), .text = std::move(text)};
}

StoredUidl bears(std::uint32_t uid, std::string text, std::uint32_t position = 0) {
  return {.validity = kNow, .uid = Uid{uid}, .text = std::move(text), .position = position};
}

TEST(UidlMatch, PairsByUidOfThisUidValidityOnly) {
  const std::vector<UidlRecord> records = {
      record("a", {.place = UidlKeys::Place{kNow, Uid{3}}}),
      record("b", {.place = UidlKeys::Place{UidValidity{8}, Uid{5}}}),
      record("c", {.place = UidlKeys::Place{kNow, Uid{4}}})};
  UidlMatch match(records, {{Uid{3}, 10}, {Uid{5}, 10}}, kNow);

  match.match_places();

  EXPECT_THAT(match.found(), ElementsAre(bears(3, "a")));
  EXPECT_FALSE(match.wants_headers());
}

TEST(UidlMatch, M095_PairsByAHeaderThatOneOfEachHas) {
  const std::vector<UidlRecord> records = {record("a", {.header = header('a')}),
                                           record("b", {.header = header('b')}),
                                           record("c", {.header = header('c')}),
                                           record("d", {.header = header('c')})};
  UidlMatch match(records, {{Uid{1}}, {Uid{2}}, {Uid{3}}, {Uid{4}}}, kNow);

  EXPECT_TRUE(match.wants_headers());
  match.hear(Uid{1}, header('b'));
  match.hear(Uid{2}, header('c'));
  match.hear(Uid{3}, header('a'));
  match.hear(Uid{4}, header('a'));
  match.match_headers();

  EXPECT_THAT(match.found(), ElementsAre(bears(1, "b")));
  EXPECT_THAT(match.left(), ElementsAre(Uid{2}, Uid{3}, Uid{4}));
}

// The old list and the mailbox: a known pair, two sizes behind it, one of which occurs twice.
TEST(UidlMatch, PairsBySizesBetweenPairsThatAreKnown) {
  const std::vector<UidlRecord> records = {
      record("a", {.size = 50, .position = 1}),
      record("b", {.header = header('b'), .size = 60, .position = 2}),
      record("c", {.size = 50, .position = 3}),
      record("d", {.size = 70, .position = 4}),
      record("e", {.size = 70, .position = 5})};
  UidlMatch match(records, {{Uid{1}, 50}, {Uid{2}, 61}, {Uid{3}, 50}, {Uid{4}, 70}}, kNow);

  match.hear(Uid{2}, header('b'));
  match.match_headers();
  match.match_sizes();

  EXPECT_THAT(match.found(), ElementsAre(bears(1, "a", 1), bears(2, "b", 2), bears(3, "c", 3)));
  EXPECT_EQ(match.matched(), 3U);
}

TEST(UidlMatch, TakesNoSizesWhereTheOrderIsAnother) {
  const std::vector<UidlRecord> records = {record("a", {.header = header('a'), .position = 1}),
                                           record("b", {.header = header('b'), .position = 2}),
                                           record("c", {.size = 50, .position = 3})};
  UidlMatch match(records, {{Uid{1}, 10}, {Uid{2}, 20}, {Uid{3}, 50}}, kNow);

  match.hear(Uid{1}, header('b'));
  match.hear(Uid{2}, header('a'));
  match.match_headers();
  match.match_sizes();

  EXPECT_THAT(match.found(), ElementsAre(bears(1, "b", 2), bears(2, "a", 1)));
}

TEST(UidlMatch, TakesNoSizesThatCross) {
  const std::vector<UidlRecord> records = {record("a", {.size = 1, .position = 1}),
                                           record("b", {.size = 2, .position = 2})};
  UidlMatch match(records, {{Uid{1}, 2}, {Uid{2}, 1}}, kNow);

  match.match_sizes();

  EXPECT_THAT(match.found(), IsEmpty());
}

TEST(UidlMatch, TakesNoSizeAgainstTheHeaders) {
  const std::vector<UidlRecord> records = {
      record("a", {.header = header('a'), .size = 50, .position = 1})};
  UidlMatch match(records, {{Uid{1}, 50}}, kNow);

  match.hear(Uid{1}, header('x'));
  match.match_headers();
  match.match_sizes();

  EXPECT_THAT(match.found(), IsEmpty());
}

TEST(UidlMatch, TakesNoSizesWithoutPositions) {
  const std::vector<UidlRecord> records = {record("a", {.size = 50})};
  UidlMatch match(records, {{Uid{1}, 50}}, kNow);

  match.match_sizes();

  EXPECT_THAT(match.found(), IsEmpty());
}

// ---- a mailbox that was numbered anew

ListedMessage message(std::uint32_t uid, std::uint64_t size, std::uint32_t received) {
  return {.uid = Uid{uid}, .received = received, .size = size};
}

TEST(FindAgain, M096_KnowsMessagesBySizeAndDateIfNoOthersHaveThem) {
  const std::vector before = {message(1, 10, 100), message(2, 10, 200), message(3, 10, 200)};
  const std::vector after = {message(1, 10, 200), message(2, 11, 100), message(9, 10, 100)};

  EXPECT_THAT(find_again(before, after), IsEmpty());  // one of three
  EXPECT_THAT(find_again(std::span(before).first(2), after),
              ElementsAre(SameMessage{Uid{2}, Uid{1}}, SameMessage{Uid{1}, Uid{9}}));
}

TEST(FindAgain, M096_TrustsNoMessageWithoutADate) {
  const std::vector before = {message(1, 10, 0)};

  EXPECT_THAT(find_again(before, before), IsEmpty());
}

TEST(FindAgain, M096_TakesAMailboxOfWhichLessThanHalfIsKnownForAnother) {
  const std::vector before = {
      message(1, 1, 1), message(2, 2, 2), message(3, 3, 3), message(4, 4, 4)};
  std::vector after = before;
  after[0] = message(1, 9, 1);
  after[1] = message(2, 9, 2);
  EXPECT_EQ(find_again(before, after).size(), 2U);

  after[2] = message(3, 9, 3);
  EXPECT_THAT(find_again(before, after), IsEmpty());
  EXPECT_EQ(find_again(before, std::span(after).last(1)).size(), 1U);
}

// Random mailboxes that were numbered anew, some messages gone, some new, many alike: a pair is
// never wrong but where another message came that looks the same as one that went.
TEST(FindAgain, M096_PairsOnlyWhatLooksLikeNothingElse) {
  std::mt19937 random(20261126);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same run each time
  const auto below = [&random](std::uint32_t end) {
    return static_cast<std::uint32_t>(random() % end);
  };
  for (int round = 0; round < 2000; ++round) {
    std::vector<ListedMessage> before;
    std::vector<ListedMessage> after;
    for (std::uint32_t uid = 1; uid <= 30; ++uid) {
      const ListedMessage each = message(uid, below(8), 1 + below(8));
      if (below(10) != 0) before.push_back(each);
      if (below(10) != 0) after.push_back(message(uid + 100, each.size, each.received));
    }
    std::map<std::pair<std::uint64_t, std::uint32_t>, int> looks_before;
    std::map<std::pair<std::uint64_t, std::uint32_t>, int> looks_after;
    for (const auto& each : before)
      ++looks_before[{std::uint64_t{each.size}, each.received}];
    for (const auto& each : after)
      ++looks_after[{std::uint64_t{each.size}, each.received}];

    for (const SameMessage& pair : find_again(before, after)) {
      const auto old = std::ranges::find(before, pair.before, &ListedMessage::uid);
      const auto fresh = std::ranges::find(after, pair.after, &ListedMessage::uid);
      ASSERT_NE(old, before.end());
      ASSERT_NE(fresh, after.end());
      EXPECT_EQ(std::pair(std::uint64_t{old->size}, old->received),
                std::pair(std::uint64_t{fresh->size}, fresh->received));
      EXPECT_EQ((looks_before[{std::uint64_t{old->size}, old->received}]), 1);
      EXPECT_EQ((looks_after[{std::uint64_t{fresh->size}, fresh->received}]), 1);
    }
  }
}

}  // namespace
}  // namespace postern::proxy
