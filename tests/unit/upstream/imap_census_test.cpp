// Who is left of a known mailbox: what is asked, what is believed, and that a proof that fails
// changes nothing.

#include "upstream/imap_census.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/unit/upstream/census_scene.hpp"

namespace postern::upstream {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kBare = "IMAP4rev1";
constexpr std::string_view kEsearch = "IMAP4rev1 ESEARCH";

class CensusTest : public testing::Test, protected CensusScene {};

// ---- by counting

TEST_F(CensusTest, NewcomersAreAskedForFromTheFirstUidThatNobodyHad) {
  EXPECT_EQ(Census::newcomers({.uid_next = 17}, Family::Other), "17:*");
  EXPECT_EQ(Census::newcomers({.uid_next = std::uint64_t{1} << 32U}, Family::Other),
            "4294967295:*");
  EXPECT_EQ(Census::newcomers({.uid_next = 17}, Family::Dovecot), "17:4294967295");
}

TEST_F(CensusTest, AsManyAsThereWereAreTheSame) {
  know({2, 5, 6});

  EXPECT_EQ(count(kBare, 3, [](auto&) { return line_of(3, 6); }), "proven");

  EXPECT_THAT(asked, ElementsAre("UID FETCH 7:* (UID RFC822.SIZE INTERNALDATE)"));
  EXPECT_EQ(left(), "2 5 6");
  EXPECT_FALSE(changed);
  EXPECT_EQ(known.messages.back().received, 1) << "what is known is not taken from the line";
}

TEST_F(CensusTest, WhoCameIsAmongThem) {
  know({2, 5, 6});

  EXPECT_EQ(count(kBare, 5, [](auto&) { return line_of(5, 9) + line_of(4, 8); }), "proven");

  EXPECT_EQ(left(), "2 5 6 8 9");
  EXPECT_EQ(known.messages.back().size, 90);
  EXPECT_TRUE(changed);
}

TEST_F(CensusTest, WhereOnlyNewOnesAreAllOldOnesAreGone) {
  know({2, 5, 6});

  EXPECT_EQ(count(kBare, 1, [](auto&) { return line_of(1, 8); }), "proven");

  EXPECT_EQ(left(), "8");
}

TEST_F(CensusTest, OfNobodyAServerMayRefuseToSpeak) {
  know({2, 5, 6});

  EXPECT_EQ(count(kBare, 0, [](auto&) { return "NO"; }), "proven");

  EXPECT_EQ(left(), "");
}

TEST_F(CensusTest, MoreThanCanBeBreakTheRulesAndChangeNothing) {
  know({2, 5, 6});

  EXPECT_EQ(count(kEsearch, 5, [](auto&) { return line_of(5, 8); }), "broke rules");

  EXPECT_EQ(left(), "2 5 6");
}

TEST_F(CensusTest, AnOldUidThatNobodyKnowsBreaksTheRules) {
  know({2, 5, 6});

  EXPECT_EQ(count(kBare, 3, [](auto&) { return line_of(3, 4); }), "broke rules");

  EXPECT_EQ(left(), "2 5 6");
}

TEST_F(CensusTest, NumbersOfDifferentMomentsProveNothing) {
  know({2, 5, 6});
  int times = 0;

  const std::string verdict = count(kBare, 3, [&](auto&) {
    return ++times == 1 ? std::string("* 4 EXISTS\r\n") : line_of(4, 8);
  });

  EXPECT_EQ(verdict, "proven");
  EXPECT_EQ(times, 2);
  EXPECT_EQ(left(), "2 5 6 8");
}

TEST_F(CensusTest, AMailboxThatNeverStandsStillIsUnprovenAndNothingIsChanged) {
  know({2, 5, 6});
  std::uint32_t exists = 3;

  const std::string verdict = count(kBare, 3, [&](auto&) {
    ++exists;
    return "* " + std::to_string(exists) + " EXISTS\r\n" + line_of(exists, exists + 10);
  });

  EXPECT_EQ(verdict, "unproven");
  EXPECT_EQ(left(), "2 5 6");
}

TEST_F(CensusTest, AServerThatWillNotSayIsAskedOnceMoreAndThenUnproven) {
  know({2, 5, 6});

  EXPECT_EQ(count(kBare, 3, [](auto&) { return "NO"; }), "unproven");

  EXPECT_EQ(asked.size(), 2);
  EXPECT_EQ(left(), "2 5 6");
}

TEST_F(CensusTest, ANewcomerWithoutASizeIsAskedForItAndIsOneOctetIfNobodyKnows) {
  know({2});

  EXPECT_EQ(count(kBare, 2, [](auto&) { return "* 2 FETCH (UID 3)\r\n"; }), "proven");

  EXPECT_THAT(asked,
              ElementsAre("UID FETCH 3:* (UID RFC822.SIZE INTERNALDATE)",
                          "UID FETCH 3 (UID RFC822.SIZE INTERNALDATE)"));
  EXPECT_EQ(known.messages.back().size, 1);
}

TEST_F(CensusTest, ANewcomerBeyondAllBoundsIsNoMessage) {
  know({2});

  const std::string verdict =
      count(kBare, 2, [](auto&) { return "* 2 FETCH (UID 3 RFC822.SIZE 281474976710656)\r\n"; });

  EXPECT_EQ(verdict, "protocol");
  EXPECT_EQ(left(), "2");
}

TEST_F(CensusTest, ANewcomerThatGoesBeforeItsSizeIsToldProvesNothing) {
  know({2});

  const std::string verdict = count(kBare, 2, [](const std::string& command) {
    return command.starts_with("UID FETCH 3:*") ? "* 2 FETCH (UID 3)\r\n" : "* 2 EXPUNGE\r\n";
  });

  EXPECT_EQ(verdict, "unproven");
}

// ---- what vanished

TEST_F(CensusTest, WhoIsSaidToHaveVanishedIsBelievedIfTheNumberAgrees) {
  know({2, 5, 6});
  resynced = true;
  tell("* VANISHED (EARLIER) 1:2,4");

  EXPECT_EQ(count(kBare, 2, [](auto&) { return line_of(2, 6); }), "proven");

  EXPECT_EQ(asked.size(), 1);
  EXPECT_EQ(left(), "5 6");
}

TEST_F(CensusTest, WhoIsSaidToHaveVanishedIsSearchedForIfItDoesNot) {
  know({2, 5, 6});
  resynced = true;
  tell("* VANISHED (EARLIER) 1:6");

  const std::string verdict = count(kBare, 2, [](const std::string& command) {
    return command.starts_with("UID FETCH") ? line_of(2, 6) : "* SEARCH 2 6\r\n";
  });

  EXPECT_EQ(verdict, "searched");
  EXPECT_EQ(left(), "2 6");
}

TEST_F(CensusTest, WhatVanishedWithoutBeingAskedForCountsForNothing) {
  know({2, 5, 6});
  tell("* VANISHED (EARLIER) 2");

  const std::string verdict = count(kBare, 2, [](const std::string& command) {
    return command.starts_with("UID FETCH") ? line_of(2, 6) : "* SEARCH 2 6\r\n";
  });

  EXPECT_EQ(verdict, "searched");
  EXPECT_EQ(left(), "2 6");
}

// ---- by name

// Answers the newcomers with the last message, and searches with this.
CensusScene::Server searching(std::uint32_t last, std::string found) {
  return [last, found = std::move(found)](const std::string& command) {
    return command.starts_with("UID SEARCH") ? found : line_of(1, last);
  };
}

TEST_F(CensusTest, TheMissingAreFoundByTheirUids) {
  know({2, 5, 6});

  EXPECT_EQ(count(kBare, 2, searching(6, "* SEARCH 6 5\r\n")), "searched");

  EXPECT_EQ(asked.back(), "UID SEARCH UID 1:6");
  EXPECT_EQ(left(), "5 6");
}

TEST_F(CensusTest, M068_RangesThatSpanHolesAreExactIfTheCountAgrees) {
  know({2, 5, 6, 9});

  const std::string verdict =
      count(kEsearch, 3, searching(9, "* ESEARCH (TAG \"x\") UID ALL 3:9 COUNT 3\r\n"));

  EXPECT_EQ(verdict, "searched");
  EXPECT_EQ(asked.back(), "UID SEARCH RETURN (ALL COUNT) UID 1:9");
  EXPECT_EQ(left(), "5 6 9");
}

TEST_F(CensusTest, M068_RangesThatSpanOneThatMayBeGoneProveNothing) {
  know({2, 5, 6, 9});

  const std::string verdict =
      count(kEsearch, 2, searching(9, "* ESEARCH (TAG \"x\") UID ALL 3:9 COUNT 2\r\n"));

  EXPECT_EQ(verdict, "unproven");
  EXPECT_EQ(left(), "2 5 6 9");
}

TEST_F(CensusTest, MoreThanAreKnownAmongOldUidsBreakTheRules) {
  know({2, 5, 6});

  EXPECT_EQ(count(kBare, 2, searching(6, "* SEARCH 3 4 5 6\r\n")), "broke rules");

  EXPECT_EQ(left(), "2 5 6");
}

TEST_F(CensusTest, ASearchThatIsRefusedOrTellsNothingProvesNothing) {
  know({2, 5, 6});

  EXPECT_EQ(count(kBare, 2, searching(6, "NO")), "unproven");
  EXPECT_EQ(count(kBare, 2, searching(6, "")), "unproven");

  EXPECT_EQ(left(), "2 5 6");
}

// ---- by place

// A server without ESEARCH, which has these; it answers by sequence numbers, and never one that is
// too high.
class Places {
 public:
  explicit Places(std::vector<std::uint32_t> uids) : uids_(std::move(uids)) {}

