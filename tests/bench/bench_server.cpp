// Listeners of a scripted server.

#include "tests/bench/bench_server.hpp"

#include "wire/ascii.hpp"

#include <cstdlib>
#include <fmt/format.h>
#include <utility>

namespace postern::bench {

bool BenchServer::open(std::uint16_t port, Session session) {
  constexpr int kBacklog = 4096;
  net::Listener::Callbacks callbacks;
  callbacks.connected = [this, session = std::move(session)](int descriptor,
                                                             const net::Address& peer) {
    auto client = net::Stream::adopt(loop_, descriptor, peer, net::Origin::Client);
    if (!client) return;
    client->set_read_size(net::BlockPool::kLarge);
    scope_.spawn(session(std::move(*client)));
  };
  const auto at = net::Address::parse("127.0.0.1", port);
  auto listener = net::Listener::open(loop_, *at, kBacklog, std::move(callbacks));
  if (!listener) {
    fmt::print(stderr, "port {}: {}\n", port, listener.error().detail);
    return false;
  }
  doors_.push_back(std::move(*listener));
  return true;
}

std::uint16_t port_of(std::string_view text) {
  const auto port = wire::parse_number(text, UINT16_MAX);
  if (port) return static_cast<std::uint16_t>(*port);
  fmt::print(stderr, "not a port: {}\n", text);
  std::exit(EXIT_FAILURE);
}

}  // namespace postern::bench
