// Seats in maildrops.

#include "proxy/occupancy.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace postern::proxy {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr MailboxKey kInbox{.upstream = "imap", .user = "joe", .mailbox = "INBOX"};

SeatWish wish(conf::Lock lock, std::function<void()> evict = {}) {
  return {.key = kInbox, .sessions_max = 8, .lock = lock, .evict = std::move(evict)};
}

TEST(Occupancy, M130_TheNinthSessionOfAUserIsRefused) {
  Occupancy occupancy;
  std::vector<Seat> seats;
  for (int i = 0; i < 8; ++i) {
    auto seat = occupancy.take(wish(conf::Lock::None));
    ASSERT_TRUE(seat);
    seats.push_back(std::move(*seat));
  }

  EXPECT_FALSE(occupancy.take(wish(conf::Lock::None)));

  seats.pop_back();
  EXPECT_TRUE(occupancy.take(wish(conf::Lock::None)));
}

TEST(Occupancy, M130_ALockRefusesTheSecondSession) {
  Occupancy occupancy;
  auto first = occupancy.take(wish(conf::Lock::Refuse));

  EXPECT_FALSE(occupancy.take(wish(conf::Lock::Refuse)));

  first.reset();
  EXPECT_TRUE(occupancy.take(wish(conf::Lock::Refuse)));
}

TEST(Occupancy, M130_AThiefGetsTheSeatOfTheOneItEnds) {
  Occupancy occupancy;
  int evicted = 0;
  SeatWish one = wish(conf::Lock::Steal, [&evicted] { ++evicted; });
  one.sessions_max = 1;
  const auto first = occupancy.take(one);
  ASSERT_TRUE(first);

  const auto second = occupancy.take(one);

  EXPECT_TRUE(second);
  EXPECT_EQ(evicted, 1);
}

TEST(Occupancy, LocksAreCountedAsLongAsTheyAreHeld) {
  Occupancy occupancy;
  auto shared = occupancy.take(wish(conf::Lock::None));
  EXPECT_EQ(occupancy.locks(), 0U);

  auto first = occupancy.take(wish(conf::Lock::Steal, [] {}));
  const auto second = occupancy.take(wish(conf::Lock::Steal, [] {}));
  EXPECT_EQ(occupancy.locks(), 2U);  // the first is about to leave

  first.reset();
  shared.reset();
  EXPECT_EQ(occupancy.locks(), 1U);
}

TEST(Occupancy, OtherMailboxesOfTheUserAreNotLocked) {
  Occupancy occupancy;
  const auto first = occupancy.take(wish(conf::Lock::Refuse));
  SeatWish other = wish(conf::Lock::Refuse);
  other.key.mailbox = "Archive";

  EXPECT_TRUE(occupancy.take(other));
}

TEST(Occupancy, UsersWithoutASessionAreForgotten) {
  Occupancy occupancy;
  {
    const auto seat = occupancy.take(wish(conf::Lock::Refuse));
    EXPECT_EQ(occupancy.users(), 1U);
    SeatWish none = wish(conf::Lock::None);
    none.key.user = "ann";
    none.sessions_max = 0;
    EXPECT_FALSE(occupancy.take(none));
    EXPECT_EQ(occupancy.users(), 1U);
  }
  EXPECT_EQ(occupancy.users(), 0U);
}

TEST(Occupancy, LoginsAreEarlyOnlyWithTheSameSecret) {
  Occupancy occupancy;
  const net::Time now{hours(100)};
  net::Digest login{};
  net::Digest other{};
  other.front() = 1;
  occupancy.note_login(login, seconds(60), now);

  EXPECT_TRUE(occupancy.is_early(login, seconds(60), now + seconds(59)));
  EXPECT_FALSE(occupancy.is_early(login, seconds(60), now + seconds(60)));
  EXPECT_FALSE(occupancy.is_early(other, seconds(60), now + seconds(1)));
}

}  // namespace
}  // namespace postern::proxy