  std::string operator()(const std::string& command) {
    if (command.starts_with("UID FETCH")) {
      return line_of(static_cast<std::uint32_t>(uids_.size()), uids_.back());
    }
    EXPECT_TRUE(command.starts_with("FETCH ") && command.ends_with(" (UID)")) << command;
    std::string lines;
    std::istringstream set(command.substr(6, command.size() - 12));
    for (std::string range; std::getline(set, range, ',');) {
      const std::size_t first = std::stoul(range);
      const std::size_t colon = range.find(':');
      const std::size_t last =
          colon == std::string::npos ? first : std::stoul(range.substr(colon + 1));
      EXPECT_LE(last, uids_.size());
      for (std::size_t number = first; number <= last; ++number) {
        lines += "* " + std::to_string(number) + " FETCH (UID " +
                 std::to_string(uids_[number - 1]) + ")\r\n";
        ++told;
      }
    }
    return lines;
  }

  std::size_t told = 0;

 private:
  std::vector<std::uint32_t> uids_;
};

std::vector<std::uint32_t> numbers_to(std::uint32_t last) {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t number = 1; number <= last; ++number)
    numbers.push_back(number);
  return numbers;
}

TEST_F(CensusTest, M079_InALargeMailboxTheMissingAreFoundBetweenPlaces) {
  know(numbers_to(3000));
  std::vector<std::uint32_t> there = numbers_to(3000);
  std::erase_if(there, [](std::uint32_t uid) { return uid == 1 || uid == 1234 || uid == 2999; });
  Places places(there);

  EXPECT_EQ(count(kBare, 2997, std::ref(places)), "searched");

  EXPECT_EQ(asked.size(), 3) << "newcomers, a grid, and what is between";
  EXPECT_LT(places.told, 4 * 55) << "three gaps and the grid, of about the root of 3,000 each";
  std::string wanted;
  for (const std::uint32_t uid : there)
    wanted += (wanted.empty() ? "" : " ") + std::to_string(uid);
  EXPECT_EQ(left(), wanted);
}

