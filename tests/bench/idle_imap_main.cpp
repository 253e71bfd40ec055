// An IMAP server that knows nothing but to let everybody in, to open an empty mailbox and to idle:
// what thousands of held sessions cost a gateway is measured before it, because a real server
// would need more memory for its side than the gateway does for both of its own.
//
//   idle_imap PORT

#include "wire/ascii.hpp"
#include "wire/imap_response.hpp"

#include <csignal>
#include <cstdlib>
#include <string>

#include "tests/bench/bench_server.hpp"

namespace postern::bench {

namespace {

using net::Task;

constexpr std::string_view kGreeting =
    "* OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ IDLE UIDPLUS ID AUTH=PLAIN] ready\r\n";
constexpr std::string_view kCapabilities =
    "[CAPABILITY IMAP4rev1 LITERAL+ IDLE UIDPLUS ID] logged in";
constexpr std::string_view kOpened =
    "* FLAGS (\\Seen \\Deleted)\r\n* 0 EXISTS\r\n* 0 RECENT\r\n"
    "* OK [PERMANENTFLAGS (\\Seen \\Deleted)] all of them\r\n"
    "* OK [UIDVALIDITY 1] valid\r\n* OK [UIDNEXT 1] next\r\n";

bool is(std::string_view word, std::string_view name) {
  return wire::equal_caseless(word, name);
}

// What comes before the tagged answer, and what the answer says.
struct Reply {
  std::string_view before;
  std::string_view answer = "done";
};

Reply reply_to(std::string_view word) {
  if (is(word, "LOGIN") || is(word, "AUTHENTICATE")) return {.before = "", .answer = kCapabilities};
  if (is(word, "SELECT") || is(word, "EXAMINE")) return {.before = kOpened};
  if (is(word, "CAPABILITY")) {
    return {.before = "* CAPABILITY IMAP4rev1 LITERAL+ IDLE UIDPLUS ID\r\n"};
  }
  if (is(word, "ID")) return {.before = "* ID NIL\r\n"};
  if (is(word, "LOGOUT")) return {.before = "* BYE see you\r\n"};
  return {.before = ""};
}

// The rest of a command that has literals: names and passwords, which hold no line ends here, so
// that each piece is a line. nginx asks for leave before each.
Task<> swallow_literals(net::Stream& client, std::optional<wire::imap::Announcement> literal) {
  while (literal) {
    if (!literal->non_synchronizing) co_await client.write("+ go on\r\n", BenchServer::kPatience);
    const net::Line line = co_await client.read_line(BenchServer::kLine, BenchServer::kPatience);
    literal = wire::imap::announced_in_rest(line.text);
  }
}

Task<> serve(net::Stream client) {
  co_await client.write(kGreeting, BenchServer::kPatience);
  while (true) {
    const net::Line line = co_await client.read_line(BenchServer::kLine, BenchServer::kPatience);
    const std::size_t blank = std::min(line.text.find(' '), line.text.size());
    const std::string tag(line.text.substr(0, blank));
    std::string_view rest = line.text.substr(std::min(blank + 1, line.text.size()));
    const std::string word(rest.substr(0, rest.find(' ')));

    // An initial response, or one that is asked for; what it says is of no interest.
    const auto literal = wire::imap::announced_in_rest(rest);
    const bool has_more = rest.size() > word.size() && rest.substr(word.size() + 1).contains(' ');
    if (is(word, "AUTHENTICATE") && !has_more) {
      co_await client.write("+ \r\n", BenchServer::kPatience);
      (void)co_await client.read_line(BenchServer::kLine, BenchServer::kPatience);
    }
    co_await swallow_literals(client, literal);
    if (is(word, "IDLE")) {
      co_await client.write("+ idling\r\n", BenchServer::kPatience);
      client.settle();
      (void)co_await client.read_line(BenchServer::kLine, BenchServer::kPatience);
    }
    const Reply reply = reply_to(word);
    std::string text(reply.before);
    text.append(tag).append(" OK ").append(reply.answer).append("\r\n");
    co_await client.write(text, BenchServer::kPatience);
    if (is(word, "LOGOUT")) co_return;
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
