// Tasks carry values down and errors up; frames go when their owner goes; stacks do not grow.

#include "net/task.hpp"

#include "net/loop.hpp"
#include "net/scope.hpp"
#include "net/sleep.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace postern::net {
namespace {

using std::chrono::seconds;

class TaskTest : public testing::Test {
 protected:
  // Runs a Task to its end, or to where it waits.
  void run(Task<> task) {
    scope_.spawn(std::move(task));
    loop_.settle();
  }

  Loop loop_{Time(seconds(1000))};
  std::vector<std::string> reported_;
  Scope scope_{[this](const Error& error) { reported_.push_back(error.detail); }};
};

Task<int> seven() {
  co_return 7;
}

Task<int> broken() {
  co_await fail(Kind::Gone, Origin::Upstream, "nothing there");
  co_return 1;
}

Task<int> passes_on() {
  co_return co_await broken() + 1;
}

Task<> puts(int& to) {
  to = co_await seven();
}

TEST_F(TaskTest, AwaitHandsOverTheValue) {
  int got = 0;

  run(puts(got));

  EXPECT_EQ(got, 7);
  EXPECT_EQ(scope_.live(), 0U);
}

Task<> looks(Result<int>& to) {
  to = co_await attempt(passes_on());
}

TEST_F(TaskTest, AnErrorPassesEveryAwaitUpToTheFirstThatLooks) {
  Result<int> got = 0;

  run(looks(got));

  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, Kind::Gone);
  EXPECT_EQ(got.error().origin, Origin::Upstream);
  EXPECT_EQ(got.error().detail, "nothing there");
}

Task<> well() {
  co_return;
}

Task<> ill() {
  co_await passes_on();
}

Task<> looks_for_errors(ErrorPtr& of_well, ErrorPtr& of_ill) {
  of_well = co_await error_of(well());
  of_ill = co_await error_of(ill());
}

TEST_F(TaskTest, WhoLooksForTheErrorAloneGetsItOrNull) {
  ErrorPtr of_well = std::make_unique<Error>();
  ErrorPtr of_ill;

  run(looks_for_errors(of_well, of_ill));

  EXPECT_EQ(of_well, nullptr);
  ASSERT_NE(of_ill, nullptr);
  EXPECT_EQ(of_ill->detail, "nothing there");
  EXPECT_EQ(scope_.live(), 0U);
}

struct Marker {
  std::string& log;
  char name;

  ~Marker() { log += name; }
};

Task<> inner(std::string& log) {
  const Marker marker{log, 'i'};
  co_await fail(Kind::Gone, Origin::Here, "gone");
}

Task<> outer(std::string& log) {
  const Marker marker{log, 'o'};
  co_await inner(log);
  log += '!';
}

Task<> watcher(std::string& log) {
  const auto got = co_await attempt(outer(log));
  log += got ? 'y' : 'n';
}

TEST_F(TaskTest, LocalsOfCoroutinesThatAnErrorPassedAreDestroyedInnermostFirst) {
  std::string log;

  run(watcher(log));

  EXPECT_EQ(log, "ion");
}

Task<> escapes() {
  co_await passes_on();
}

TEST_F(TaskTest, AnErrorThatNobodyLooksAtIsReportedByTheScope) {
  run(escapes());

  ASSERT_EQ(reported_.size(), 1U);
  EXPECT_EQ(reported_[0], "nothing there");
}

Task<int> out_of_memory() {
  throw std::bad_alloc();
  co_return 1;
}

Task<> looks_at_exception(Result<int>& to) {
  to = co_await attempt(out_of_memory());
}

TEST_F(TaskTest, F051_AnExceptionEndsItsSessionAsAnInternalErrorAndNobodyElses) {
  Result<int> got = 0;

  run(looks_at_exception(got));

  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, Kind::Internal);
}

Task<int> at_once() {
  co_return 1;
}

