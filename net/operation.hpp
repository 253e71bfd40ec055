// The base of everything that a coroutine can wait for directly: a read, a write, a timer, a
// look-up.
//
// An operation is made by a function of the object it waits on (`stream.read_line(...)`), lives in
// the frame of the coroutine that awaits it, and is a guest wherever it registers: it can be
// dropped at any time and then leaves no trace. It ends once: with what it waited for, when its
// deadline passes, or when its Scope or the object it waits on cancels it. Most operations find at
// once what they want and never suspend.

#pragma once

#include "net/result.hpp"
#include "net/task.hpp"
#include "net/timer.hpp"

#include <cassert>
#include <utility>

namespace postern::net {

class Loop;

// How long to wait. Every wait takes one; there is no wait without.
class Wait {
 public:
  // Up to a point in time.
  Wait(Deadline deadline) : until_(deadline.at) {}  // NOLINT(google-explicit-constructor)

  // As long as octets keep moving.
  Wait(Idle idle) : span_(idle.span) {}  // NOLINT(google-explicit-constructor)

  // The same wait, but one between two commands of a client: a draining Scope ends it at once.
  [[nodiscard]] Wait drainable() const {
    Wait wait = *this;
    wait.drainable_ = true;
    return wait;
  }

 private:
  friend class Operation;

  Time until_{};
  Duration span_{};  // not zero: idle
  bool drainable_ = false;
};

class Operation : private Timer {
 public:
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  // Ends the wait with an error.
  void end(Error error) { end(std::make_unique<Error>(std::move(error))); }

  [[nodiscard]] bool is_drainable() const { return wait_.drainable_; }

 protected:
  // `origin` is named in the errors that come from waiting itself.
  Operation(Loop& loop, Wait wait, Origin origin) : loop_(&loop), wait_(wait), origin_(origin) {}

  virtual ~Operation();

  // What is wanted is there: the awaiting coroutine goes on. Nothing of this object may be touched
  // afterwards.
  void done();

  // It cannot be had: the awaiting coroutine fails, or gets to see the error.
  void end(ErrorPtr error);

  // An octet moved: an Idle wait starts anew.
  void moved();

  // For waits that know better when to look again: timed_out() is called then.
  void look_again_at(Time due);

  // Tries to get what is wanted without waiting; answers by done() or end(), or by doing nothing.
  virtual void begin() = 0;

  // begin() did not do it: registers where the answer will come from.
  virtual void enlist() = 0;

  // Undoes enlist(). Called once, before the operation ends or is dropped.
  virtual void withdraw() = 0;

  // For the destructor of each class that implements withdraw(): an operation that is dropped while
  // it waits leaves no trace.
  void abandon();

  // The deadline has passed. By default the wait ends in Kind::Timeout.
  virtual void timed_out();

  [[nodiscard]] Loop& loop() const { return *loop_; }

  [[nodiscard]] Origin origin() const { return origin_; }

  [[nodiscard]] bool is_idle_wait() const { return wait_.span_ != Duration::zero(); }

 private:
  template <class Op, bool Looks>
  friend struct OperationAwait;

  void expired() final { timed_out(); }

  void suspend(PromiseBase& awaiting, bool looks);
  void finish();

  Loop* loop_;
  Wait wait_;
  PromiseBase* awaiting_ = nullptr;
  ErrorPtr error_;
  Origin origin_;
  bool looks_ = false;
  bool suspending_ = false;  // inside suspend(): whoever awaits need not be woken
  bool enlisted_ = false;
  bool finished_ = false;
};

// Awaits an operation, which stays where the full expression of co_await made it: in the frame of
// the coroutine, once. `Op::take()` hands over its value.
template <class Op, bool Looks>
struct OperationAwait {
  Op& operation;

  [[nodiscard]] bool await_ready() {
    base().begin();
    return base().finished_ && (Looks || !base().error_);
  }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> awaiting) {
    PromiseBase& promise = awaiting.promise();
    if (!base().finished_) base().suspend(promise, Looks);
    if (!base().finished_) return true;
    if (Looks || !base().error_) return false;
    promise.fail(std::move(base().error_));
    return true;
  }

  auto await_resume() {
    using Value = decltype(operation.take());
    if constexpr (!Looks) {
      return operation.take();
    } else {
      if (base().error_) return Result<Value>(std::unexpect, std::move(*base().error_));
      if constexpr (std::is_void_v<Value>) {
        operation.take();
        return Result<Value>();
      } else {
        return Result<Value>(operation.take());
      }
    }
  }

  ErrorPtr take_error() { return std::move(base().error_); }

 private:
  Operation& base() { return operation; }
};

// Awaits an operation for its error.
template <LosesNothing Op>
struct OperationErrorAwait : OperationAwait<Op, true> {
  ErrorPtr await_resume() { return this->take_error(); }
};

}  // namespace postern::net
