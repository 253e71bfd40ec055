// Blocking work, such as that on files, done on libuv's threads while the loop goes on.
//
// Whoever waits for it may give up waiting, but work that has begun cannot be stopped: so it owns
// everything that it touches, by values or shared pointers, and whoever gave up leaves those alone.
// It must not throw. Those threads look up names as well, so work is short: some octets of a file,
// never all of it.
//
// On a loop whose clock is turned by hand the work is done at once, so that a story comes out the
// same each time.

#pragma once

#include "net/operation.hpp"

#include <functional>

namespace postern::net {

class Offload final : public Operation {
 public:
  Offload(Loop& loop, std::function<void()> work, Wait wait);

  ~Offload() override { abandon(); }

  void take() const {}

 private:
  struct Errand;

  void begin() override;
  void enlist() override;
  void withdraw() override;

  std::function<void()> work_;
  Errand* errand_ = nullptr;
};

// Ends when the work is done. What the work wrote may be read then, by this thread.
[[nodiscard]] inline Offload offload(Loop& loop, std::function<void()> work, Wait wait) {
  return {loop, std::move(work), wait};
}

}  // namespace postern::net
