// Counting what is held.

#include "upstream/octet_pool.hpp"

namespace postern::upstream {

OctetShare& OctetShare::operator=(OctetShare&& other) noexcept {
  std::swap(pool_, other.pool_);
  std::swap(octets_, other.octets_);
  return *this;
}

OctetShare::~OctetShare() {
  if (pool_ != nullptr) pool_->taken_.fetch_sub(octets_, std::memory_order_relaxed);
}

OctetShare OctetPool::take(std::uint64_t octets, std::uint64_t most) {
  std::uint64_t taken = taken_.load(std::memory_order_relaxed);
  do {
    if (octets > most || taken > most - octets) return {};
  } while (!taken_.compare_exchange_weak(taken, taken + octets, std::memory_order_relaxed));
  return {*this, octets};
}

}  // namespace postern::upstream
