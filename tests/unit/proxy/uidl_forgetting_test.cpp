// Whose UIDL is dated, and whose is forgotten.

#include "proxy/uidl_forgetting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace postern::proxy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr wire::UidValidity kNow{7};
constexpr wire::UidValidity kBefore{6};
constexpr std::uint32_t kToday = 20'000;
constexpr std::chrono::days kYear{365};

StoredUidl uidl(std::uint32_t uid, std::uint32_t gone_on, wire::UidValidity validity = kNow) {
  return {.validity = validity, .uid = wire::Uid{uid}, .text = "x", .gone_on = gone_on};
}

UidlChange change_of(const std::vector<StoredUidl>& stored, std::chrono::days remembered = kYear) {
  const std::vector<wire::Uid> there = {wire::Uid{2}, wire::Uid{5}};
  return note_missing(stored, kNow, there, kToday, remembered);
}

TEST(UidlForgetting, NothingIsNotedOfMessagesThatAreThere) {
  EXPECT_TRUE(change_of({uidl(2, 0), uidl(5, 0)}).empty());
}

TEST(UidlForgetting, AMessageThatIsMissedGetsTheDate) {
  EXPECT_THAT(change_of({uidl(2, 0), uidl(3, 0)}).aliases, ElementsAre(uidl(3, kToday)));
  EXPECT_TRUE(change_of({uidl(3, kToday - 9)}).empty());  // and keeps it
}

TEST(UidlForgetting, AMessageThatIsThereAgainLosesIt) {
  EXPECT_THAT(change_of({uidl(5, kToday - 400)}).aliases, ElementsAre(uidl(5, 0)));
}

TEST(UidlForgetting, M096_AnotherUidvalidityIsMissedAndKeptForItsReturn) {
  EXPECT_THAT(change_of({uidl(2, 0, kBefore)}).aliases, ElementsAre(uidl(2, kToday, kBefore)));
}

TEST(UidlForgetting, M096_NothingIsForgottenThatTheIndexMayStillKnow) {
  EXPECT_EQ(change_of({uidl(3, kToday - 365)}).forgets_before, 0U);
  const UidlChange change = change_of({uidl(3, kToday - 366)});
  EXPECT_EQ(change.forgets_before, kToday - 365);
  EXPECT_THAT(change.aliases, IsEmpty());
}

TEST(UidlForgetting, M094_WhatWasImportedStays) {
  StoredUidl imported = uidl(3, kToday - 1000);
  imported.position = 1;

  EXPECT_TRUE(change_of({imported}).empty());
}

TEST(UidlForgetting, AMonthIsTheLeast) {
  EXPECT_EQ(change_of({uidl(3, kToday - 30)}, std::chrono::days(1)).forgets_before, 0U);
  EXPECT_EQ(change_of({uidl(3, kToday - 31)}, std::chrono::days(1)).forgets_before, kToday - 30);
}

}  // namespace
}  // namespace postern::proxy
