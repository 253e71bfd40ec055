// The far end of a stream, in the hands of a test: it says what it is told to, and writes down what
// it hears and how that ended.
//
// Everything happens when the loop is settled. A Peer listens from the start; stop_listening()
// makes it one that takes nothing more, so that whoever talks to it feels a full pipe.

#pragma once

#include "net/loop.hpp"
#include "net/scope.hpp"
#include "net/stream.hpp"
#include "net/tls_context.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace postern::test {

class Peer {
 public:
  Peer(net::Loop& loop, net::Stream stream);

  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() = default;

  // Says octets; after the end, nothing.
  void say(std::string_view octets);

  void stop_listening();
  void listen();

  // Takes at most so many octets more, and then stops listening: a slow reader.
  void take(std::size_t octets);

  // What was heard and not yet taken; whoever has seen it may take it away.
  [[nodiscard]] std::string& heard() { return heard_; }

  // How the other side ended: Closed in order, Reset by force, Tls without TLS's goodbye. Nothing
  // while it has not.
  [[nodiscard]] std::optional<net::Kind> end() const { return end_; }

  // The handshake, as the role that the context says.
  void start_tls(std::shared_ptr<const net::TlsContext> context, std::string server_name = {});

  [[nodiscard]] bool secure() const { return stream_.is_open() && stream_.secure(); }

  // Says no more, but goes on listening; what was said before still arrives.
  void end_output();

  // Closes: in order, or so that the other side sees a broken connection.
  void close();
  void reset();

  [[nodiscard]] bool is_open() const { return stream_.is_open(); }

 private:
  net::Task<> take_in(std::shared_ptr<const net::TlsContext> tls, std::string server_name);
  net::Task<> take_some(std::size_t octets);
  net::Task<> finish_output();
  void listen_after(std::shared_ptr<const net::TlsContext> tls, std::string server_name);

  net::Loop& loop_;
  net::Stream stream_;
  std::string heard_;
  std::optional<net::Kind> end_;
  std::unique_ptr<net::Scope> reading_;
  net::Scope writing_;
};

}  // namespace postern::test
