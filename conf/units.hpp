// Durations, sizes, rates and percentages as text, both directions.
//
// A number without its unit is never accepted: "600" does not say whether it means seconds. What is
// shown is the shortest form that reads back as the same value. The error of a parser says what
// would be right.

#pragma once

#include "conf/values.hpp"

#include <expected>
#include <string>
#include <string_view>

namespace postern::conf {

// "250ms", "30s", "1h30m", "7d": whole numbers, units from large to small, each once.
std::expected<Duration, std::string> parse_duration(std::string_view text);

// "512B", "64KiB", "25MB": one whole number; KiB, MiB, GiB, TiB count in 1024, kB, MB, GB, TB in
// 1000.
std::expected<Size, std::string> parse_size(std::string_view text);

// "60/min": a whole number above zero; s, min, h, d.
std::expected<Rate, std::string> parse_rate(std::string_view text);

// "75%": 0 to 100.
std::expected<Percent, std::string> parse_percent(std::string_view text);

std::string show(Duration duration);
std::string show(Size size);
std::string show(Rate rate);
std::string show(Percent percent);

}  // namespace postern::conf
