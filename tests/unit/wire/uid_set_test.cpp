// Sets of UIDs: read as ranges, written so that nothing else is named.

#include "wire/uid_set.hpp"

#include "wire/ascii.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <limits>
#include <set>
#include <string>

#include "tests/unit/wire/allocations.hpp"
#include "tests/unit/wire/random_octets.hpp"

namespace postern::wire {
namespace {

constexpr std::uint32_t kUidMax = std::numeric_limits<std::uint32_t>::max();

std::vector<Uid> uids(std::initializer_list<std::uint32_t> numbers) {
  std::vector<Uid> result;
  for (const std::uint32_t number : numbers)
    result.push_back(Uid{number});
  return result;
}

std::string normal(std::string_view text) {
  const auto set = UidSet::parse(text);
  return set ? set->text() : "no";
}

TEST(UidSet, ReadsSetsInAnyOrderAndMergesThem) {
  EXPECT_EQ(normal("1"), "1");
  EXPECT_EQ(normal("5,1:3,4"), "1:5");
  EXPECT_EQ(normal("9:7,1,8:20"), "1,7:20");
  EXPECT_EQ(normal("2,2,2"), "2");
  EXPECT_EQ(normal("1:4294967295"), "1:4294967295");
  EXPECT_EQ(normal("4294967295,4294967294"), "4294967294:4294967295");
}

TEST(UidSet, M070_LeavesUidZeroOut) {
  EXPECT_EQ(normal("0:1"), "1");
  EXPECT_EQ(normal("0"), "");
  EXPECT_EQ(normal("0:0,5"), "5");
}

TEST(UidSet, T050_RefusesWhatIsNoSetOfNumbers) {
  for (const std::string_view text : {"",
                                      ",",
                                      "1,",
                                      ",1",
                                      "1,,2",
                                      "1:",
                                      ":1",
                                      "1:2:3",
                                      "1:*",
                                      "*",
                                      "-1",
                                      "+1",
                                      "1-2",
                                      "1 2",
                                      " 1",
                                      "1 ",
                                      "4294967296",
                                      "1:4294967296",
                                      "99999999999999999999",
                                      "x",
                                      "1:x",
                                      "0x1"}) {
    EXPECT_EQ(normal(text), "no") << text;
  }
}

TEST(UidSet, T053_RangesAreNeverExpanded) {
  const std::size_t before = test::octets_allocated();

  const auto set = UidSet::parse("1:4294967295");

  ASSERT_TRUE(set.has_value());
  EXPECT_EQ(set->count(), 4294967295U);
  EXPECT_EQ(set->among(uids({7, 4294967295})), uids({7, 4294967295}));
  EXPECT_LT(test::octets_allocated() - before, 1000U);
}

TEST(UidSet, T053_HasABoundedNumberOfRanges) {
  EXPECT_TRUE(UidSet::parse("1,3,5", 3).has_value());
  EXPECT_FALSE(UidSet::parse("1,3,5,7", 3).has_value());
  EXPECT_FALSE(UidSet::parse("1,1,1,1", 3).has_value());
}

TEST(UidSet, CountsAndFinds) {
  const auto set = UidSet::parse("2:4,8,4294967295");

  ASSERT_TRUE(set.has_value());
  EXPECT_EQ(set->count(), 5U);
  for (const std::uint32_t inside : {2U, 3U, 4U, 8U, kUidMax})
    EXPECT_TRUE(set->contains(Uid{inside}));
  for (const std::uint32_t outside : {1U, 5U, 7U, 9U, kUidMax - 1}) {
    EXPECT_FALSE(set->contains(Uid{outside}));
  }
  EXPECT_FALSE(UidSet().contains(Uid{1}));
  EXPECT_EQ(UidSet().count(), 0U);
}

TEST(UidSet, IntersectsWithWhatIsKnown) {
  const auto set = UidSet::parse("2:4,8:10,20");

  ASSERT_TRUE(set.has_value());
  EXPECT_EQ(set->among(uids({1, 2, 4, 5, 9, 11, 20, 21})), uids({2, 4, 9, 20}));
  EXPECT_TRUE(set->among({}).empty());
  EXPECT_TRUE(set->among(uids({1, 5, 21})).empty());
}

TEST(UidSet, T053_CountsOfTheLargestSetsDoNotWrap) {
  UidSet set;
  set.add(UidRange{Uid{1}, Uid{kUidMax}});
  set.add(Uid{kUidMax});

  EXPECT_EQ(set.count(), kUidMax);
  EXPECT_EQ(set.ranges().size(), 1U);
}

TEST(UidSet, AddingKeepsRangesSortedAndApart) {
  test::RandomOctets random(12);
  for (int round = 0; round < 300; ++round) {
    UidSet set;
    std::set<std::uint32_t> expected;
    for (int count = 0; count < 30; ++count) {
      const auto first = static_cast<std::uint32_t>(1 + random.number(60));
      const auto last = static_cast<std::uint32_t>(first + random.number(3));
      set.add(UidRange{Uid{first}, Uid{last}});
      for (std::uint32_t uid = first; uid <= last; ++uid)
        expected.insert(uid);
    }
    EXPECT_EQ(set.count(), expected.size());
    for (std::uint32_t uid = 1; uid < 70; ++uid) {
      EXPECT_EQ(set.contains(Uid{uid}), expected.contains(uid));
    }
    for (std::size_t next = 1; next < set.ranges().size(); ++next) {
      EXPECT_GT(raw(set.ranges()[next].first), raw(set.ranges()[next - 1].last) + 1);
    }
    EXPECT_EQ(UidSet::parse(set.text()), set);
  }
}

// Every second UID, the highest first: each range goes before all others.
std::string backwards(std::uint32_t ranges) {
  std::string text;
  for (std::uint32_t uid = 2 * ranges; uid > 2; uid -= 2)
    text += std::to_string(uid) + ",";
  return text + "2";
}

double seconds_to_parse(const std::string& text) {
  const std::clock_t start = std::clock();
  EXPECT_TRUE(UidSet::parse(text).has_value());
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

TEST(UidSet, T048_ReadingRangesBackwardsIsNotQuadratic) {
  const double once = seconds_to_parse(backwards(10'000));
  const double eight_times_as_many = seconds_to_parse(backwards(80'000));

  // 8 if linear, a little more for sorting, 64 if each were inserted in its place.
  EXPECT_LT(eight_times_as_many, 25 * once + 0.01);
}

// ---- Writing

// What a server reads out of a composed set, among what exists.
std::vector<Uid> named(const std::vector<std::string>& sets, std::span<const Uid> existing) {
  std::vector<Uid> result;
  for (const std::string& text : sets) {
    const auto set = UidSet::parse(text);
    EXPECT_TRUE(set.has_value()) << text;
    const std::vector<Uid> found = set->among(existing);
    result.insert(result.end(), found.begin(), found.end());
  }
  return result;
}

TEST(ComposeSets, M120_ARangeNamesNothingThatWasNotChosen) {
  const std::vector<Uid> existing = uids({1, 2, 3, 5, 9, 10, 12});

  EXPECT_EQ(compose_sets(uids({1, 2, 3}), existing), std::vector<std::string>{"1:3"});
  EXPECT_EQ(compose_sets(uids({1, 3}), existing), std::vector<std::string>{"1,3"});
  EXPECT_EQ(compose_sets(uids({3, 5, 9}), existing), std::vector<std::string>{"3:9"});
  EXPECT_EQ(compose_sets(uids({1, 2, 5, 10, 12}), existing),
            std::vector<std::string>{"1:2,5,10:12"});
}

TEST(ComposeSets, M120_HoldsForRandomMailboxes) {
  test::RandomOctets random(13);
  for (int round = 0; round < 2000; ++round) {
    std::vector<Uid> existing;
    std::vector<Uid> chosen;
    for (std::uint32_t uid = 1; uid < 60; ++uid) {
      if (random.number(3) == 0) continue;
      existing.push_back(Uid{uid});
      if (random.number(2) > 0) chosen.push_back(Uid{uid});
    }
    const std::vector<std::string> sets = compose_sets(chosen, existing, 12);
    EXPECT_EQ(named(sets, existing), chosen);
    for (const std::string& set : sets)
      EXPECT_LE(set.size(), 12U);
  }
}

TEST(ComposeSets, EachUidIsNamedOnceWhateverTheOrder) {
  EXPECT_EQ(compose_sets(uids({5, 1, 5, 2, 1}), uids({1, 2, 5})), std::vector<std::string>{"1:5"});
  EXPECT_EQ(compose_sets(uids({7, 7}), uids({1, 7})), std::vector<std::string>{"7"});
}

TEST(ComposeSets, AUidThatIsNotKnownToExistIsStillNamed) {
  EXPECT_EQ(compose_sets(uids({4, 8}), uids({1, 6})), std::vector<std::string>{"4,8"});
  EXPECT_EQ(compose_sets(uids({4, 8}), {}), std::vector<std::string>{"4:8"});
}

TEST(ComposeSets, NothingIsNoSet) {
  EXPECT_TRUE(compose_sets({}, uids({1, 2})).empty());
}

TEST(ComposeSets, BreaksLongSetsWithoutLosingAnything) {
  std::vector<Uid> existing;
  std::vector<Uid> chosen;
  for (std::uint32_t uid = 1'000'000; uid < 1'040'000; ++uid) {
    existing.push_back(Uid{uid});
    if (uid % 2 == 0) chosen.push_back(Uid{uid});
  }

  const std::vector<std::string> sets = compose_sets(chosen, existing);

  EXPECT_EQ(named(sets, existing), chosen);
  EXPECT_EQ(sets.size(), 20U);  // 20,000 numbers of 7 digits, 1,000 to a set
  for (const std::string& set : sets) {
    EXPECT_LE(set.size(), kSetOctetsMax);
    EXPECT_GT(set.size(), kSetOctetsMax / 2);
  }
}

TEST(ComposeSets, TheHighestUidsAreWrittenAsTheyAre) {
  EXPECT_EQ(compose_sets(uids({kUidMax - 1, kUidMax}), uids({kUidMax - 1, kUidMax})),
            std::vector<std::string>{"4294967294:4294967295"});
}

}  // namespace
}  // namespace postern::wire
