// Whether an address of an upstream deserves another connection right now.
//
// After five failures in a row, or when half of the last twenty tries failed, the breaker opens:
// for a while nobody is sent there, sessions hear a temporary refusal at once instead of waiting
// for a time-out each. Then one session goes first, as a probe; if it fails the pause doubles, up
// to a bound and with chance in it, so that many gateways do not come back in step. A state is held
// for some seconds at least: a flapping upstream does not make us flap.

#pragma once

#include "net/random.hpp"
#include "net/timer.hpp"

#include <bitset>
#include <cstddef>

namespace postern::upstream {

struct BreakerSettings {
  unsigned failures_in_a_row = 5;
  unsigned window = 20;          // last tries that are remembered, at most kWindowMax
  unsigned failed_percent = 50;  // of a full window
  net::Duration hold = std::chrono::seconds(5);
  net::Duration pause = std::chrono::milliseconds(500);
  net::Duration pause_max = std::chrono::seconds(30);
};

class Breaker {
 public:
  static constexpr unsigned kWindowMax = 64;

  explicit Breaker(const BreakerSettings& settings) : settings_(settings) {}

  enum class State : unsigned char { Closed, Open, Probing };

  // Whether to try now. A `true` while not closed makes the caller the probe: it must report.
  [[nodiscard]] bool permits(net::Time now);

  // How a try went. Answers whether the state changed.
  bool succeeded(net::Time now);
  bool failed(net::Time now, net::Random& random);

  // The probe ended without telling anything about the upstream; the next one may probe.
  void abandoned();

  [[nodiscard]] State state() const { return state_; }

  // Of the present state.
  [[nodiscard]] net::Time since() const { return since_; }

  [[nodiscard]] unsigned failures_in_a_row() const { return in_a_row_; }

 private:
  void open(net::Time now, net::Random& random);

  BreakerSettings settings_;
  State state_ = State::Closed;
  net::Time since_{};
  net::Time retry_at_{};
  net::Duration pause_{};
  unsigned in_a_row_ = 0;
  std::bitset<kWindowMax> window_;  // 1: failed
  unsigned tries_ = 0;              // remembered in window_
  unsigned next_ = 0;
};

}  // namespace postern::upstream
