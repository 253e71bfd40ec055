// Blocks: a header with the octets right behind it, in one piece of memory.

#include "net/block.hpp"

#include "wire/secret.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace postern::net {

namespace {

// They travel in small blocks.
bool may_hold_credentials(const Block& block) {
  return block.capacity() <= BlockPool::kSmall;
}

}  // namespace

std::size_t Block::append(std::string_view octets) {
  const std::size_t count = std::min(octets.size(), room().size());
  if (count > 0) std::memcpy(room().data(), octets.data(), count);
  filled(count);
  return count;
}

void Block::wipe_taken() {
  wire::wipe(std::span<char>(data(), begin_));
}

void Block::compact() {
  const std::size_t count = size();
  if (begin_ > 0 && count > 0) std::memmove(data(), data() + begin_, count);
  // Where they were before is behind the end now, out of reach of whoever wipes the block.
  if (may_hold_credentials(*this)) wire::wipe(std::span<char>(data() + count, end_ - count));
  begin_ = 0;
  end_ = static_cast<std::uint32_t>(count);
}

BlockPool::~BlockPool() {
  for (Shelf* shelf : {&small_, &large_}) {
    while (shelf->first != nullptr)
      std::free(std::exchange(shelf->first, shelf->first->next_));
  }
}

Block* BlockPool::get(std::size_t octets) {
  const bool odd = octets < kSmall / 2 || octets > kLarge;
  const std::size_t capacity = odd ? octets : (octets <= kSmall ? kSmall : kLarge);
  Shelf* shelf = shelf_of(capacity);
  Block* block = nullptr;
  if (shelf != nullptr && shelf->first != nullptr) {
    block = std::exchange(shelf->first, shelf->first->next_);
    --shelf->count;
  } else {
    void* memory = std::malloc(sizeof(Block) + capacity);
    if (memory == nullptr) return nullptr;
    block = new (memory) Block(capacity);
  }
  block->next_ = nullptr;
  block->begin_ = 0;
  block->end_ = 0;
  held_ += capacity;
  return block;
}

void BlockPool::put(Block* block) {
  if (block == nullptr) return;
  held_ -= block->capacity_;
  // Whoever gets the memory next finds none (T-063).
  if (may_hold_credentials(*block)) wire::wipe(std::span<char>(block->data(), block->end_));
  Shelf* shelf = shelf_of(block->capacity_);
  if (shelf == nullptr || shelf->count == kSpares) {
    std::free(block);
    return;
  }
  block->next_ = std::exchange(shelf->first, block);
  ++shelf->count;
}

BlockPool::Shelf* BlockPool::shelf_of(std::size_t capacity) {
  if (capacity == kSmall) return &small_;
  if (capacity == kLarge) return &large_;
  return nullptr;
}

bool BlockQueue::append(std::string_view octets) {
  while (!octets.empty()) {
    if (last_ != nullptr) {
      const std::size_t taken = last_->append(octets);
      octets_ += taken;
      octets.remove_prefix(taken);
      if (octets.empty()) return true;
    }
    Block* block = pool_.get(std::clamp(octets.size(), BlockPool::kSmall, BlockPool::kLarge));
    if (block == nullptr) return false;
    (last_ != nullptr ? last_->next_ : first_) = block;
    last_ = block;
  }
  return true;
}

Block* BlockQueue::pop() {
  if (first_ == nullptr) return nullptr;
  Block* block = std::exchange(first_, first_->next_);
  if (first_ == nullptr) last_ = nullptr;
  octets_ -= block->size();
  block->next_ = nullptr;
  return block;
}

void BlockQueue::clear() {
  while (Block* block = pop())
    pool_.put(block);
}

}  // namespace postern::net
