// When an upstream's address is left alone, and for how long.

#include "upstream/breaker.hpp"

#include <gtest/gtest.h>

namespace postern::upstream {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using State = Breaker::State;

class BreakerTest : public testing::Test {
 protected:
  void fail(unsigned times) {
    for (unsigned i = 0; i < times; ++i)
      breaker_.failed(now_, random_);
  }

  // Time passes until it may be tried again; answers how long that took.
  net::Duration until_permitted() {
    const net::Time from = now_;
    while (!breaker_.permits(now_) && now_ < from + hours(1))
      now_ += milliseconds(10);
    return now_ - from;
  }

  Breaker breaker_{BreakerSettings{}};
  net::Random random_{1};
  net::Time now_{hours(100)};
};

TEST_F(BreakerTest, OpensAfterFiveFailuresInARow) {
  fail(4);
  EXPECT_TRUE(breaker_.permits(now_));

  EXPECT_TRUE(breaker_.failed(now_, random_));

  EXPECT_EQ(breaker_.state(), State::Open);
  EXPECT_FALSE(breaker_.permits(now_));
}

TEST_F(BreakerTest, OneSuccessBetweenThemBeginsAnew) {
  fail(4);
  breaker_.succeeded(now_);
  fail(4);

  EXPECT_EQ(breaker_.state(), State::Closed);
}

TEST_F(BreakerTest, OpensWhenHalfOfTheLastTwentyFailed) {
  for (int i = 0; i < 9; ++i) {
    breaker_.failed(now_, random_);
    breaker_.succeeded(now_);
  }
  breaker_.succeeded(now_);
  EXPECT_EQ(breaker_.state(), State::Closed);

  breaker_.failed(now_, random_);

  EXPECT_EQ(breaker_.state(), State::Open);
}

TEST_F(BreakerTest, F061_HoldsAStateForSomeSecondsAtLeast) {
  fail(5);

  EXPECT_GE(until_permitted(), seconds(5));
}

TEST_F(BreakerTest, LetsOneProbeGoFirst) {
  fail(5);
  until_permitted();

  EXPECT_EQ(breaker_.state(), State::Probing);
  EXPECT_FALSE(breaker_.permits(now_));
}

TEST_F(BreakerTest, AProbeThatSucceedsClosesIt) {
  fail(5);
  until_permitted();

  EXPECT_TRUE(breaker_.succeeded(now_));

  EXPECT_EQ(breaker_.state(), State::Closed);
  EXPECT_TRUE(breaker_.permits(now_));
}

TEST_F(BreakerTest, ProbesThatFailAreFurtherAndFurtherApartUpToABound) {
  fail(5);
  net::Duration longest{};
  for (int i = 0; i < 50; ++i) {
    longest = std::max(longest, until_permitted());
    breaker_.failed(now_, random_);
  }

  EXPECT_GT(longest, seconds(15));
  EXPECT_LE(longest, seconds(30) + milliseconds(10));
}

TEST_F(BreakerTest, AProbeThatTellsNothingMakesWayForTheNext) {
  fail(5);
  until_permitted();

  breaker_.abandoned();

  EXPECT_TRUE(breaker_.permits(now_));
}

}  // namespace
}  // namespace postern::upstream
