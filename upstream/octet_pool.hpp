// Memory that many sessions share a bound on: each takes a share for what it is going to hold, and
// gives it back by dropping the share. Any thread may call.

#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace postern::upstream {

class OctetPool;

// Octets taken from a pool; given back when this ends, which must be before the pool does.
class OctetShare {
 public:
  OctetShare() = default;

  OctetShare(OctetShare&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)), octets_(std::exchange(other.octets_, 0)) {}

  OctetShare& operator=(OctetShare&& other) noexcept;
  OctetShare(const OctetShare&) = delete;
  OctetShare& operator=(const OctetShare&) = delete;
  ~OctetShare();

  [[nodiscard]] std::uint64_t octets() const { return octets_; }

  // False if the pool had no room.
  [[nodiscard]] bool is_granted() const { return pool_ != nullptr; }

 private:
  friend class OctetPool;

  OctetShare(OctetPool& pool, std::uint64_t octets) : pool_(&pool), octets_(octets) {}

  OctetPool* pool_ = nullptr;
  std::uint64_t octets_ = 0;
};

class OctetPool {
 public:
  OctetPool() = default;
  OctetPool(const OctetPool&) = delete;
  OctetPool& operator=(const OctetPool&) = delete;

  // A share of so many octets, or one that is not granted if more than `most` would be taken then.
  // The bound comes from whoever asks, since a reload may change it.
  [[nodiscard]] OctetShare take(std::uint64_t octets, std::uint64_t most);

  [[nodiscard]] std::uint64_t taken() const { return taken_.load(std::memory_order_relaxed); }

 private:
  friend class OctetShare;

  std::atomic<std::uint64_t> taken_ = 0;
};

}  // namespace postern::upstream
