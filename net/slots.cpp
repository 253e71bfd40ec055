// A place that is given back goes straight to whoever waits longest; it is told of it in its own
// time, not inside the destructor that gave the place back.

#include "net/slots.hpp"

namespace postern::net {

Slot& Slot::operator=(Slot&& other) noexcept {
  if (this != &other) {
    if (slots_ != nullptr) slots_->give_back();
    slots_ = std::exchange(other.slots_, nullptr);
  }
  return *this;
}

Slot::~Slot() {
  if (slots_ != nullptr) slots_->give_back();
}

TakeSlot::TakeSlot(Slots& slots, Wait wait)
    : Operation(slots.loop_, wait, Origin::Here), slots_(&slots) {}

void TakeSlot::begin() {
  if (slots_->taken_ < slots_->places_ && slots_->first_ == nullptr) {
    ++slots_->taken_;
    return done();
  }
  if (slots_->queued_ >= slots_->queue_max_) end(Error{Kind::Limit, Origin::Here, "queue full"});
}

void TakeSlot::enlist() {
  previous_ = slots_->last_;
  (previous_ != nullptr ? previous_->next_ : slots_->first_) = this;
  slots_->last_ = this;
  ++slots_->queued_;
}

// Out of the queue: with a place that is about to be told of (done), or without (timeout, dropped).
void TakeSlot::withdraw() {
  if (granted_) {
    if (is_deferred()) slots_->give_back();  // dropped before it was told
    return;
  }
  (previous_ != nullptr ? previous_->next_ : slots_->first_) = next_;
  (next_ != nullptr ? next_->previous_ : slots_->last_) = previous_;
  --slots_->queued_;
}

void Slots::give_back() {
  TakeSlot* next = first_;
  if (next == nullptr) {
    --taken_;
    return;
  }
  next->withdraw();
  next->granted_ = true;
  loop_.defer(*next);
}

}  // namespace postern::net
