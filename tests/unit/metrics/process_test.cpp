// The process_* metrics are what the kernel says about this process.

#include "metrics/process.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <latch>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace postern::metrics {
namespace {

template <class Gauge>
std::int64_t report(const Gauge& gauge) {
  Recorder recorder;
  ProcessFacts().report(recorder);
  return static_cast<std::int64_t>(recorder.at(gauge().cell));
}

TEST(ProcessFacts, CountsOpenDescriptors) {
  const std::int64_t before = report(kMetrics.process_open_fds);
  const int one_more = dup(STDERR_FILENO);

  EXPECT_EQ(report(kMetrics.process_open_fds), before + 1);

  close(one_more);
  EXPECT_EQ(report(kMetrics.process_open_fds), before);
}

TEST(ProcessFacts, KnowsTheLimitOfDescriptors) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);

  EXPECT_EQ(report(kMetrics.process_max_fds), static_cast<std::int64_t>(limit.rlim_cur));
}

TEST(ProcessFacts, CountsThreads) {
  std::latch done(1);
  const auto wait = [&done] { done.wait(); };
  const std::jthread first(wait);  // a sanitizer starts a thread of its own along with it
  const std::int64_t before = report(kMetrics.process_threads);
  const std::jthread second(wait);

  EXPECT_EQ(report(kMetrics.process_threads), before + 1);
  done.count_down();
}

TEST(ProcessFacts, KnowsMemory) {
  const std::int64_t resident = report(kMetrics.process_resident_memory);

  EXPECT_GT(resident, 1 << 20);
  EXPECT_GE(report(kMetrics.process_virtual_memory), resident);
}

TEST(ProcessFacts, KnowsWhenTheProcessStarted) {
  const auto now = std::chrono::system_clock::now().time_since_epoch() / std::chrono::seconds(1);
  const std::int64_t started = report(kMetrics.process_start_time);

  EXPECT_LE(started, now);
  EXPECT_GT(started, now - 600) << "this test does not run for ten minutes";
}

TEST(ProcessFacts, CpuTimeGrowsWithWork) {
  Recorder recorder;
  const ProcessFacts facts;
  const auto cpu = [&] {
    facts.report(recorder);
    return std::chrono::nanoseconds(recorder.at(kMetrics.process_cpu().cell));
  };

  const auto before = cpu();
  while (cpu() == before) {
  }

  EXPECT_GT(cpu(), before);
}

}  // namespace
}  // namespace postern::metrics
