// One thread's event loop: sockets, timers, work handed over by other threads.
//
// A worker owns one Loop and everything that runs on it; only post() may be called from elsewhere.
// Time is read once a turn, so that all that happens in a turn happens at one moment. A Loop made
// with a start time has its clock turned by hand (turn_clock) and its work run by settle(): stories
// and the simulator use it, and no test sleeps.

#pragma once

#include "net/block.hpp"
#include "net/timer.hpp"

#include <uv.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace postern::net {

class TlsBuffers;  // net/tls_engine.hpp

// Work to be done later in the same or the next turn. A member of its owner; ends with it.
class Deferred {
 public:
  Deferred() = default;
  Deferred(const Deferred&) = delete;
  Deferred& operator=(const Deferred&) = delete;

  [[nodiscard]] bool is_deferred() const { return next_ != this; }

 protected:
  ~Deferred() { forget(); }

  virtual void run_deferred() {}

  void forget();

 private:
  friend class Loop;

  void put_before(Deferred& other);

  Deferred* next_ = this;
  Deferred* previous_ = this;
};

class Loop {
 public:
  // On real time.
  Loop();

  // With a clock that is turned by hand.
  explicit Loop(Time start);

  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // What runs on the loop must have ended; what still closes is waited for.
  ~Loop();

  // Runs until stop().
  void run();

  // Ends run() after this turn.
  void stop();

  // Whether its clock is turned by hand.
  [[nodiscard]] bool is_turned_by_hand() const { return by_hand_; }

  // Runs one turn, and waits for something to happen in it. For tests over sockets.
  void run_once();

  // Runs what is ready, until nothing is, without waiting and without letting time pass.
  void settle();

  // Lets time pass on a clock that is turned by hand, firing what comes due on the way.
  void turn_clock(Duration duration);

  // Hands work to this loop's thread. The only function that other threads may call.
  void post(std::function<void()> work);

  // Has `work` run soon, when the present call stack has unwound; once, however often it is
  // deferred before.
  void defer(Deferred& work);

  // Has `work` run when the loop ends, unless it ends or is forgotten before.
  void run_at_end(Deferred& work) { work.put_before(at_end_); }

  // The moment at which this turn began; milliseconds.
  [[nodiscard]] Time now() const;

  // The moment right now, for measuring; microseconds and better.
  [[nodiscard]] Time exact_now() const;

  // Counts turns: what a session may do "in one turn" is bounded by it.
  [[nodiscard]] std::uint64_t turn() const { return turn_; }

  [[nodiscard]] TimerWheel& timers() { return timers_; }

  [[nodiscard]] BlockPool& blocks() { return blocks_; }

  [[nodiscard]] TlsBuffers& tls_buffers();

  // For the files of net that talk to libuv.
  [[nodiscard]] uv_loop_t* uv() { return uv_.get(); }

 private:
  static constexpr std::size_t kTimersPerTurn = 256;  // expired sessions go in slices

  struct Queue final : Deferred {};

  void set_timer();
  void run_timers();
  bool run_posted();
  void run_deferred();

  std::unique_ptr<uv_loop_t> uv_;
  uv_prepare_t prepare_{};  // sets the timer, counts turns
  uv_idle_t idle_{};        // active while work is deferred
  uv_timer_t timer_{};
  uv_async_t async_{};

  bool by_hand_ = false;
  Time hand_now_;
  Time timer_due_ = Time::max();
  std::uint64_t turn_ = 0;

  TimerWheel timers_;
  BlockPool blocks_;
  std::unique_ptr<TlsBuffers> tls_buffers_;
  Queue deferred_;
  Queue at_end_;

  std::mutex mutex_;  // guards posted_
  std::vector<std::function<void()>> posted_;
};

}  // namespace postern::net
