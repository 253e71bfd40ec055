// The owner of coroutines that nobody awaits: the sessions of a worker, its periodic chores.
//
// Every coroutine is awaited by another or spawned into a Scope. A Scope can be drained (waits
// between two commands end now, everything else runs to its end) and cancelled (every wait ends
// now); in both cases sessions unwind as after any other error, with Kind::Cancelled, and new waits
// of that sort are refused. Destroying a Scope drops what is left, innermost frames first.
//
// The Scope is also where an error that nobody handled ends: it reports it and goes on, so a
// session that runs out of memory ends alone.

#pragma once

#include "net/operation.hpp"
#include "net/task.hpp"

#include <cstddef>
#include <functional>

namespace postern::net {

class Scope {
 public:
  // Told of every error that escapes a spawned Task, Kind::Cancelled left out.
  using Report = std::function<void(const Error&)>;

  explicit Scope(Report report) : report_(std::move(report)) {}

  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope();

  // Starts a coroutine; it may end before this returns. It takes values, or references to what
  // outlives the Scope.
  void spawn(Task<> task);

  // Ends the waits between commands, now and from now on.
  void drain();

  // Ends all waits, now and from now on.
  void cancel();

  // Calls `empty` once, as soon as no spawned coroutine is left: at once if there is none.
  void when_empty(std::function<void()> empty);

  // Spawned coroutines that have not ended.
  [[nodiscard]] std::size_t live() const { return live_; }

  [[nodiscard]] bool draining() const { return mood_ != Mood::Open; }

 private:
  class Branch;

  enum class Mood : unsigned char { Open, Draining, Cancelled };

  void end_waits();

  Report report_;
  std::function<void()> empty_;
  Branch* first_ = nullptr;
  Branch* cursor_ = nullptr;  // the next one that end_waits() looks at
  std::size_t live_ = 0;
  Mood mood_ = Mood::Open;
};

}  // namespace postern::net
