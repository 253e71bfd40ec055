// Chance: unguessable in production, repeatable in tests.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace postern::net {

class Random {
 public:
  // From the operating system, by way of OpenSSL's generator.
  Random() = default;

  // The same sequence for the same seed; for tests and the simulator only.
  explicit Random(std::uint64_t seed) : state_(seed), seeded_(true) {}

  void fill(std::span<std::byte> octets);

  std::uint64_t next();

  // Evenly among 0 .. bound - 1. `bound` is at least 1.
  std::uint64_t below(std::uint64_t bound);

  // Evenly within `share` of `middle` on either side: 2 s and 0.2 give 1.6 s to 2.4 s.
  template <class Duration>
  Duration around(Duration middle, double share) {
    const double turn = static_cast<double>(below(1'000'001)) / 500'000.0 - 1.0;
    return middle + Duration(static_cast<typename Duration::rep>(
                        static_cast<double>(middle.count()) * share * turn));
  }

 private:
  std::uint64_t state_ = 0;
  bool seeded_ = false;
};

}  // namespace postern::net
