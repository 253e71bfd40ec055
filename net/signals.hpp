// Signals as work on a loop.

#pragma once

#include "net/loop.hpp"

#include <functional>
#include <memory>

namespace postern::net {

class Signal {
 public:
  // Calls `came` on the loop each time the process gets the signal.
  Signal(Loop& loop, int number, std::function<void()> came);

  ~Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

 private:
  struct Watch;

  Watch* watch_;
};

}  // namespace postern::net
