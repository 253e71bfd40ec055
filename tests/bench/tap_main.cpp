// A TCP relay between a gateway and its upstream that counts, traces and delays.
//
//   tap CONTROL_PORT PORT:UPSTREAM_PORT...
//
// Commands come over the control port, a line each, and are answered by a line:
//   stats         one {"conns":..,"exchanges":..,"up":..,"down":..} for each route, as a JSON list
//   reset         counts from zero
//   delay MS      each way from now on; a connection takes three times as long to come about
//   trace FILE    what is said, a line for each piece; "trace -" ends it
//
// An exchange is a turn from octets of the upstream to octets of the gateway: a batch of commands,
// and so a round trip that somebody waits for.

#include "net/dialer.hpp"
#include "net/sleep.hpp"
#include "wire/ascii.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fmt/format.h>
#include <memory>
#include <string>
#include <utility>

#include "tests/bench/bench_server.hpp"

namespace postern::bench {

namespace {

using net::Task;

struct Route {
  std::uint16_t upstream_port;
  std::uint64_t connections = 0;
  std::uint64_t exchanges = 0;
  std::uint64_t up = 0;
  std::uint64_t down = 0;
};

// Two streams and the octets on their way. Kept alive by the coroutines that carry them.
struct Pair {
  net::Stream gateway;
  net::Stream upstream;
  Route& route;
  unsigned number;
  bool upstream_spoke_last = true;
  std::deque<std::string> up{};  // late octets; an empty string is the end
  std::deque<std::string> down{};
};

enum class Way : bool { Up, Down };

class Tap {
 public:
  // Opens the control port, and one port for each route. False: a port is in use.
  [[nodiscard]] bool open(std::uint16_t control_port);
  [[nodiscard]] bool open_route(std::uint16_t port, std::uint16_t upstream_port);

  void run() { server_.run(); }

 private:
  Task<> control(net::Stream client);
  std::string obey(std::string_view command);
  [[nodiscard]] std::string stats() const;

  Task<> relay(Route& route, net::Stream gateway);
  Task<> carry(std::shared_ptr<Pair> pair, Way way);
  Task<> deliver_later(std::shared_ptr<Pair> pair, Way way, net::Deadline due);
  void postpone(const std::shared_ptr<Pair>& pair, Way way, std::string_view octets);
  void count(Pair& pair, Way way, std::string_view octets);
  void note(const Pair& pair, char mark, std::string_view octets);

  [[nodiscard]] bool delays() const { return delay_ > net::Duration::zero(); }

