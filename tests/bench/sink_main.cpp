// A submission server (RFC 6409) that takes every mail with a login and throws it away: what stands
// behind the gateways in the submission loads.
//
//   sink PORT

#include "wire/ascii.hpp"

#include <csignal>
#include <cstdlib>
#include <string>

#include "tests/bench/bench_server.hpp"

namespace postern::bench {

namespace {

using net::Task;

constexpr std::string_view kHello =
    "250-sink\r\n250-PIPELINING\r\n250-SIZE 104857600\r\n250-8BITMIME\r\n"
    "250-AUTH PLAIN LOGIN\r\n250 ENHANCEDSTATUSCODES\r\n";

net::ReadLine line_of(net::Stream& client) {
  return client.read_line(BenchServer::kLine, BenchServer::kPatience);
}

net::Write say(net::Stream& client, std::string_view reply) {
  return client.write(reply, BenchServer::kPatience);
}

// AUTH with or without initial response; whatever is answered to it is right.
Task<> authenticate(net::Stream& client, std::string command) {
  const bool is_login = wire::starts_with_caseless(command, "AUTH LOGIN");
  const bool has_initial = command.find(' ', command.find(' ') + 1) != std::string::npos;
  for (int missing = (is_login ? 2 : 1) - (has_initial ? 1 : 0); missing > 0; --missing) {
    co_await say(client, "334 \r\n");
    (void)co_await line_of(client);
  }
  co_await say(client, "235 2.7.0 ok\r\n");
}

Task<> swallow_mail(net::Stream& client) {
  co_await say(client, "354 go on\r\n");
  while (true) {
    const net::Line line = co_await line_of(client);
    if (line.text == ".") break;
  }
  co_await say(client, "250 2.0.0 taken\r\n");
}

Task<> serve(net::Stream client) {
  bool known = false;
  co_await say(client, "220 sink ESMTP\r\n");
  while (true) {
    const net::Line line = co_await line_of(client);
    const std::string command(line.text);
    const auto is = [&command](std::string_view verb) {
      return wire::starts_with_caseless(command, verb);
    };
    if (is("EHLO")) {
      co_await say(client, kHello);
    } else if (is("AUTH ")) {
      co_await authenticate(client, command);
      known = true;
    } else if (is("QUIT")) {
      co_await say(client, "221 2.0.0 bye\r\n");
      co_return;
    } else if (!known && (is("MAIL") || is("RCPT") || is("DATA"))) {
      co_await say(client, "530 5.7.0 log in first\r\n");
    } else if (is("DATA")) {
      co_await swallow_mail(client);
    } else {
      co_await say(client, "250 2.0.0 ok\r\n");
    }
  }
}

}  // namespace

}  // namespace postern::bench

int main(int count, char** arguments) {
  using postern::bench::BenchServer;
  std::signal(SIGPIPE, SIG_IGN);
  BenchServer server;
  if (count != 2 || !server.open(postern::bench::port_of(arguments[1]), &postern::bench::serve)) {
    return EXIT_FAILURE;
  }
  server.run();
}
