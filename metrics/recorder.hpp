// Where one thread writes down what happens.
//
// Each thread that counts has a Recorder of its own, which it gets from the Registry and keeps as
// long as the process lives. Recording is a plain addition to a number that no other thread writes:
// no lock, no allocation, no locked instruction, two nanoseconds. Anybody may read the numbers
// meanwhile; a reader may find a histogram's sum a moment ahead of or behind its buckets.

#pragma once

#include "metrics/catalogue.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace postern::metrics {

class Recorder {
 public:
  Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder() = default;

  // Counters go up by a number, or by the time that passed.
  void add(Series<Kind::Counter, Measure::Count> series, std::uint64_t count = 1) noexcept {
    bump(series.cell, count);
  }

  void add(Series<Kind::Counter, Measure::Seconds> series,
           std::chrono::nanoseconds elapsed) noexcept {
    bump(series.cell, raw(elapsed));
  }

  // A counter whose total somebody else keeps. It must not go down.
  template <Measure M>
  void follow(Series<Kind::Counter, M> series, Amount<Kind::Counter, M> total) noexcept {
    put(series.cell, raw(total));
  }

  // Gauges are set by the one thread that knows, or raised and lowered by all: what is shown is the
  // sum over the threads, so one may raise what another lowers.
  template <Measure M>
  void set(Series<Kind::Gauge, M> series, Amount<Kind::Gauge, M> amount) noexcept {
    put(series.cell, raw(amount));
  }

  void raise(Series<Kind::Gauge, Measure::Count> series, std::int64_t by = 1) noexcept {
    bump(series.cell, raw(by));
  }

  void lower(Series<Kind::Gauge, Measure::Count> series, std::int64_t by = 1) noexcept {
    bump(series.cell, raw(-by));
  }

  // A negative amount counts as none.
  template <Measure M>
  void observe(Series<Kind::Histogram, M> series, Amount<Kind::Histogram, M> amount) noexcept {
    const Bounds bounds = series.bounds;
    const std::uint64_t value = raw(amount);
    std::size_t bucket = 0;
    while (bucket < bounds.size() && value > static_cast<std::uint64_t>(bounds[bucket]))
      ++bucket;
    bump(series.cell + bucket, 1);
    bump(series.cell + bounds.size() + 1, value);
  }

  // What stands in a cell: for the exposition.
  [[nodiscard]] std::uint64_t at(std::size_t cell) const noexcept {
    return cells_[cell].load(std::memory_order_relaxed);
  }

 private:
  static std::uint64_t raw(std::uint64_t count) noexcept { return count; }

  static std::uint64_t raw(std::int64_t count) noexcept {
    return static_cast<std::uint64_t>(count);
  }

  static std::uint64_t raw(std::chrono::nanoseconds elapsed) noexcept {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(elapsed.count(), 0));
  }

  static std::uint64_t raw(std::chrono::sys_seconds date) noexcept {
    return static_cast<std::uint64_t>(date.time_since_epoch().count());
  }

  void put(std::size_t cell, std::uint64_t value) noexcept {
    cells_[cell].store(value, std::memory_order_relaxed);
  }

  void bump(std::size_t cell, std::uint64_t by) noexcept { put(cell, at(cell) + by); }

  std::vector<std::atomic<std::uint64_t>> cells_;
};

}  // namespace postern::metrics
