// Blocks of memory that octets travel in, and the pool they come from.
//
// What a stream has received and nobody has read, and what it has to send and the peer has not
// taken, lies in blocks. An idle stream owns none. Blocks of the two working sizes go back to the
// loop's pool, last in first out, so that a busy loop works in memory its processor still has at
// hand; a few odd octets are moved into a block of just their size, so that they do not hold a
// large one.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace postern::net {

class BlockPool;

class Block {
 public:
  // Octets that were put in and not yet taken out.
  [[nodiscard]] std::string_view octets() const { return {data() + begin_, end_ - begin_}; }

  [[nodiscard]] std::size_t size() const { return end_ - begin_; }

  [[nodiscard]] std::size_t capacity() const { return capacity_; }

  // Free room behind the octets. What is written there counts after filled().
  [[nodiscard]] std::span<char> room() { return {data() + end_, capacity_ - end_}; }

  void filled(std::size_t octets) { end_ += static_cast<std::uint32_t>(octets); }

  void take(std::size_t octets) { begin_ += static_cast<std::uint32_t>(octets); }

  // Copies as much as there is room for; answers how much that was.
  std::size_t append(std::string_view octets);

  // Overwrites what has been taken out.
  void wipe_taken();

  // Moves the octets to the front, so that all free room is behind them. Ends views of them.
  void compact();

 private:
  friend class BlockPool;
  friend class BlockQueue;

  explicit Block(std::size_t capacity) : capacity_(static_cast<std::uint32_t>(capacity)) {}

  [[nodiscard]] char* data() { return reinterpret_cast<char*>(this + 1); }

  [[nodiscard]] const char* data() const { return reinterpret_cast<const char*>(this + 1); }

  Block* next_ = nullptr;  // in a pool's or a queue's list
  std::uint32_t capacity_;
  std::uint32_t begin_ = 0;
  std::uint32_t end_ = 0;
};

class BlockPool {
 public:
  // The working sizes, in octets: for lines of a client, and for lists and bodies from an upstream.
  static constexpr std::size_t kSmall = std::size_t{16} << 10U;
  static constexpr std::size_t kLarge = std::size_t{256} << 10U;

  // Octets that streams of one loop may hold in blocks before large ones are no longer handed out.
  // Above it each stalled session holds tens of KiB instead of hundreds.
  static constexpr std::size_t kBudget = std::size_t{4} << 20U;

  BlockPool() = default;
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;
  ~BlockPool();

  // An empty block with room for at least so many octets, or null when memory has run out.
  [[nodiscard]] Block* get(std::size_t octets);

  void put(Block* block);

  // The size to read with now: `wished`, or small while the budget is used up.
  [[nodiscard]] std::size_t affordable(std::size_t wished) const {
    return held_ + wished > kBudget ? kSmall : wished;
  }

  // Octets in blocks that are out of the pool.
  [[nodiscard]] std::size_t held() const { return held_; }

 private:
  struct Shelf {
    Block* first = nullptr;
    std::size_t count = 0;
  };

  static constexpr std::size_t kSpares = 4;  // blocks kept of each working size

  [[nodiscard]] Shelf* shelf_of(std::size_t capacity);

  Shelf small_;
  Shelf large_;
  std::size_t held_ = 0;
};

// Octets in order, in as many blocks as they need.
class BlockQueue {
 public:
  explicit BlockQueue(BlockPool& pool) : pool_(pool) {}

  BlockQueue(const BlockQueue&) = delete;
  BlockQueue& operator=(const BlockQueue&) = delete;

  ~BlockQueue() { clear(); }

  // Copies the octets in. False when memory has run out.
  [[nodiscard]] bool append(std::string_view octets);

  // Takes the first block out; null when empty.
  [[nodiscard]] Block* pop();

  void clear();

  [[nodiscard]] bool empty() const { return first_ == nullptr; }

  [[nodiscard]] std::size_t octets() const { return octets_; }

 private:
  BlockPool& pool_;
  Block* first_ = nullptr;
  Block* last_ = nullptr;
  std::size_t octets_ = 0;
};

}  // namespace postern::net
