// The three states of a circuit breaker.

#include "upstream/breaker.hpp"

#include <algorithm>

namespace postern::upstream {

bool Breaker::permits(net::Time now) {
  switch (state_) {
    case State::Closed:
      return true;
    case State::Probing:
      return false;
    case State::Open:
      if (now < retry_at_) return false;
      state_ = State::Probing;
      return true;
  }
  return true;
}

bool Breaker::succeeded(net::Time now) {
  in_a_row_ = 0;
  if (state_ != State::Closed) {
    state_ = State::Closed;
    since_ = now;
    pause_ = {};
    window_.reset();
    tries_ = 0;
    return true;
  }
  window_[next_] = false;
  next_ = (next_ + 1) % settings_.window;
  tries_ = std::min(tries_ + 1, settings_.window);
  return false;
}

bool Breaker::failed(net::Time now, net::Random& random) {
  ++in_a_row_;
  if (state_ == State::Open) return false;  // an old try that ends late
  if (state_ == State::Probing) {
    open(now, random);
    return false;
  }
  window_[next_] = true;
  next_ = (next_ + 1) % settings_.window;
  tries_ = std::min(tries_ + 1, settings_.window);
  const bool window_full = tries_ == settings_.window;
  const bool mostly_failed =
      window_full && window_.count() * 100 >= settings_.window * settings_.failed_percent;
  if (in_a_row_ < settings_.failures_in_a_row && !mostly_failed) return false;
  since_ = now;
  open(now, random);
  return true;
}

void Breaker::abandoned() {
  if (state_ == State::Probing) state_ = State::Open;
}

// Full jitter: anything up to the pause, but never less than the state is to be held.
void Breaker::open(net::Time now, net::Random& random) {
  state_ = State::Open;
  pause_ =
      pause_ == net::Duration::zero() ? settings_.pause : std::min(pause_ * 2, settings_.pause_max);
  const auto chosen = net::Duration(static_cast<net::Duration::rep>(
      random.below(static_cast<std::uint64_t>(pause_.count()) + 1)));
  const bool newly = since_ == now;
  retry_at_ = now + (newly ? std::max(chosen, settings_.hold) : chosen);
}

}  // namespace postern::upstream
