// Waiting for time to pass, or for nothing at all.

#pragma once

#include "net/loop.hpp"
#include "net/operation.hpp"

namespace postern::net {

class Sleep final : public Operation {
 public:
  Sleep(Loop& loop, Wait wait) : Operation(loop, wait, Origin::Here) {}

  ~Sleep() override { abandon(); }

  void take() const {}

 private:
  void begin() override {}

  void enlist() override {}

  void withdraw() override {}

  void timed_out() override { done(); }
};

// Lets everybody else have a turn.
class Breathe final : public Operation, private Deferred {
 public:
  explicit Breathe(Loop& loop) : Operation(loop, Deadline{Time::max()}, Origin::Here) {}

  ~Breathe() override { abandon(); }

  void take() const {}

 private:
  void begin() override {}

  void enlist() override { loop().defer(*this); }

  void withdraw() override { forget(); }

  void run_deferred() override { done(); }
};

// For loops that may run long without waiting for anything.
[[nodiscard]] inline Breathe breathe(Loop& loop) {
  return Breathe(loop);
}

// Goes on at that moment. The one wait whose end in time is success.
[[nodiscard]] inline Sleep sleep_until(Loop& loop, Wait until) {
  return {loop, until};
}

}  // namespace postern::net