TEST_F(CensusTest, UpToTwoThousandAreFoundByNameAndMoreByPlace) {
  know(numbers_to(2000));
  std::string found = "* SEARCH";
  for (std::uint32_t uid = 2; uid <= 2000; ++uid)
    found += " " + std::to_string(uid);

  EXPECT_EQ(count(kBare, 1999, searching(2000, found + "\r\n")), "searched");

  EXPECT_EQ(asked.back(), "UID SEARCH UID 1:2000");
}

TEST_F(CensusTest, PlacesWhereSomebodyUnknownStandsProveNothing) {
  know(numbers_to(3000));
  std::vector<std::uint32_t> there = numbers_to(3000);
  there[54] = 5000;  // the first place that is looked at
  there.resize(2999);
  Places places(there);

  EXPECT_EQ(count(kBare, 2999, std::ref(places)), "unproven");

  EXPECT_EQ(known.messages.size(), 3000);
}

TEST_F(CensusTest, FewerAnswersThanPlacesProveNothing) {
  know(numbers_to(3000));

  const std::string verdict = count(kBare, 2999, [](const std::string& command) {
    return command.starts_with("UID FETCH") ? line_of(2999, 3000) : "* 1 FETCH (UID 55)\r\n";
  });

  EXPECT_EQ(verdict, "unproven");
  EXPECT_EQ(known.messages.size(), 3000);
}