  BenchServer server_;
  net::SystemResolver resolver_{server_.loop()};
  net::TcpDialer dialer_{server_.loop(), resolver_};
  std::deque<Route> routes_;  // sessions refer to theirs
  net::Duration delay_{};
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> trace_{nullptr, &std::fclose};
  unsigned pairs_ = 0;  // numbered for the trace
};

// ---- control

bool Tap::open(std::uint16_t control_port) {
  return server_.open(control_port,
                      [this](net::Stream client) { return control(std::move(client)); });
}

bool Tap::open_route(std::uint16_t port, std::uint16_t upstream_port) {
  Route& route = routes_.emplace_back(Route{.upstream_port = upstream_port});
  return server_.open(
      port, [this, &route](net::Stream gateway) { return relay(route, std::move(gateway)); });
}

Task<> Tap::control(net::Stream client) {
  while (true) {
    const net::Line line = co_await client.read_line(BenchServer::kLine, BenchServer::kPatience);
    const std::string answer = obey(line.text) + "\n";
    co_await client.write(answer, BenchServer::kPatience);
  }
}

std::string Tap::obey(std::string_view command) {
  if (command == "stats") return stats();
  if (command == "reset") {
    for (Route& route : routes_)
      route = Route{.upstream_port = route.upstream_port};
    return "ok";
  }
  if (command.starts_with("delay ")) {
    const auto delay = wire::parse_number(command.substr(6), 10'000);
    if (!delay) return "not a number of milliseconds";
    delay_ = std::chrono::milliseconds(*delay);
    return "ok";
  }
  if (command.starts_with("trace ")) {
    const std::string path(command.substr(6));
    trace_.reset(path == "-" ? nullptr : std::fopen(path.c_str(), "w"));
    return path == "-" || trace_ ? "ok" : "cannot open the file";
  }
  return "unknown command";
}

std::string Tap::stats() const {
  std::string text;
  for (const Route& route : routes_) {
    text += fmt::format("{}{{\"conns\":{},\"exchanges\":{},\"up\":{},\"down\":{}}}",
                        text.empty() ? "" : ",",
                        route.connections,
                        route.exchanges,
                        route.up,
                        route.down);
  }
  return "[" + text + "]";
}

void Tap::note(const Pair& pair, char mark, std::string_view octets) {
  constexpr std::size_t kShownMax = 400;
  if (!trace_) return;
  fmt::print(trace_.get(),
             "#{} {} {} {}\n",
             pair.number,
             mark,
             octets.size(),
             wire::printable(octets, kShownMax));
  (void)std::fflush(trace_.get());
}

void Tap::count(Pair& pair, Way way, std::string_view octets) {
  note(pair, way == Way::Up ? '>' : '<', octets);
  if (way == Way::Down) {
    pair.route.down += octets.size();
    pair.upstream_spoke_last = true;
    return;
  }
  pair.route.up += octets.size();
  if (std::exchange(pair.upstream_spoke_last, false)) ++pair.route.exchanges;
}

// ---- octets

// With a delay, SYN, SYN-ACK and ACK each travel one way before the server speaks.
Task<> Tap::relay(Route& route, net::Stream gateway) {
  constexpr net::Duration kDialMax = std::chrono::seconds(10);
  ++route.connections;
  net::Loop& loop = server_.loop();
  if (delays()) co_await net::sleep_until(loop, net::Deadline{loop.now() + 3 * delay_});
  const net::Deadline deadline{loop.now() + kDialMax};
  net::Stream upstream =
      co_await dialer_.dial("127.0.0.1", route.upstream_port, kDialMax, deadline);
  upstream.set_read_size(net::BlockPool::kLarge);
  auto pair = std::make_shared<Pair>(Pair{.gateway = std::move(gateway),
                                          .upstream = std::move(upstream),
                                          .route = route,
                                          .number = ++pairs_});
  server_.scope().spawn(carry(pair, Way::Up));
  server_.scope().spawn(carry(pair, Way::Down));
}

// The end of one side, told to the other.
Task<> end(Pair& pair, Way way) {
  net::Stream& to = way == Way::Up ? pair.upstream : pair.gateway;
  co_await to.flush(BenchServer::kPatience);
  to.end_output();
}

Task<> Tap::carry(std::shared_ptr<Pair> pair, Way way) {
  net::Stream& from = way == Way::Up ? pair->gateway : pair->upstream;
  net::Stream& to = way == Way::Up ? pair->upstream : pair->gateway;
  while (true) {
    const auto some =
        co_await attempt(from.read_some(net::BlockPool::kLarge, BenchServer::kPatience));
    if (!some) break;
    count(*pair, way, *some);
    if (delays()) {
      postpone(pair, way, *some);
    } else {
      co_await to.write(*some, BenchServer::kPatience);
    }
  }
  note(*pair, way == Way::Up ? '>' : '<', "(end)");
  if (delays()) {
    postpone(pair, way, {});
  } else {
    co_await end(*pair, way);
  }
}

void Tap::postpone(const std::shared_ptr<Pair>& pair, Way way, std::string_view octets) {
  (way == Way::Up ? pair->up : pair->down).emplace_back(octets);
  const net::Deadline due{server_.loop().now() + delay_};
  server_.scope().spawn(deliver_later(pair, way, due));
}

// Sends what has been late for long enough. Whichever of these wakes first sends the oldest, so the
// order holds; room behind a slow reader is not waited for, since only small loads are delayed.
Task<> Tap::deliver_later(std::shared_ptr<Pair> pair, Way way, net::Deadline due) {
  co_await net::sleep_until(server_.loop(), due);
  std::deque<std::string>& late = way == Way::Up ? pair->up : pair->down;
  const std::string octets = std::move(late.front());
  late.pop_front();
  if (octets.empty()) {
    co_await end(*pair, way);
    co_return;
  }
  (way == Way::Up ? pair->upstream : pair->gateway).put(octets);
}

}  // namespace

}  // namespace postern::bench

int main(int count, char** arguments) {
  using namespace postern::bench;
  std::signal(SIGPIPE, SIG_IGN);
  Tap tap;
  if (count < 3 || !tap.open(port_of(arguments[1]))) return EXIT_FAILURE;
  for (int at = 2; at < count; ++at) {
    const std::string_view route = arguments[at];
    const std::size_t colon = std::min(route.find(':'), route.size());
    const std::string_view upstream = route.substr(std::min(colon + 1, route.size()));
    if (!tap.open_route(port_of(route.substr(0, colon)), port_of(upstream))) return EXIT_FAILURE;
  }
  tap.run();
}
