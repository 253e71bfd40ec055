// The buckets of all histograms, by their upper bounds. There are few sets, so that series can be
// compared with each other; a new one needs a thing that is waited for on another scale.

#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace postern::metrics {

// Bounds in any unit of time, kept in nanoseconds.
template <class Unit, class... Number>
consteval auto bounds_in(Number... bounds) {
  return std::array{std::int64_t{std::chrono::nanoseconds(Unit(bounds)).count()}...};
}

// What a user waits for: 1 ms to 30 s.
inline constexpr auto kLatency = bounds_in<std::chrono::microseconds>(1'000,
                                                                      2'500,
                                                                      5'000,
                                                                      10'000,
                                                                      25'000,
                                                                      50'000,
                                                                      100'000,
                                                                      250'000,
                                                                      500'000,
                                                                      1'000'000,
                                                                      2'500'000,
                                                                      5'000'000,
                                                                      10'000'000,
                                                                      30'000'000);

// What should take no time: 0.1 ms to 1 s.
inline constexpr auto kShort = bounds_in<std::chrono::microseconds>(100,
                                                                    250,
                                                                    500,
                                                                    1'000,
                                                                    2'500,
                                                                    5'000,
                                                                    10'000,
                                                                    25'000,
                                                                    50'000,
                                                                    100'000,
                                                                    250'000,
                                                                    500'000,
                                                                    1'000'000);

// How long a session lasts: 1 s to a day.
inline constexpr auto kSession =
    bounds_in<std::chrono::seconds>(1, 5, 15, 60, 300, 900, 3'600, 14'400, 86'400);

// How much mail waits.
inline constexpr std::array<std::int64_t, 10> kMessages = {
    0, 10, 50, 100, 500, 1'000, 5'000, 10'000, 50'000, 100'000};

// How large a message is: 1 KiB to 256 MiB.
inline constexpr std::array<std::int64_t, 10> kSizes = {std::int64_t{1} << 10,
                                                        std::int64_t{1} << 12,
                                                        std::int64_t{1} << 14,
                                                        std::int64_t{1} << 16,
                                                        std::int64_t{1} << 18,
                                                        std::int64_t{1} << 20,
                                                        std::int64_t{1} << 22,
                                                        std::int64_t{1} << 24,
                                                        std::int64_t{1} << 26,
                                                        std::int64_t{1} << 28};

}  // namespace postern::metrics
