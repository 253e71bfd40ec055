// A coroutine whose await carries errors upwards.
//
// Inside a Task, `co_await other()` starts the other Task, waits for it, and hands over its value.
// If the other Task ended in an Error, the awaiting coroutine ends with the same Error at that very
// spot, as an exception would do it, but without one being thrown: the word co_await marks each
// place where a coroutine may pause and each place where it may leave. To look at an error instead
// of passing it on, write `co_await attempt(other())`, which hands over a Result. To fail, write
// `co_await fail(Kind::Gone, Origin::Upstream, "UID 1187 vanished")`; it never comes back.
//
// Coroutines that an error passed by are not resumed: their frames go, with all their locals, when
// the Task that owns them goes. An exception that escapes a coroutine (out of memory, a library's
// throw) becomes an Error of Kind::Internal there.
//
// No symmetric transfer: a child runs inside await_suspend(), which answers "go on" if the child
// finished meanwhile. The stack grows with the depth of nesting, never with the length of a loop,
// in every build, sanitizers included.
//
// A Task belongs to the loop it runs on. Nothing here is atomic.

#pragma once

#include "net/result.hpp"

#include <coroutine>
#include <cstdlib>
#include <optional>
#include <type_traits>
#include <utility>

namespace postern::net {

class Operation;
class Root;

template <class T = void>
class Task;

// What every coroutine's promise has, whatever its value. Used by Task, Operation and Scope only.
class PromiseBase {
 public:
  // Ends the coroutine with an error, where it stands suspended. The frame may be gone afterwards.
  void fail(ErrorPtr error) {
    error_ = std::move(error);
    finish();
  }

  void resume() { self_.resume(); }

  [[nodiscard]] Root& root() const { return *root_; }

 protected:
  PromiseBase() = default;

  // Called at the final suspension: wakes whoever has to know. An error walks up past every parent
  // that did not ask for a Result.
  void finish();

  std::coroutine_handle<> self_;
  PromiseBase* parent_ = nullptr;  // who awaits this one; null for the first of a Root
  Root* root_ = nullptr;           // set when started
  ErrorPtr error_;
  bool parent_looks_ = false;  // the parent asked for a Result
  bool starting_ = false;      // the parent is still inside await_suspend()
  bool finished_ = false;

 private:
  template <class T, bool Looks>
  friend struct TaskAwait;
  friend class Root;
};

// The outermost Task of a chain and what is known of the whole chain. Scope derives from it.
class Root {
 public:
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;

 protected:
  Root() = default;
  ~Root() = default;

  // Starts the outermost coroutine; it may end before this returns.
  void start(PromiseBase& first) {
    first.root_ = this;
    first.self_.resume();
  }

  // The outermost coroutine has ended. Last thing that happens to it: it may be destroyed here.
  virtual void ended(ErrorPtr error) = 0;

 private:
  friend class PromiseBase;
  friend class Operation;

  // Whether a wait that begins now must not: null if it may.
  [[nodiscard]] virtual ErrorPtr refusal(bool drainable) const = 0;

 protected:
  Operation* pending_ = nullptr;  // where the chain is suspended, if it is
};

inline void PromiseBase::finish() {
  PromiseBase* promise = this;
  while (true) {
    promise->finished_ = true;
    if (promise->starting_) return;
    PromiseBase* parent = promise->parent_;
    if (parent == nullptr) {
      promise->root_->ended(std::move(promise->error_));
      return;
    }
    if (!promise->error_ || promise->parent_looks_) {
      parent->resume();
      return;
    }
    parent->error_ = std::move(promise->error_);
    promise = parent;
  }
}

// Awaits a Task: starts it, and hands over its value (Looks: its Result).
template <class T, bool Looks>
struct TaskAwait {
  Task<T> task;

  [[nodiscard]] bool await_ready() const noexcept { return false; }

  // Answers whether the awaiting coroutine has to stay suspended.
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> awaiting) {
    PromiseBase& parent = awaiting.promise();
    PromiseBase& child = task.promise();
    child.parent_ = &parent;
    child.root_ = parent.root_;
    child.parent_looks_ = Looks;
    child.starting_ = true;
    child.self_.resume();
    child.starting_ = false;

    if (!child.finished_) return true;
    if (Looks || !child.error_) return false;
    parent.fail(std::move(child.error_));
    return true;
  }

  auto await_resume() {
    auto& child = task.promise();
    if constexpr (!Looks) {
      if constexpr (!std::is_void_v<T>) return T(std::move(*child.value_));
    } else {
      if (child.error_) return Result<T>(std::unexpect, std::move(*child.error_));
      if constexpr (std::is_void_v<T>) {
        return Result<T>();
      } else {
        return Result<T>(std::move(*child.value_));
      }
    }
  }

  ErrorPtr take_error() { return std::move(task.promise().error_); }
};

// Ends the awaiting coroutine with an error.
struct Fail {
  ErrorPtr error;

