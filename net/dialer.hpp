// From a host to a Stream: names to addresses, addresses to the first one that answers.
//
// An address that refuses makes way for the next at once; one that says nothing is overtaken after
// a quarter of a second by an attempt at the next, and both go on (RFC 8305, section 5). Addresses
// that failed lately are tried last.

#pragma once

#include "net/loop.hpp"
#include "net/resolver.hpp"
#include "net/stream.hpp"
#include "net/task.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace postern::net {

class Dialer {
 public:
  Dialer() = default;
  Dialer(const Dialer&) = delete;
  Dialer& operator=(const Dialer&) = delete;
  virtual ~Dialer() = default;

  // A connected stream with Origin::Upstream. Each address has `each` to answer, all of them
  // together have until `deadline`. Fails with Kind::NoName, NotListening, Unreachable or Timeout.
  virtual Task<Stream> dial(std::string host,
                            std::uint16_t port,
                            Duration each,
                            Deadline deadline) = 0;
};

class TcpDialer final : public Dialer {
 public:
  static constexpr Duration kStagger = std::chrono::milliseconds(250);
  static constexpr Duration kDeadFor = std::chrono::seconds(30);  // an address is tried last
  static constexpr std::size_t kAddressesMax = 16;                // of one name

  TcpDialer(Loop& loop, Resolver& resolver) : loop_(loop), resolver_(resolver) {}

  Task<Stream> dial(std::string host,
                    std::uint16_t port,
                    Duration each,
                    Deadline deadline) override;

 private:
  class Race;

  void put_dead_last(std::vector<Address>& addresses);

  Loop& loop_;
  Resolver& resolver_;
  std::unordered_map<std::string, Time> dead_until_;
};

}  // namespace postern::net
