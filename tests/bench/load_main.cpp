// The load driver of the benchmark: many POP3, IMAP or submission clients on one loop.
//
// Lanes run one session after the other until the plan is fulfilled; what they saw is printed as
// one line of JSON. A plan that holds sessions prints "READY n" once all of them are there, and
// lets go of them when its standard input ends: meanwhile the runner measures what they cost. The
// driver stands on `net` like the gateway itself, but its CPU time is counted to nobody.

#include "net/dialer.hpp"
#include "net/scope.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <memory>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "tests/bench/load_plan.hpp"
#include "tests/bench/load_tally.hpp"
#include "tests/bench/load_visit.hpp"

namespace postern::bench {

namespace {

using net::Task;

constexpr net::LineBound kLineBound{.octets_max = std::size_t{64} << 10U};

class Driver {
 public:
  Driver(Plan plan, std::shared_ptr<const net::TlsContext> tls)
      : plan_(std::move(plan)), tls_(std::move(tls)) {}

  // Runs the whole plan; false if a session failed.
  bool run();

 private:
  Task<> lane();
  Task<> one_session(std::uint64_t number);
  Task<> converse(Visit& visit) const;
  void all_done();

  Plan plan_;
  std::shared_ptr<const net::TlsContext> tls_;
  net::Loop loop_;
  net::SystemResolver resolver_{loop_};
  net::TcpDialer dialer_{loop_, resolver_};
  Tally tally_;
  std::vector<net::Stream> held_;
  std::uint64_t started_ = 0;
  net::Time end_{};
  std::thread release_;
  net::Scope scope_{[this](const net::Error& error) { tally_.failed(error.detail); }};
};

bool Driver::run() {
  const net::Time begin = loop_.exact_now();
  end_ = begin + plan_.patience();
  for (std::uint64_t number = 0; number < plan_.lanes; ++number)
    scope_.spawn(lane());
  net::Time all_ended = begin;
  scope_.when_empty([this, &all_ended] {
    all_ended = loop_.exact_now();
    all_done();
  });
  loop_.run();
  if (release_.joinable()) release_.join();
  held_.clear();
  if (started_ < plan_.sessions) tally_.failed("not all sessions came about in time");
  fmt::print("{}\n", tally_.json(all_ended - begin));
  return tally_.failures == 0;
}

void Driver::all_done() {
  if (!plan_.holds()) return loop_.stop();
  fmt::print("READY {}\n", held_.size());
  (void)std::fflush(stdout);
  release_ = std::thread([this] {
    char octet = 0;
    while (read(STDIN_FILENO, &octet, 1) > 0) {
    }
    loop_.post([this] { loop_.stop(); });
  });
}

Task<> Driver::lane() {
  while (started_ < plan_.sessions && loop_.exact_now() < end_) {
    const auto done = co_await attempt(one_session(started_++));
    if (done) continue;
    const net::Error& error = done.error();
    tally_.failed(fmt::format("{}: {}", net::name_of(error.kind), error.detail));
  }
}

Task<> Driver::one_session(std::uint64_t number) {
  const net::Time begin = loop_.exact_now();
  const net::Deadline deadline{begin + plan_.patience()};
  net::Stream stream = co_await dialer_.dial("127.0.0.1", plan_.port, plan_.patience(), deadline);
  stream.set_read_size(net::BlockPool::kLarge);
  if (plan_.tls) co_await stream.start_tls(tls_, "localhost", deadline);
  Visit visit{.plan = plan_,
              .tally = tally_,
              .stream = std::move(stream),
              .deadline = deadline,
              .user = plan_.user_of(number)};
  co_await converse(visit);
  tally_.took.push_back(loop_.exact_now() - begin);
  tally_.logins.push_back(visit.logged_in - begin);
  tally_.sums += visit.sum.value();
  if (plan_.holds()) held_.push_back(std::move(visit.stream));
}

Task<> Driver::converse(Visit& visit) const {
  switch (plan_.mode) {
    case Mode::Pop3Poll:
    case Mode::Pop3Drain:
    case Mode::Pop3Top:
    case Mode::Pop3Hold:
      return pop3(visit);
    case Mode::ImapLogin:
    case Mode::ImapPoll:
    case Mode::ImapFetch:
    case Mode::ImapIdle:
      return imap(visit);
    case Mode::Submit:
      break;
  }
  return submit(visit);
}

}  // namespace

net::ReadLine Visit::line() {
  return stream.read_line(kLineBound, deadline);
}

Task<> Visit::swallow(std::uint64_t octets) {
  while (octets > 0) {
    const std::string_view some = co_await stream.read_some(octets, deadline);
    if (plan.sum) sum.mix(some);
    octets -= some.size();
  }
}

net::Fail unexpected(std::string_view step, std::string_view line) {
  return net::fail(net::Kind::Malformed, net::Origin::Upstream, fmt::format("{}: {}", step, line));
}

}  // namespace postern::bench

int main(int count, char** arguments) {
  using namespace postern;
  std::signal(SIGPIPE, SIG_IGN);
  auto plan = bench::parse_plan({arguments + 1, static_cast<std::size_t>(count - 1)});
  if (!plan) return EXIT_FAILURE;
  auto tls = net::TlsContext::client({.verify = net::Verify::None});
  if (!tls) return EXIT_FAILURE;
  bench::Driver driver(std::move(*plan), std::move(*tls));
  return driver.run() ? EXIT_SUCCESS : EXIT_FAILURE;
}