  [[nodiscard]] bool await_ready() const noexcept { return false; }

  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> failing) {
    static_cast<PromiseBase&>(failing.promise()).fail(std::move(error));
  }

  [[noreturn]] void await_resume() const noexcept { std::abort(); }
};

[[nodiscard]] inline Fail fail(Kind kind, Origin origin, std::string detail) {
  return {std::make_unique<Error>(kind, origin, std::move(detail))};
}

// Passes on an Error that attempt() looked at. By reference: a parameter would lie in the frame.
[[nodiscard]] inline Fail fail(Error&& error) {
  return {std::make_unique<Error>(std::move(error))};
}

[[nodiscard]] inline Fail fail(const Error& error) {
  return {std::make_unique<Error>(error)};
}

[[nodiscard]] inline Fail fail(ErrorPtr error) {
  return {std::move(error)};
}

// What is awaited with attempt() hands over a Result instead of passing an error on. It only refers
// to what it was given, which lives until the full expression of co_await ends.
template <class Awaited>
struct Attempt {
  Awaited& awaited;
};

template <class Awaited>
  requires(!std::is_reference_v<Awaited>)
[[nodiscard]] Attempt<Awaited> attempt(Awaited&& awaited [[clang::lifetimebound]]) {
  return {awaited};
}

// What is awaited with error_of() hands over its error, or null, and no value. For coroutines that
// wait for most of their lives: their frames have no room for a Result.
template <class Awaited>
struct ErrorOf {
  Awaited& awaited;
};

template <class Awaited>
  requires(!std::is_reference_v<Awaited>)
[[nodiscard]] ErrorOf<Awaited> error_of(Awaited&& awaited [[clang::lifetimebound]]) {
  return {awaited};
}

struct TaskErrorAwait;

template <class Op, bool Looks>
struct OperationAwait;  // net/operation.hpp

// An operation that hands nothing over, or leaves it where it was.
template <class Op>
concept LosesNothing = std::is_void_v<decltype(std::declval<Op&>().take())> || Op::kOnlyLooks;

template <LosesNothing Op>
struct OperationErrorAwait;  // net/operation.hpp

template <class T>
struct Promise;

template <class T>
struct PromiseOf : PromiseBase {
  Task<T> get_return_object();

  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }

  struct Last {
    [[nodiscard]] bool await_ready() const noexcept { return false; }

    void await_suspend(std::coroutine_handle<Promise<T>> h) noexcept { h.promise().finish(); }

    void await_resume() const noexcept {}
  };

  [[nodiscard]] Last final_suspend() const noexcept { return {}; }

  void unhandled_exception() noexcept;

  template <class U>
  TaskAwait<U, false> await_transform(Task<U> task) {
    return {std::move(task)};
  }

  template <class U>
  TaskAwait<U, true> await_transform(Attempt<Task<U>> attempted) {
    return {std::move(attempted.awaited)};
  }

  template <class Op>
    requires std::is_base_of_v<Operation, Op>
  OperationAwait<Op, false> await_transform(Op&& operation) {
    return {operation};
  }

  template <class Op>
    requires std::is_base_of_v<Operation, Op>
  OperationAwait<Op, true> await_transform(Attempt<Op> attempted) {
    return {attempted.awaited};
  }

  TaskErrorAwait await_transform(ErrorOf<Task<>> looked_at);

  template <LosesNothing Op>
    requires std::is_base_of_v<Operation, Op>
  OperationErrorAwait<Op> await_transform(ErrorOf<Op> looked_at) {
    return {{looked_at.awaited}};
  }

  Fail await_transform(Fail failure) { return failure; }
};

template <class T>
struct Promise : PromiseOf<T> {
  std::optional<T> value_;

  void return_value(T value) { value_.emplace(std::move(value)); }
};

template <>
struct Promise<void> : PromiseOf<void> {
  void return_void() const noexcept {}
};

// Owns a coroutine frame. Nothing runs before the Task is awaited or spawned; dropping a suspended
// Task cancels it, innermost first.
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = Promise<T>;

  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}

  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }

  ~Task() {
    if (handle_) handle_.destroy();
  }

  [[nodiscard]] promise_type& promise() const { return handle_.promise(); }

 private:
  std::coroutine_handle<promise_type> handle_;
};

// Awaits a Task for its error.
struct TaskErrorAwait : TaskAwait<void, true> {
  ErrorPtr await_resume() { return take_error(); }
};

template <class T>
TaskErrorAwait PromiseOf<T>::await_transform(ErrorOf<Task<>> looked_at) {
  return {{std::move(looked_at.awaited)}};
}

template <class T>
Task<T> PromiseOf<T>::get_return_object() {
  auto handle = std::coroutine_handle<Promise<T>>::from_promise(static_cast<Promise<T>&>(*this));
  self_ = handle;
  return Task<T>(handle);
}

// The exception that is being handled, as an Error of Kind::Internal. In scope.cpp, next to the one
// place that reports such errors.
ErrorPtr caught() noexcept;

template <class T>
void PromiseOf<T>::unhandled_exception() noexcept {
  error_ = caught();
}

}  // namespace postern::net