// ---- by the list of all UIDs

TEST_F(CensusTest, AListOfAllKeepsWhatIsKnownAndAsksForTheSizesOfTheRest) {
  know({2, 5, 6});

  const std::string verdict = search_all(kEsearch, 3, [](const std::string& command) {
    return command.starts_with("UID SEARCH") ? "* ESEARCH (TAG \"x\") UID ALL 5:7 COUNT 3\r\n"
                                             : line_of(3, 7);
  });

  EXPECT_EQ(verdict, "searched");
  EXPECT_THAT(asked,
              ElementsAre("UID SEARCH RETURN (ALL COUNT) ALL",
                          "UID FETCH 7 (UID RFC822.SIZE INTERNALDATE)"));
  EXPECT_EQ(left(), "5 6 7");
  EXPECT_EQ(known.messages.back().size, 70);
  EXPECT_TRUE(changed);
}

TEST_F(CensusTest, M068_AListThatSpansHolesIsAskedForByName) {
  know({2, 5});

  const std::string verdict = search_all(kEsearch, 2, [](const std::string& command) {
    return command.contains("RETURN") ? "* ESEARCH (TAG \"x\") UID ALL 2:5 COUNT 2\r\n"
                                      : "* SEARCH 2 5\r\n";
  });

  EXPECT_EQ(verdict, "searched");
  EXPECT_EQ(asked.back(), "UID SEARCH ALL");
  EXPECT_EQ(left(), "2 5");
  EXPECT_FALSE(changed);
}

TEST_F(CensusTest, AListOfAnotherNumberThanThereAreIsNone) {
  know({2, 5, 6});

  EXPECT_EQ(search_all(kBare, 3, [](auto&) { return "* SEARCH 2 5\r\n"; }), "unproven");

  EXPECT_EQ(asked.size(), 3);
  EXPECT_EQ(left(), "2 5 6");
}

TEST_F(CensusTest, AListThatIsRefusedIsNone) {
  know({2, 5, 6});

  EXPECT_EQ(search_all(kBare, 3, [](auto&) { return "NO"; }), "unproven");

  EXPECT_EQ(left(), "2 5 6");
}

// ---- strangers

TEST_F(CensusTest, AStrangerAmongOldUidsIsFound) {
  know({2, 5, 6});

  EXPECT_EQ(look_for_strangers(kBare, searching(6, "* SEARCH 2 3 5 6\r\n")), "strangers");
  EXPECT_EQ(look_for_strangers(kBare, searching(6, "* SEARCH 2 5 6\r\n")), "none");
  EXPECT_EQ(look_for_strangers(kBare, searching(6, "* SEARCH 6\r\n")), "none") << "some went";
  EXPECT_EQ(look_for_strangers(kBare, searching(6, "NO")), "none");
}

TEST_F(CensusTest, WhereNobodyEverWasNobodyIsAskedAfter) {
  EXPECT_EQ(look_for_strangers(kBare, searching(1, "NO")), "none");

  EXPECT_THAT(asked, IsEmpty());
}

}  // namespace
}  // namespace postern::upstream
