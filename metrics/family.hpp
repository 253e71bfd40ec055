// A metric as data, without the types of its labels: what an exposition, a reference page or a test
// walks through. metric.hpp has the typed side of the same thing.

#pragma once

#include "metrics/label.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace postern::metrics {

enum class Kind : std::uint8_t { Counter, Gauge, Histogram };

// What is counted: things (and octets), time that passed, or a point in time.
enum class Measure : std::uint8_t { Count, Seconds, Date };

// How the gauges of several threads make one.
enum class Merge : std::uint8_t {
  Sum,  // each thread has its share
  Any,  // 1 as soon as one thread says so; starts at 0
  All,  // 1 as long as no thread says otherwise; starts at 1
};

// Upper bounds of a histogram's buckets, in nanoseconds or in things.
using Bounds = std::span<const std::int64_t>;

// A label without its type, for those who walk through the catalogue.
struct LabelShape {
  std::string_view key;
  Source source = Source::Fixed;
  std::uint32_t size = 0;
  std::span<const std::string_view> values;
};

inline constexpr std::size_t kLabelsMax = 4;  // of one metric

// A metric without its types. Its series lie one behind the other in `cells` cells from `first`.
struct Family {
  std::string_view name;
  std::string_view help;
  Kind kind = Kind::Counter;
  Measure measure = Measure::Count;
  Merge merge = Merge::Sum;
  Bounds bounds;
  std::array<LabelShape, kLabelsMax> label_room{};
  std::size_t label_count = 0;
  std::uint32_t first = 0;

  [[nodiscard]] constexpr std::span<const LabelShape> labels() const {
    return std::span(label_room).first(label_count);
  }

  // Cells of one series: a histogram has its buckets, the one above the last bound, and the sum.
  [[nodiscard]] constexpr std::uint32_t width() const {
    return kind == Kind::Histogram ? static_cast<std::uint32_t>(bounds.size()) + 2 : 1;
  }

  [[nodiscard]] constexpr std::uint32_t series() const {
    std::uint32_t product = 1;
    for (const LabelShape& label : labels())
      product *= label.size;
    return product;
  }
};

// Gives each metric of the catalogue its cells.
class Layout {
 public:
  constexpr std::uint32_t place(Family family) {
    family.first = cells_;
    cells_ += family.series() * family.width();
    room_.at(count_++) = family;
    return family.first;
  }

  [[nodiscard]] constexpr std::span<const Family> families() const {
    return std::span(room_).first(count_);
  }

  [[nodiscard]] constexpr std::uint32_t cells() const { return cells_; }

 private:
  std::array<Family, 96> room_;
  std::size_t count_ = 0;
  std::uint32_t cells_ = 0;
};

}  // namespace postern::metrics
