// Upstreams without a network: each connection that the gateway makes is a pipe in memory whose far
// end goes to whoever plays the server.

#pragma once

#include "net/dialer.hpp"
#include "net/memory_stream.hpp"

#include <functional>
#include <string>
#include <vector>

namespace postern::test {

class MemoryDialer final : public net::Dialer {
 public:
  // What becomes of a connection that is asked for.
  enum class Mood : unsigned char {
    Answers,
    Refuses,    // nobody listens there
    IsSilent,   // nothing comes back, until the gateway has waited long enough
    HasNoName,  // the host's name cannot be found
  };

  // Takes the far end of a new connection.
  using Host = std::function<void(net::Stream)>;

  MemoryDialer(net::Loop& loop, net::PipeShape shape) : loop_(loop), shape_(std::move(shape)) {}

  net::Task<net::Stream> dial(std::string host,
                              std::uint16_t port,
                              net::Duration each,
                              net::Deadline deadline) override;

  void set_host(Host host) { host_ = std::move(host); }

  void set_mood(Mood mood) { mood_ = mood; }

  // Where the far end says it is; 198.51.100.1 with the port that was asked for, unless told.
  void set_address(const net::Address& address) { address_ = address; }

  // Whom the gateway tried to reach, in order: "imap.example.net:143".
  [[nodiscard]] const std::vector<std::string>& dialled() const { return dialled_; }

 private:
  net::Loop& loop_;
  net::PipeShape shape_;
  Host host_;
  Mood mood_ = Mood::Answers;
  net::Address address_;
  std::vector<std::string> dialled_;
};

}  // namespace postern::test
