// What is recorded is what can be read, to the nanosecond and the octet.

#include "metrics/recorder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <vector>

namespace postern::metrics {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// The cells of a histogram: buckets, what is above them, the sum.
std::vector<std::uint64_t> cells_of(const Recorder& recorder, std::uint32_t first, Bounds bounds) {
  std::vector<std::uint64_t> cells(bounds.size() + 2);
  for (std::size_t i = 0; i < cells.size(); ++i)
    cells[i] = recorder.at(first + i);
  return cells;
}

TEST(Recorder, StartsAtZero) {
  const Recorder recorder;

  EXPECT_EQ(recorder.at(kMetrics.messages_retrieved().cell), 0U);
}

TEST(Recorder, CountsByOneOrByMore) {
  Recorder recorder;

  recorder.add(kMetrics.client_sent(Protocol::Pop3));
  recorder.add(kMetrics.client_sent(Protocol::Pop3), 5'000'000'000);

  EXPECT_EQ(recorder.at(kMetrics.client_sent(Protocol::Pop3).cell), 5'000'000'001U);
}

TEST(Recorder, KeepsSeriesApart) {
  Recorder recorder;

  recorder.add(kMetrics.sessions_ended(Protocol::Pop3, EndReason::Quit));

  EXPECT_EQ(recorder.at(kMetrics.sessions_ended(Protocol::Pop3, EndReason::Drain).cell), 0U);
  EXPECT_EQ(recorder.at(kMetrics.sessions_ended(Protocol::Imap, EndReason::Quit).cell), 0U);
}

TEST(Recorder, KeepsTimeInNanoseconds) {
  Recorder recorder;

  recorder.add(kMetrics.auth_penalty(), milliseconds(1500));
  recorder.add(kMetrics.auth_penalty(), nanoseconds(1));

  EXPECT_EQ(recorder.at(kMetrics.auth_penalty().cell), 1'500'000'001U);
}

TEST(Recorder, ANegativeTimeCountsAsNone) {
  Recorder recorder;

  recorder.add(kMetrics.auth_penalty(), milliseconds(-1));
  recorder.observe(kMetrics.dns_query_duration(), milliseconds(-1));

  EXPECT_EQ(recorder.at(kMetrics.auth_penalty().cell), 0U);
  EXPECT_EQ(recorder.at(kMetrics.dns_query_duration().cell), 1U) << "lowest bucket";
}

TEST(Recorder, FollowsATotalThatSomebodyElseKeeps) {
  Recorder recorder;

  recorder.follow(kMetrics.log_dropped(), 7);
  recorder.follow(kMetrics.log_dropped(), 9);

  EXPECT_EQ(recorder.at(kMetrics.log_dropped().cell), 9U);
}

TEST(Recorder, GaugesGoUpAndDown) {
  Recorder recorder;
  const auto active = kMetrics.connections_active(static_cast<Listener>(3));

  recorder.raise(active, 5);
  recorder.lower(active);
  EXPECT_EQ(recorder.at(active.cell), 4U);

  recorder.set(active, 11);
  EXPECT_EQ(recorder.at(active.cell), 11U);
}

TEST(Recorder, ADateIsKeptInSecondsSinceTheEpoch) {
  Recorder recorder;
  const auto series = kMetrics.tls_certificate_not_after(static_cast<Certificate>(0));
  const auto year_9999 = std::chrono::sys_days(std::chrono::year(9999) / 12 / 31);

  recorder.set(series, year_9999);

  EXPECT_EQ(recorder.at(series.cell), 253'402'214'400U) << "beyond what nanoseconds can say";
}

TEST(Recorder, ABoundBelongsToItsBucket) {
  Recorder recorder;
  const auto series = kMetrics.maildrop_messages();

  recorder.observe(series, 0);
  recorder.observe(series, 1);
  recorder.observe(series, 10);
  recorder.observe(series, 11);

  EXPECT_EQ(cells_of(recorder, series.cell, series.bounds),
            (std::vector<std::uint64_t>{1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 22}));
}

TEST(Recorder, WhatIsAboveAllBoundsIsCountedBehindThem) {
  Recorder recorder;
  const auto series = kMetrics.maildrop_messages();

  recorder.observe(series, 100'001);

  EXPECT_EQ(cells_of(recorder, series.cell, series.bounds),
            (std::vector<std::uint64_t>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 100'001}));
}

TEST(Recorder, ABackendIsUpUntilSomebodySaysOtherwise) {
  const Recorder recorder;

  for (std::uint32_t upstream = 0; upstream < kNamesMax; ++upstream) {
    const auto series = kMetrics.upstream_up(static_cast<Upstream>(upstream), Backend{15});
    EXPECT_EQ(recorder.at(series.cell), 1U);
  }
}

}  // namespace
}  // namespace postern::metrics
