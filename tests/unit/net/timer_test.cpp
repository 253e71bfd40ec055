// The timing wheel: never early, never lost, in order, in slices.

#include "net/timer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

namespace postern::net {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMany = 1'000'000;

// Remembers when it fired.
class Bell final : public Timer {
 public:
  explicit Bell(const Time& now) : now_(now) {}

  [[nodiscard]] int rung() const { return rung_; }

  [[nodiscard]] Time when() const { return when_; }

 private:
  void expired() override {
    ++rung_;
    when_ = now_;
  }

  const Time& now_;
  int rung_ = 0;
  Time when_;
};

class TimerWheelTest : public testing::Test {
 protected:
  void turn(Duration by) {
    now_ += by;
    EXPECT_TRUE(wheel_.advance(now_, kMany));
  }

  Time now_{std::chrono::hours(5)};
  TimerWheel wheel_{now_};
};

TEST_F(TimerWheelTest, FiresAtItsMomentAndNotBefore) {
  Bell bell(now_);
  wheel_.arm(bell, now_ + milliseconds(100));

  turn(milliseconds(99));
  EXPECT_EQ(bell.rung(), 0);
  turn(milliseconds(1));
  EXPECT_EQ(bell.rung(), 1);
  EXPECT_FALSE(bell.armed());
}

TEST_F(TimerWheelTest, RoundsFractionsOfAMillisecondUp) {
  Bell bell(now_);
  wheel_.arm(bell, now_ + std::chrono::microseconds(1500));

  turn(std::chrono::microseconds(1500));
  EXPECT_EQ(bell.rung(), 0);
  turn(std::chrono::microseconds(500));
  EXPECT_EQ(bell.rung(), 1);
}

TEST_F(TimerWheelTest, MovingATimerForgetsItsOldMoment) {
  Bell bell(now_);
  wheel_.arm(bell, now_ + milliseconds(10));
  wheel_.arm(bell, now_ + milliseconds(5000));

  turn(milliseconds(4999));
  EXPECT_EQ(bell.rung(), 0);
  turn(milliseconds(1));
  EXPECT_EQ(bell.rung(), 1);
}

TEST_F(TimerWheelTest, ADisarmedTimerNeverFires) {
  Bell bell(now_);
  wheel_.arm(bell, now_ + milliseconds(10));
  bell.disarm();

  turn(std::chrono::hours(1));

  EXPECT_EQ(bell.rung(), 0);
}

TEST_F(TimerWheelTest, AMomentThatHasPassedFiresInTheNextAdvance) {
  Bell bell(now_);
  turn(milliseconds(700));
  wheel_.arm(bell, now_ - milliseconds(300));

  turn(milliseconds(0));

  EXPECT_EQ(bell.rung(), 1);
}

TEST_F(TimerWheelTest, F068_FiresWhatIsOverdueInSlices) {
  std::vector<std::unique_ptr<Bell>> bells;
  for (int i = 0; i < 1000; ++i) {
    bells.push_back(std::make_unique<Bell>(now_));
    wheel_.arm(*bells.back(), now_ + milliseconds(i));
  }
  const auto rung = [&] {
    return std::ranges::count_if(bells, [](const auto& bell) { return bell->rung() == 1; });
  };

  now_ += std::chrono::minutes(10);  // the process stood still
  EXPECT_FALSE(wheel_.advance(now_, 256));

  EXPECT_EQ(rung(), 256);
  EXPECT_LE(*wheel_.next(), now_) << "the rest is due at once";
  while (!wheel_.advance(now_, 256)) {
  }
  EXPECT_EQ(rung(), 1000);
}

TEST_F(TimerWheelTest, NextIsExactForWhatIsNearAndNeverTooLate) {
  EXPECT_FALSE(wheel_.next().has_value());
  Bell near(now_);
  Bell far(now_);
  wheel_.arm(near, now_ + milliseconds(7));
  wheel_.arm(far, now_ + std::chrono::hours(30));

  EXPECT_EQ(*wheel_.next(), now_ + milliseconds(7));
  turn(milliseconds(7));
  EXPECT_LE(*wheel_.next(), now_ + std::chrono::hours(30));
  EXPECT_GT(*wheel_.next(), now_ + std::chrono::hours(10)) << "an idle wheel does not tick";
}

// Against a plain list of due moments, over all levels of the wheel.
TEST_F(TimerWheelTest, AgreesWithASortedListOverRandomHistories) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::vector<std::unique_ptr<Bell>> bells;
    std::vector<Time> due(200);
    std::vector<bool> pending(200);
    for (std::size_t i = 0; i < due.size(); ++i)
      bells.push_back(std::make_unique<Bell>(now_));

    for (int step = 0; step < 400; ++step) {
      const std::size_t i = random() % bells.size();
      const auto range = std::uint64_t{1} << (random() % 31);
      switch (random() % 4) {
        case 0:
        case 1:
          due[i] = now_ + milliseconds(random() % range);
          wheel_.arm(*bells[i], due[i]);
          pending[i] = true;
          break;
        case 2:
          bells[i]->disarm();
          pending[i] = false;
          break;
        default:
          turn(milliseconds(random() % range));
      }
      for (std::size_t k = 0; k < bells.size(); ++k) {
        if (pending[k] && due[k] <= now_ && !bells[k]->armed()) pending[k] = false;
        ASSERT_EQ(bells[k]->armed(), pending[k]) << "timer " << k << " in step " << step;
        if (pending[k]) ASSERT_GE(due[k] + milliseconds(0), now_ - milliseconds(1));
      }
      Time soonest = Time::max();
      for (std::size_t k = 0; k < bells.size(); ++k) {
        if (pending[k]) soonest = std::min(soonest, due[k]);
      }
      if (soonest != Time::max()) ASSERT_LE(*wheel_.next(), soonest);
    }
  }
}

}  // namespace
}  // namespace postern::net
