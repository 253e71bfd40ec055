// Waiting for time to pass.

#pragma once

#include "net/loop.hpp"
#include "net/operation.hpp"

namespace postern::net {

class Sleep final : public Operation {
 public:
  Sleep(Loop& loop, Wait wait) : Operation(loop, wait, Origin::Here) {}

  Sleep(Sleep&&) = default;

  ~Sleep() override { abandon(); }

  void take() const {}

 private:
  void begin() override {}

  void enlist() override {}

  void withdraw() override {}

  void timed_out() override { done(); }
};

// Goes on at that moment. The one wait whose end in time is success.
[[nodiscard]] inline Sleep sleep_until(Loop& loop, Wait until) {
  return {loop, until};
}

}  // namespace postern::net
