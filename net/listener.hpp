// A listening socket, and the connections it brings.
//
// One socket per endpoint, opened here or inherited, whose connections somebody else hands out: so
// a restart can pass the socket on, and load is spread exactly. The descriptors are accepted here
// and not by libuv, which closes everything that is pending when descriptors run out.

#pragma once

#include "net/address.hpp"
#include "net/loop.hpp"
#include "net/result.hpp"

#include <uv.h>

#include <functional>
#include <memory>
#include <string_view>

namespace postern::net {

class Listener {
 public:
  // Connections taken in one turn of the loop; more wait for the next.
  static constexpr int kAcceptsPerTurn = 64;
  // How long to leave connections waiting when descriptors have run out.
  static constexpr Duration kPause = std::chrono::milliseconds(100);

  struct Callbacks {
    // A connection: a non-blocking descriptor, now the callee's.
    std::function<void(int descriptor, const Address& peer)> connected;

    // Descriptors have run out. What a client gets to hear before it is turned away; may be empty.
    std::function<std::string_view()> exhausted;

    // accept() failed otherwise.
    std::function<void(int error)> failed;
  };

  // Opens a socket. An address of all zeros in IPv6 takes IPv4 as well. Port 0: any.
  static Result<std::unique_ptr<Listener>> open(Loop& loop,
                                                const Address& at,
                                                int backlog,
                                                Callbacks callbacks);

  // Takes over a socket that listens already.
  static Result<std::unique_ptr<Listener>> adopt(Loop& loop, int descriptor, Callbacks callbacks);

  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Leaves connections waiting, and takes them again.
  void pause();
  void resume();

  // The address bound, with the port that was chosen.
  [[nodiscard]] Address local() const;

  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  struct Poll;

  struct Resume final : Timer {
    explicit Resume(Listener& owner) : listener(owner) {}

    void expired() override { listener.resume(); }

    Listener& listener;
  };

  Listener(Loop& loop, int descriptor, Callbacks callbacks);

  void accept_some();
  void turn_one_away();

  Loop& loop_;
  int descriptor_;
  int spare_;  // given up to accept the one that is turned away
  Callbacks callbacks_;
  Poll* poll_;
  Resume resume_{*this};
};

}  // namespace postern::net
