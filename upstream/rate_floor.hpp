// How slowly an upstream may send a mail before it is as good as one that hangs.

#pragma once

#include "net/timer.hpp"

#include <chrono>
#include <cstdint>

namespace postern::upstream {

// Octets over a stretch of waiting, in which the time that we spent elsewhere does not count.
class RateFloor {
 public:
  static constexpr net::Duration kStretch = std::chrono::seconds(60);

  explicit RateFloor(std::uint64_t octets_per_second) : per_second_(octets_per_second) {}

  // So many octets came after so long a wait. False: too slow.
  [[nodiscard]] bool keeps_up(net::Duration waited, std::uint64_t octets);

 private:
  std::uint64_t per_second_;
  net::Duration waited_{};
  std::uint64_t octets_ = 0;
};

}  // namespace postern::upstream
