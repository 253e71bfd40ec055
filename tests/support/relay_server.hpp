// A correct submission server in memory (RFC 5321, RFC 4954, XCLIENT): what a gateway needs of one,
// and no more. It takes any mail from whoever has logged in, and shares no code with `wire` but
// base64.

#pragma once

#include "net/loop.hpp"
#include "net/scope.hpp"
#include "net/stream.hpp"

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/mail_store.hpp"

namespace postern::test {

struct RelayServerWishes {
  // What EHLO is answered with, separated by commas.
  std::string offers =
      "PIPELINING, SIZE 1000000, 8BITMIME, SMTPUTF8, DSN, ENHANCEDSTATUSCODES, AUTH PLAIN LOGIN";
};

class RelayServer {
 public:
  RelayServer(net::Loop& loop, const MailStore& store, RelayServerWishes wishes = {});
  ~RelayServer();

  RelayServer(const RelayServer&) = delete;
  RelayServer& operator=(const RelayServer&) = delete;

  // Serves a connection: its far end, as a MemoryDialer hands it out.
  void take(net::Stream stream);

  // Every command, of AUTH only the mechanism; and "message N octets" for each that was taken.
  [[nodiscard]] const std::vector<std::string>& asked() const { return asked_; }

  // Stops serving the newest connection and gives it away, for somebody else to go on with. It must
  // be waiting for a command.
  [[nodiscard]] net::Stream release();

 private:
  class Visit;

  net::Loop& loop_;
  const MailStore& store_;
  RelayServerWishes wishes_;
  std::vector<std::string> asked_;
  std::list<std::unique_ptr<Visit>> visits_;
};

}  // namespace postern::test
