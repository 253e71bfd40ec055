// The measure, taken anew for each stretch.

#include "upstream/rate_floor.hpp"

namespace postern::upstream {

bool RateFloor::keeps_up(net::Duration waited, std::uint64_t octets) {
  waited_ += waited;
  octets_ += octets;
  if (waited_ < kStretch) return true;
  const auto seconds =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(waited_).count());
  const bool fast_enough = octets_ >= seconds * per_second_;
  waited_ = {};
  octets_ = 0;
  return fast_enough;
}

}  // namespace postern::upstream
