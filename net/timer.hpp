// Points in time, and a wheel of many cheap timers.
//
// A session holds one or two timers that are moved with each octet and hardly ever fire, so moving
// one must cost nanoseconds: a hierarchical timing wheel, five levels of 64 slots, ticks of one
// millisecond. Level k holds what is due in less than 64^(k+1) ticks; a slot is dealt out to the
// level below when its time begins. A bit mask per level says which slots hold anything, so the
// next moment at which something has to happen is found without a search, and an idle process does
// not tick.
//
// Times are on the loop's own monotonic clock, which tests turn by hand. Nothing here is atomic.

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace postern::net {

using Duration = std::chrono::steady_clock::duration;
using Time = std::chrono::steady_clock::time_point;

// The moment at which a wait ends in Kind::Timeout. Several waits may share one.
struct Deadline {
  Time at;

  // Whichever comes first.
  [[nodiscard]] Deadline or_earlier(Time other) const { return {other < at ? other : at}; }
};

// A wait that ends when the peer has been silent for so long: each octet that moves starts it anew.
struct Idle {
  Duration span;
};

// A member of whoever wants to be told that time has passed. Owned by its containing object; ends
// with it.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  [[nodiscard]] bool armed() const { return link_ != nullptr; }

  void disarm();

 protected:
  ~Timer() { disarm(); }

  // The moment has come. The timer is disarmed already and may be armed again from here.
  virtual void expired() = 0;

 private:
  friend class TimerWheel;

  Timer* next_ = nullptr;
  Timer** link_ = nullptr;  // what points at us; null while disarmed
  std::uint64_t due_ = 0;   // tick
};

class TimerWheel {
 public:
  explicit TimerWheel(Time start) : start_(start) {}

  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;
  ~TimerWheel();

  // Arms or moves a timer. It fires in the first advance() at or after `due`, never before.
  void arm(Timer& timer, Time due);

  // Turns the wheel to `now` and fires what is due, in the order of ticks, at most `fired_max`
  // timers. True if everything due has fired; otherwise call again, after others had their turn.
  bool advance(Time now, std::size_t fired_max);

  // When advance() has something to do next: exact for what is near, a lower bound for what is far.
  [[nodiscard]] std::optional<Time> next();

 private:
  static constexpr unsigned kLevels = 5;
  static constexpr unsigned kBits = 6;
  static constexpr std::uint64_t kSlots = 1U << kBits;
  static constexpr std::uint64_t kTicksMax = (1ULL << (kLevels * kBits)) - 1;  // about 12 days

  struct Level {
    std::array<Timer*, kSlots> slots{};
    std::uint64_t occupied = 0;  // a set bit may be stale: disarming does not know its slot
  };

  void place(Timer& timer);
  void deal_out(unsigned level);
  [[nodiscard]] std::uint64_t ticks_until(Time time) const;
  [[nodiscard]] std::optional<std::uint64_t> next_tick();

  Time start_;
  std::uint64_t now_ = 0;  // tick that was reached; its slot on level 0 may still hold timers
  std::array<Level, kLevels> levels_;
};

}  // namespace postern::net
