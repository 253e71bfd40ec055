// A number of places, and a queue for those who wait for one: the bound on logins under way at an
// upstream, so that a storm of clients after an outage does not become one of connections.
//
// First come, first served. The queue has a bound of its own: who finds it full fails at once with
// Kind::Limit, who waits too long with Kind::Timeout.

#pragma once

#include "net/loop.hpp"
#include "net/operation.hpp"

#include <cstddef>
#include <utility>

namespace postern::net {

class Slots;

// One taken place; given back when this ends.
class Slot {
 public:
  Slot() = default;

  Slot(Slot&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)) {}

  Slot& operator=(Slot&& other) noexcept;
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot();

 private:
  friend class TakeSlot;

  explicit Slot(Slots& slots) : slots_(&slots) {}

  Slots* slots_ = nullptr;
};

class TakeSlot final : public Operation, private Deferred {
 public:
  TakeSlot(Slots& slots, Wait wait);

  ~TakeSlot() override { abandon(); }

  Slot take() { return Slot(*slots_); }

 private:
  friend class Slots;

  void begin() override;
  void enlist() override;
  void withdraw() override;

  void run_deferred() override { done(); }

  Slots* slots_;
  TakeSlot* next_ = nullptr;
  TakeSlot* previous_ = nullptr;
  bool granted_ = false;  // holds a place, and is about to be told
};

class Slots {
 public:
  Slots(Loop& loop, std::size_t places, std::size_t queue_max)
      : loop_(loop), places_(places), queue_max_(queue_max) {}

  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;

  [[nodiscard]] TakeSlot take(Wait wait) { return {*this, wait}; }

  [[nodiscard]] std::size_t taken() const { return taken_; }

  [[nodiscard]] std::size_t queued() const { return queued_; }

 private:
  friend class Slot;
  friend class TakeSlot;

  void give_back();

  Loop& loop_;
  std::size_t places_;
  std::size_t queue_max_;
  std::size_t taken_ = 0;
  std::size_t queued_ = 0;
  TakeSlot* first_ = nullptr;
  TakeSlot* last_ = nullptr;
};

}  // namespace postern::net
