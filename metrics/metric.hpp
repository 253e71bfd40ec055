// What a metric is: a family of series that differ in their labels.
//
// A metric is a constant of the catalogue. Called with one value for each of its labels it gives a
// Series, which is the place of one number (or one histogram) in a Recorder:
//
//   recorder.add(kMetrics.auth_attempts(Protocol::Pop3, Mechanism::Plain, AuthResult::Ok));
//
// Labels of another type or in another order do not compile. The place is computed from the labels
// as from the digits of a number whose digits have different bases; where they are constants, the
// compiler does that.

#pragma once

#include "metrics/family.hpp"

#include <array>
#include <cassert>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace postern::metrics {

// The type in which an amount is told to a Recorder.
template <Kind K, Measure M>
using Amount = std::conditional_t<
    M == Measure::Date,
    std::chrono::sys_seconds,
    std::conditional_t<M == Measure::Seconds,
                       std::chrono::nanoseconds,
                       std::conditional_t<K == Kind::Gauge, std::int64_t, std::uint64_t>>>;

// One series: where its number stands in a Recorder.
template <Kind K, Measure M>
struct Series {
  std::uint32_t cell = 0;
};

template <Measure M>
struct Series<Kind::Histogram, M> {
  std::uint32_t cell = 0;
  Bounds bounds;
};

// Which cells of a family a set of labels has.
template <Kind K, Measure M, LabelValue... L>
class Metric {
 public:
  constexpr Metric(Layout& layout,
                   std::string_view name,
                   std::string_view help,
                   Bounds bounds = {},
                   Merge merge = Merge::Sum)
      : bounds_(bounds),
        first_(layout.place({.name = name,
                             .help = help,
                             .kind = K,
                             .measure = M,
                             .merge = merge,
                             .bounds = bounds,
                             .label_room = {LabelShape{kLabel<L>.key,
                                                       kLabel<L>.source,
                                                       static_cast<std::uint32_t>(kLabel<L>.size),
                                                       kLabel<L>.values}...},
                             .label_count = sizeof...(L)})) {}

  [[nodiscard]] constexpr Series<K, M> operator()(L... labels) const {
    std::uint32_t index = 0;
    ((index = index * static_cast<std::uint32_t>(kLabel<L>.size) + digit(labels)), ...);
    if constexpr (K == Kind::Histogram) {
      const auto width = static_cast<std::uint32_t>(bounds_.size()) + 2;
      return {first_ + index * width, bounds_};
    } else {
      return {first_ + index};
    }
  }

 private:
  template <class Value>
  static constexpr std::uint32_t digit(Value value) {
    const auto digit = static_cast<std::uint32_t>(value);
    assert(digit < kLabel<Value>.size);
    return digit;
  }

  Bounds bounds_;
  std::uint32_t first_;
};

// A metric of one series that is always 1 and says all it has to say in its labels, whose texts are
// those of the binary and its configuration.
template <std::size_t N>
class Info {
 public:
  constexpr Info(Layout& layout,
                 std::string_view name,
                 std::string_view help,
                 const std::array<std::string_view, N>& keys)
      : name_(name) {
    Family family;
    family.name = name;
    family.help = help;
    family.kind = Kind::Gauge;
    family.label_count = N;
    for (std::size_t i = 0; i < N; ++i)
      family.label_room.at(i) = {
          .key = keys.at(i), .source = Source::Text, .size = 1, .values = {}};
    layout.place(family);
  }

  [[nodiscard]] constexpr std::string_view name() const { return name_; }

 private:
  std::string_view name_;
};

template <LabelValue... L>
using Counter = Metric<Kind::Counter, Measure::Count, L...>;
template <LabelValue... L>
using SecondsCounter = Metric<Kind::Counter, Measure::Seconds, L...>;
template <LabelValue... L>
using Gauge = Metric<Kind::Gauge, Measure::Count, L...>;
template <LabelValue... L>
using DateGauge = Metric<Kind::Gauge, Measure::Date, L...>;
template <LabelValue... L>
using SecondsHistogram = Metric<Kind::Histogram, Measure::Seconds, L...>;
template <LabelValue... L>
using CountHistogram = Metric<Kind::Histogram, Measure::Count, L...>;

}  // namespace postern::metrics
