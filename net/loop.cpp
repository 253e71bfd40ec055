// The loop on libuv. One turn: deferred work, waiting, what the sockets and the timer brought.
// libuv's own timers are used for one thing only: to wake the loop when the wheel has work.

#include "net/loop.hpp"

#include "net/tls_engine.hpp"

#include <cassert>
#include <utility>

namespace postern::net {

namespace {

template <class Handle>
Loop& loop_of(const Handle* handle) {
  return *static_cast<Loop*>(handle->data);
}

template <class Handle>
void close_handle(Handle& handle) {
  uv_close(reinterpret_cast<uv_handle_t*>(&handle), nullptr);
}

Time whole_milliseconds(Time time) {
  return Time(std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()));
}

}  // namespace

void Deferred::forget() {
  next_->previous_ = previous_;
  previous_->next_ = next_;
  next_ = this;
  previous_ = this;
}

void Deferred::put_before(Deferred& other) {
  next_ = &other;
  previous_ = other.previous_;
  previous_->next_ = this;
  other.previous_ = this;
}

Loop::Loop() : Loop(whole_milliseconds(std::chrono::steady_clock::now())) {
  by_hand_ = false;
}

Loop::Loop(Time start)
    : uv_(std::make_unique<uv_loop_t>()), by_hand_(true), hand_now_(start), timers_(start) {
  int failed = uv_loop_init(uv_.get());
  failed |= uv_prepare_init(uv_.get(), &prepare_);
  failed |= uv_idle_init(uv_.get(), &idle_);
  failed |= uv_timer_init(uv_.get(), &timer_);
  failed |= uv_async_init(uv_.get(), &async_, [](uv_async_t* a) { loop_of(a).run_posted(); });
  prepare_.data = idle_.data = timer_.data = async_.data = this;
  failed |= uv_prepare_start(&prepare_, [](uv_prepare_t* prepare) {
    ++loop_of(prepare).turn_;
    loop_of(prepare).set_timer();
  });
  assert(failed == 0);  // a process without a few descriptors to start with cannot serve
}

Loop::~Loop() {
  while (at_end_.is_deferred()) {
    Deferred* first = at_end_.next_;
    first->forget();
    first->run_deferred();
  }
  settle();
  close_handle(prepare_);
  close_handle(idle_);
  close_handle(timer_);
  close_handle(async_);
  uv_run(uv_.get(), UV_RUN_DEFAULT);
  // A stop() that came when nothing ran any more has ended that at once.
  uv_run(uv_.get(), UV_RUN_DEFAULT);
  const int busy = uv_loop_close(uv_.get());
  assert(busy == 0);  // somebody still has a socket open on a loop that ends
  (void)busy;
}

void Loop::run() {
  uv_run(uv_.get(), UV_RUN_DEFAULT);
}

void Loop::stop() {
  uv_stop(uv_.get());
}

void Loop::run_once() {
  uv_run(uv_.get(), UV_RUN_ONCE);
}

void Loop::settle() {
  while (true) {
    const bool posted = run_posted();
    if (!posted && !deferred_.is_deferred()) return;
    ++turn_;
    run_deferred();
  }
}

void Loop::turn_clock(Duration duration) {
  assert(by_hand_);
  const Time until = hand_now_ + duration;
  while (true) {
    const auto next = timers_.next();
    const bool reached = !next || *next > until;
    hand_now_ = reached ? until : std::max(hand_now_, *next);
    while (!timers_.advance(hand_now_, kTimersPerTurn))
      settle();
    settle();
    if (reached) return;
  }
}

void Loop::post(std::function<void()> work) {
  {
    const std::scoped_lock lock(mutex_);
    posted_.push_back(std::move(work));
  }
  uv_async_send(&async_);
}

void Loop::defer(Deferred& work) {
  if (work.is_deferred()) return;
  work.put_before(deferred_);
  if (uv_is_active(reinterpret_cast<uv_handle_t*>(&idle_)) == 0) {
    uv_idle_start(&idle_, [](uv_idle_t* idle) { loop_of(idle).run_deferred(); });
  }
}

Time Loop::now() const {
  if (by_hand_) return hand_now_;
  return Time(std::chrono::milliseconds(uv_now(uv_.get())));
}

Time Loop::exact_now() const {
  return by_hand_ ? hand_now_ : std::chrono::steady_clock::now();
}

TlsBuffers& Loop::tls_buffers() {
  if (!tls_buffers_) tls_buffers_ = std::make_unique<TlsBuffers>();
  return *tls_buffers_;
}

// Before the loop waits: wakes it in time for the wheel. A timer already set for an earlier moment
// is left alone; it fires, finds nothing, and is set anew.
void Loop::set_timer() {
  if (by_hand_) return;
  const auto next = timers_.next();
  if (!next || *next >= timer_due_) return;
  timer_due_ = *next;
  const auto away = std::chrono::ceil<std::chrono::milliseconds>(*next - now()).count();
  uv_timer_start(
      &timer_,
      [](uv_timer_t* timer) { loop_of(timer).run_timers(); },
      static_cast<std::uint64_t>(std::max<std::int64_t>(away, 0)),
      0);
}

void Loop::run_timers() {
  timer_due_ = Time::max();
  timers_.advance(now(), kTimersPerTurn);  // the rest is due at once: set_timer() comes back
}

bool Loop::run_posted() {
  std::vector<std::function<void()>> work;
  {
    const std::scoped_lock lock(mutex_);
    work.swap(posted_);
  }
  for (const auto& each : work)
    each();
  return !work.empty();
}

// What is deferred meanwhile waits for the next turn.
void Loop::run_deferred() {
  Queue now;
  if (deferred_.is_deferred()) {
    now.put_before(deferred_);
    deferred_.forget();
  }
  uv_idle_stop(&idle_);
  while (now.is_deferred()) {
    Deferred* first = now.next_;
    first->forget();
    first->run_deferred();
  }
}

}  // namespace postern::net
