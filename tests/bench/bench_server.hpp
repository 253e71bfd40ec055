// What the scripted servers of the benchmark share: listening on loopback, a coroutine for each
// connection, and an end at SIGTERM.

#pragma once

#include "net/listener.hpp"
#include "net/scope.hpp"
#include "net/stream.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace postern::bench {

class BenchServer {
 public:
  // Longest line of a peer, and its longest silence.
  static constexpr net::LineBound kLine{.octets_max = std::size_t{64} << 10U};
  static constexpr net::Idle kPatience{std::chrono::hours(4)};

  // Calls a coroutine that serves one client; is none itself.
  using Session = std::function<net::Task<>(net::Stream client)>;

  // Opens one more port. False: it is in use.
  [[nodiscard]] bool open(std::uint16_t port, Session session);

  // Serves until the process is ended.
  void run() { loop_.run(); }

  [[nodiscard]] net::Loop& loop() { return loop_; }

  [[nodiscard]] net::Scope& scope() { return scope_; }

 private:
  net::Loop loop_;
  net::Scope scope_{[](const net::Error&) {}};  // that a peer went away is no news here
  std::vector<std::unique_ptr<net::Listener>> doors_;
};

// A port number on the command line; ends the program if it is none.
[[nodiscard]] std::uint16_t port_of(std::string_view text);

}  // namespace postern::bench
