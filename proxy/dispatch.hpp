// What the command tables of all protocols are made with.

#pragma once

#include <cstdint>

namespace postern::proxy {

// Visits a std::variant with one function for each alternative.
template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

// What a command means for the rest of the session.
enum class Next : unsigned char { Go, Stop };

// How many bad commands in a row a client may say.
class Mistakes {
 public:
  explicit Mistakes(std::uint32_t most) : left_(most), most_(most) {}

  // A command was in order: earlier mistakes are forgiven.
  void forgive() { left_ = most_; }

  // One more. False if that was the last.
  [[nodiscard]] bool may_go_on() {
    if (left_ > 0) --left_;
    return left_ > 0;
  }

 private:
  std::uint32_t left_;
  std::uint32_t most_;
};

}  // namespace postern::proxy
