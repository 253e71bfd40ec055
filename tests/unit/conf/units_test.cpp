// Durations, sizes, rates and percentages: every unit, both directions, and what is refused. The
// borders of 32 and 64 bits are among the refusals, so that no sum can wrap.

#include "conf/units.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <utility>
#include <vector>

namespace postern::conf {
namespace {

using namespace std::chrono_literals;

TEST(Units, ReadsEachUnitOfTime) {
  EXPECT_EQ(parse_duration("250ms"), Duration{250ms});
  EXPECT_EQ(parse_duration("30s"), Duration{30s});
  EXPECT_EQ(parse_duration("10m"), Duration{10min});
  EXPECT_EQ(parse_duration("35h"), Duration{35h});
  EXPECT_EQ(parse_duration("7d"), Duration{7 * 24h});
  EXPECT_EQ(parse_duration("0s"), Duration{0s});
}

TEST(Units, ReadsTimeInSeveralUnitsFromLargeToSmall) {
  EXPECT_EQ(parse_duration("1h30m"), Duration{90min});
  EXPECT_EQ(parse_duration("1d2h3m4s5ms"), Duration{26h + 3min + 4s + 5ms});
}

TEST(Units, RefusesWhatIsNoTime) {
  for (const auto* text : {"",
                           "30",
                           "s",
                           "1.5s",
                           "30 s",
                           "-5s",
                           "30sec",
                           "30s1h",
                           "1h1h",
                           "5S",
                           "1h30",
                           "36526d",
                           "99999999999999999999s",
                           "9223372036854775807d"}) {
    const auto got = parse_duration(text);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error(), R"(a duration is text with units, such as "250ms", "30s" or "1h30m")");
  }
}

TEST(Units, ShowsTimeInTheShortestFormThatReadsBack) {
  const std::vector<std::pair<Duration, std::string>> table = {{0s, "0s"},
                                                               {250ms, "250ms"},
                                                               {90s, "1m30s"},
                                                               {600s, "10m"},
                                                               {24h, "1d"},
                                                               {25h + 1ms, "1d1h1ms"}};
  for (const auto& [value, text] : table) {
    EXPECT_EQ(show(value), text);
    EXPECT_EQ(parse_duration(text), value);
  }
}

TEST(Units, ReadsEachUnitOfSize) {
  const std::vector<std::pair<std::string, std::uint64_t>> table = {{"0B", 0},
                                                                    {"512B", 512},
                                                                    {"64KiB", 65'536},
                                                                    {"25MiB", 26'214'400},
                                                                    {"1GiB", 1'073'741'824},
                                                                    {"1TiB", 1'099'511'627'776},
                                                                    {"3kB", 3'000},
                                                                    {"25MB", 25'000'000},
                                                                    {"2GB", 2'000'000'000},
                                                                    {"1TB", 1'000'000'000'000}};
  for (const auto& [text, octets] : table)
    EXPECT_EQ(parse_size(text), Size{octets}) << text;
}

TEST(Units, RefusesWhatIsNoSize) {
  for (const auto* text : {"",
                           "512",
                           "B",
                           "1K",
                           "1KB",
                           "1k",
                           "1.5MiB",
                           "64 KiB",
                           "-1B",
                           "9999999999TiB",
                           "99999999999999999999B"}) {
    const auto got = parse_size(text);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error(), R"(a size is text with its unit, such as "512B", "64KiB" or "25MB")");
  }
}

TEST(Units, ShowsASizeInTheLargestUnitThatDividesIt) {
  const std::vector<std::pair<Size, std::string>> table = {{0_B, "0B"},
                                                           {512_B, "512B"},
                                                           {64_KiB, "64KiB"},
                                                           {1_GiB, "1GiB"},
                                                           {{25'000'000}, "25MB"},
                                                           {{2'147'483'647}, "2147483647B"}};
  for (const auto& [value, text] : table) {
    EXPECT_EQ(show(value), text);
    EXPECT_EQ(parse_size(text), value);
  }
}

TEST(Units, ReadsRatesAndShowsThemAgain) {
  const std::vector<std::pair<std::string, Rate>> table = {
      {"5/s", {5, 1s}}, {"60/min", {60, 1min}}, {"20/h", {20, 1h}}, {"1/d", {1, 24h}}};
  for (const auto& [text, rate] : table) {
    EXPECT_EQ(parse_rate(text), rate) << text;
    EXPECT_EQ(show(rate), text);
  }
}

TEST(Units, RefusesWhatIsNoRate) {
  for (const auto* text :
       {"", "60", "/min", "0/min", "60/m", "60/minute", "60 /min", "4294967296/s"}) {
    const auto got = parse_rate(text);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error(), R"(a rate is text such as "60/min"; s, min, h or d)");
  }
}

TEST(Units, ReadsPercentages) {
  EXPECT_EQ(parse_percent("0%"), Percent{0});
  EXPECT_EQ(parse_percent("100%"), Percent{100});
  EXPECT_EQ(show(Percent{75}), "75%");
  for (const auto* text : {"", "75", "%", "101%", "7.5%", "75 %"}) {
    EXPECT_FALSE(parse_percent(text)) << text;
  }
}

}  // namespace
}  // namespace postern::conf
