// Work on other threads: who waits is told, who gave up is left alone, and the work ends either
// way.

#include "net/offload.hpp"

#include "net/loop.hpp"
#include "net/scope.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <thread>

namespace postern::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Task<> carry_out(Loop& loop,
                 std::function<void()> work,
                 Duration patience,
                 std::optional<Result<>>& end) {
  end = co_await attempt(offload(loop, std::move(work), Deadline{loop.now() + patience}));
}

void turn_until(Loop& loop, const std::function<bool()>& there) {
  for (int turn = 0; turn < 100'000 && !there(); ++turn)
    loop.run_once();
  ASSERT_TRUE(there());
}

TEST(Offload, WorksOnAnotherThread) {
  Loop loop;
  auto worker = std::make_shared<std::thread::id>();
  std::optional<Result<>> end;
  Scope scope([](const Error&) {});

  scope.spawn(
      carry_out(loop, [worker] { *worker = std::this_thread::get_id(); }, seconds(30), end));
  EXPECT_FALSE(end);
  turn_until(loop, [&] { return end.has_value(); });

  EXPECT_TRUE(end->has_value());
  EXPECT_NE(*worker, std::thread::id());
  EXPECT_NE(*worker, std::this_thread::get_id());
}

TEST(Offload, WhoGivesUpIsToldAndTheWorkStillEnds) {
  auto gate = std::make_shared<std::promise<void>>();
  const std::shared_future<void> opened = gate->get_future().share();
  auto done = std::make_shared<std::atomic<bool>>(false);
  std::optional<Result<>> end;
  {
    Loop loop;
    Scope scope([](const Error&) {});
    const auto work = [opened, done] {
      opened.wait();
      *done = true;
    };

    scope.spawn(carry_out(loop, work, milliseconds(1), end));
    turn_until(loop, [&] { return end.has_value(); });
    EXPECT_FALSE(*done);
    gate->set_value();
  }  // a loop ends when what was begun on it has ended

  EXPECT_EQ(end->error().kind, Kind::Timeout);
  EXPECT_TRUE(*done);
}

TEST(Offload, CancelledWorkLeavesNoWaiter) {
  auto gate = std::make_shared<std::promise<void>>();
  const std::shared_future<void> opened = gate->get_future().share();
  Loop loop;
  std::optional<Result<>> end;
  Scope scope([](const Error&) {});

  scope.spawn(carry_out(loop, [opened] { opened.wait(); }, seconds(30), end));
  scope.cancel();
  gate->set_value();

  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->error().kind, Kind::Cancelled);
}

TEST(Offload, IsDoneAtOnceWhereTheClockIsTurnedByHand) {
  Loop loop{Time(std::chrono::hours(1))};
  auto worker = std::make_shared<std::thread::id>();
  std::optional<Result<>> end;
  Scope scope([](const Error&) {});

  scope.spawn(
      carry_out(loop, [worker] { *worker = std::this_thread::get_id(); }, seconds(30), end));

  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(*worker, std::this_thread::get_id());
}

}  // namespace
}  // namespace postern::net
