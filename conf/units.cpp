// Each unit is a row of a table, so that reading and showing cannot disagree. Numbers are
// bounded before they are multiplied: no text can make a sum wrap.

#include "conf/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <iterator>
#include <limits>
#include <optional>

namespace postern::conf {

namespace {

constexpr std::string_view kDurationHint =
    R"(a duration is text with units, such as "250ms", "30s" or "1h30m")";
constexpr std::string_view kSizeHint =
    R"(a size is text with its unit, such as "512B", "64KiB" or "25MB")";
constexpr std::string_view kRateHint = R"(a rate is text such as "60/min"; s, min, h or d)";
constexpr std::string_view kPercentHint = R"(a percentage is text such as "75%")";

struct Unit {
  std::string_view name;
  std::int64_t worth;
};

// In milliseconds, from large to small.
constexpr std::array kDurationUnits{Unit{"d", 86'400'000},
                                    Unit{"h", 3'600'000},
                                    Unit{"m", 60'000},
                                    Unit{"s", 1'000},
                                    Unit{"ms", 1}};

// In octets. What is shown uses the first that divides the size, so binary units come first.
constexpr std::array kSizeUnits{Unit{"TiB", 1LL << 40U},
                                Unit{"GiB", 1LL << 30U},
                                Unit{"MiB", 1LL << 20U},
                                Unit{"KiB", 1LL << 10U},
                                Unit{"TB", 1'000'000'000'000},
                                Unit{"GB", 1'000'000'000},
                                Unit{"MB", 1'000'000},
                                Unit{"kB", 1'000},
                                Unit{"B", 1}};

// In seconds.
constexpr std::array kRateUnits{Unit{"s", 1}, Unit{"min", 60}, Unit{"h", 3'600}, Unit{"d", 86'400}};

// A hundred years: what is longer is a mistake, and sums of it cannot overflow.
constexpr std::int64_t kDurationMax = 36'525LL * 86'400'000LL;

std::unexpected<std::string> refusal(std::string_view hint) {
  return std::unexpected(std::string(hint));
}

// The number at the start of the text, which is taken off; nothing if there is none or it is vast.
std::optional<std::int64_t> take_number(std::string_view& text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  std::int64_t number = 0;
  const auto got = std::from_chars(text.begin(), text.end(), number);
  if (got.ec != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(got.ptr - text.begin()));
  return number;
}

template <std::size_t N>
const Unit* find_unit(const std::array<Unit, N>& units, std::string_view name) {
  const auto* const found = std::ranges::find(units, name, &Unit::name);
  return found == units.end() ? nullptr : found;
}

// The unit at the start of the text, up to the next digit, which is taken off.
const Unit* take_duration_unit(std::string_view& text) {
  const auto end = std::min(text.find_first_of("0123456789"), text.size());
  const Unit* unit = find_unit(kDurationUnits, text.substr(0, end));
  text.remove_prefix(end);
  return unit;
}

}  // namespace

std::expected<Duration, std::string> parse_duration(std::string_view text) {
  std::int64_t total = 0;
  std::int64_t last_worth = std::numeric_limits<std::int64_t>::max();
  if (text.empty()) return refusal(kDurationHint);
  while (!text.empty()) {
    const auto number = take_number(text);
    if (!number) return refusal(kDurationHint);
    const Unit* unit = take_duration_unit(text);
    if (unit == nullptr || unit->worth >= last_worth) return refusal(kDurationHint);
    if (*number > kDurationMax / unit->worth) return refusal(kDurationHint);
    total += *number * unit->worth;
    if (total > kDurationMax) return refusal(kDurationHint);
    last_worth = unit->worth;
  }
  return Duration{total};
}

std::expected<Size, std::string> parse_size(std::string_view text) {
  const auto number = take_number(text);
  const Unit* unit = find_unit(kSizeUnits, text);
  if (!number || unit == nullptr) return refusal(kSizeHint);
  if (*number > std::numeric_limits<std::int64_t>::max() / unit->worth) return refusal(kSizeHint);
  return Size{static_cast<std::uint64_t>(*number * unit->worth)};
}

std::expected<Rate, std::string> parse_rate(std::string_view text) {
  const auto number = take_number(text);
  if (!number || text.empty() || text.front() != '/') return refusal(kRateHint);
  const Unit* unit = find_unit(kRateUnits, text.substr(1));
  if (unit == nullptr || *number == 0) return refusal(kRateHint);
  if (*number > std::numeric_limits<std::uint32_t>::max()) return refusal(kRateHint);
  return Rate{static_cast<std::uint32_t>(*number), std::chrono::seconds{unit->worth}};
}

std::expected<Percent, std::string> parse_percent(std::string_view text) {
  const auto number = take_number(text);
  if (!number || text != "%" || *number > 100) return refusal(kPercentHint);
  return Percent{static_cast<std::uint32_t>(*number)};
}

std::string show(Duration duration) {
  if (duration == Duration::zero()) return "0s";
  std::string text;
  std::int64_t left = duration.count();
  for (const auto& [name, worth] : kDurationUnits) {
    if (left >= worth) fmt::format_to(std::back_inserter(text), "{}{}", left / worth, name);
    left %= worth;
  }
  return text;
}

std::string show(Size size) {
  const auto divides = [size](const Unit& unit) {
    const auto worth = static_cast<std::uint64_t>(unit.worth);
    return size.octets >= worth && size.octets % worth == 0;
  };
  const auto* const unit = std::ranges::find_if(kSizeUnits, divides);
  if (unit == kSizeUnits.end()) return "0B";
  return fmt::format("{}{}", size.octets / static_cast<std::uint64_t>(unit->worth), unit->name);
}

std::string show(Rate rate) {
  const auto* const unit = std::ranges::find(kRateUnits, rate.per.count(), &Unit::worth);
  if (unit == kRateUnits.end()) return fmt::format("{}/{}s", rate.events, rate.per.count());
  return fmt::format("{}/{}", rate.events, unit->name);
}

std::string show(Percent percent) {
  return fmt::format("{}%", percent.hundredths);
}

}  // namespace postern::conf