Task<> counts(int& sum) {
  for (int i = 0; i < 300'000; ++i)
    sum += co_await at_once();
}

TEST_F(TaskTest, ALoopOfAwaitsThatFinishAtOnceRunsInConstantStack) {
  int sum = 0;

  run(counts(sum));

  EXPECT_EQ(sum, 300'000);
}

Task<> sleeps(Loop& loop, std::string& log) {
  const Marker marker{log, 's'};
  co_await sleep_until(loop, Deadline{loop.now() + seconds(3)});
  log += 'w';
}

Task<> sleeps_twice(Loop& loop, std::string& log) {
  const Marker marker{log, 't'};
  co_await sleeps(loop, log);
  co_await sleeps(loop, log);
}

TEST_F(TaskTest, SleepsOnTheClockThatIsTurnedByHand) {
  std::string log;
  run(sleeps_twice(loop_, log));

  loop_.turn_clock(seconds(2));
  EXPECT_EQ(log, "");
  loop_.turn_clock(seconds(1));
  EXPECT_EQ(log, "ws");
  loop_.turn_clock(seconds(3));
  EXPECT_EQ(log, "wswst");
}

TEST_F(TaskTest, CancellingAScopeEndsWaitsAndUnwindsAsAnyError) {
  std::string log;
  run(sleeps_twice(loop_, log));

  scope_.cancel();

  EXPECT_EQ(log, "st");
  EXPECT_EQ(scope_.live(), 0U);
  EXPECT_TRUE(reported_.empty()) << "to be cancelled is no failure";
}

TEST_F(TaskTest, DroppingAScopeDropsWhatItHoldsWithoutWakingIt) {
  std::string log;
  {
    Scope scope([](const Error&) {});
    scope.spawn(sleeps_twice(loop_, log));
    loop_.settle();
  }

  EXPECT_EQ(log, "st");
  loop_.turn_clock(seconds(10));
  EXPECT_EQ(log, "st");
}

Task<> idles(Loop& loop, std::string& log) {
  const auto got =
      co_await attempt(sleep_until(loop, Wait(Deadline{loop.now() + seconds(60)}).drainable()));
  log += got ? 'y' : 'n';
}

Task<> waits_for_errors(Loop& loop, std::vector<ErrorPtr>& errors) {
  const Deadline soon{loop.now() + seconds(10)};
  errors.push_back(co_await error_of(sleep_until(loop, soon)));
  const Wait drainable = Wait(Deadline{loop.now() + seconds(60)}).drainable();
  errors.push_back(co_await error_of(sleep_until(loop, drainable)));
}

TEST_F(TaskTest, AWaitCanBeLookedAtForItsErrorAlone) {
  std::vector<ErrorPtr> errors;
  run(waits_for_errors(loop_, errors));

  loop_.turn_clock(seconds(10));
  scope_.drain();

  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0], nullptr);
  ASSERT_NE(errors[1], nullptr);
  EXPECT_EQ(errors[1]->kind, Kind::Cancelled);
}

TEST_F(TaskTest, DrainingEndsTheWaitsBetweenCommandsOnly) {
  std::string busy;
  std::string idle;
  run(sleeps(loop_, busy));
  run(idles(loop_, idle));

  scope_.drain();

  EXPECT_EQ(idle, "n");
  EXPECT_EQ(busy, "");
  loop_.turn_clock(seconds(3));
  EXPECT_EQ(busy, "ws");
}

TEST_F(TaskTest, ADrainingScopeRefusesNewWaitsBetweenCommands) {
  std::string log;
  scope_.drain();

  run(idles(loop_, log));

  EXPECT_EQ(log, "n");
}

TEST_F(TaskTest, TellsOnceWhenItIsEmpty) {
  std::string log;
  int empty = 0;
  run(sleeps(loop_, log));
  scope_.when_empty([&] { ++empty; });
  EXPECT_EQ(empty, 0);

  loop_.turn_clock(seconds(3));

  EXPECT_EQ(empty, 1);
}

}  // namespace
}  // namespace postern::net
