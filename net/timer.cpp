// The wheel. A timer that is d ticks away lies on level floor(log64 d), in the slot that the digit
// of its tick on that level names. When the wheel reaches the first tick of a slot's time on a
// higher level, the timers in it are placed anew and so come down, until they lie on level 0 and
// fire.

#include "net/timer.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>

namespace postern::net {

namespace {

constexpr Duration kTick = std::chrono::milliseconds(1);

}  // namespace

void Timer::disarm() {
  if (link_ == nullptr) return;
  *link_ = next_;
  if (next_ != nullptr) next_->link_ = link_;
  next_ = nullptr;
  link_ = nullptr;
}

TimerWheel::~TimerWheel() {
  for (Level& level : levels_) {
    for (Timer*& slot : level.slots) {
      while (slot != nullptr)
        slot->disarm();
    }
  }
}

void TimerWheel::arm(Timer& timer, Time due) {
  timer.disarm();
  // Rounded up, unless it is never.
  if (due <= Time::max() - kTick) due += kTick - Duration(1);
  timer.due_ = due <= start_ ? 0 : ticks_until(due);
  place(timer);
}

bool TimerWheel::advance(Time now, std::size_t fired_max) {
  const std::uint64_t target = std::max(now_, ticks_until(now));
  std::size_t fired = 0;
  while (true) {
    const auto tick = next_tick();
    if (!tick || *tick > target) {
      now_ = target;
      return true;
    }
    now_ = *tick;
    for (unsigned level = kLevels - 1; level > 0; --level) {
      const std::uint64_t below = (1ULL << (level * kBits)) - 1;
      if ((now_ & below) == 0) deal_out(level);
    }
    Timer*& slot = levels_[0].slots[now_ & (kSlots - 1)];
    while (slot != nullptr) {
      if (fired == fired_max) return false;
      ++fired;
      Timer* timer = slot;
      timer->disarm();
      timer->expired();
    }
  }
}

std::optional<Time> TimerWheel::next() {
  const auto tick = next_tick();
  if (!tick) return std::nullopt;
  return start_ + kTick * static_cast<Duration::rep>(*tick);
}

void TimerWheel::place(Timer& timer) {
  const std::uint64_t due = std::clamp(timer.due_, now_, now_ + kTicksMax);
  const std::uint64_t away = due - now_;
  const unsigned level = away == 0 ? 0 : static_cast<unsigned>(std::bit_width(away) - 1) / kBits;
  const std::uint64_t index = (due >> (level * kBits)) & (kSlots - 1);

  Timer*& slot = levels_[level].slots[index];
  timer.next_ = slot;
  if (slot != nullptr) slot->link_ = &timer.next_;
  timer.link_ = &slot;
  slot = &timer;
  levels_[level].occupied |= 1ULL << index;
}

void TimerWheel::deal_out(unsigned level) {
  const std::uint64_t index = (now_ >> (level * kBits)) & (kSlots - 1);
  levels_[level].occupied &= ~(1ULL << index);
  Timer* list = std::exchange(levels_[level].slots[index], nullptr);
  while (list != nullptr) {
    Timer* timer = list;
    list = timer->next_;
    timer->next_ = nullptr;
    timer->link_ = nullptr;
    place(*timer);
  }
}

std::uint64_t TimerWheel::ticks_until(Time time) const {
  return time <= start_ ? 0 : static_cast<std::uint64_t>((time - start_) / kTick);
}

// The next tick at which a slot of level 0 fires or one of a higher level is dealt out. A slot of a
// higher level that is being passed through right now has been dealt out, so what it holds belongs
// to the next round: distance 64, not 0.
std::optional<std::uint64_t> TimerWheel::next_tick() {
  std::optional<std::uint64_t> soonest;
  for (unsigned level = 0; level < kLevels; ++level) {
    Level& wheel = levels_[level];
    const unsigned first = level == 0 ? 0 : 1;
    const std::uint64_t here = now_ >> (level * kBits);
    const std::uint64_t turned =
        std::rotr(wheel.occupied, static_cast<int>((here + first) & (kSlots - 1)));
    for (std::uint64_t bits = turned; bits != 0; bits &= bits - 1) {
      const std::uint64_t distance = static_cast<unsigned>(std::countr_zero(bits)) + first;
      const std::uint64_t index = (here + distance) & (kSlots - 1);
      if (wheel.slots[index] == nullptr) {
        wheel.occupied &= ~(1ULL << index);
        continue;
      }
      const std::uint64_t tick = (here + distance) << (level * kBits);
      if (!soonest || tick < *soonest) soonest = tick;
      break;
    }
  }
  return soonest;
}

}  // namespace postern::net
