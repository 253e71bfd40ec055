// The loop, with many at once and one who should not feel it: connections that arrive and timers
// that are overdue take turns with whoever is being served. Counted in turns, never in time. And
// its end.

#include "net/loop.hpp"

#include "net/listener.hpp"
#include "net/scope.hpp"
#include "net/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace postern::net {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

int connected_to(const Address& to) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(connect(descriptor, to.raw(), to.raw_size()), 0);
  return descriptor;
}

Task<> echo(Stream stream, Deadline deadline) {
  while (true) {
    const Line line = co_await stream.read_line({.octets_max = 100}, deadline);
    co_await stream.write({line.text, "\r\n"}, deadline);
  }
}

TEST(Loop, F059_AFloodOfConnectionsStarvesNobodyWhoIsServed) {
  constexpr int kFlood = 300;
  Loop loop;
  Scope sessions([](const Error&) {});
  std::vector<int> silent;
  int accepted = 0;
  const auto listener = Listener::open(
      loop,
      *Address::parse("127.0.0.1", 0),
      kFlood + 10,
      {.connected =
           [&](int descriptor, const Address& peer) {
             if (accepted++ == 0) {
               const Deadline late{loop.now() + minutes(5)};
               sessions.spawn(
                   echo(std::move(*Stream::adopt(loop, descriptor, peer, Origin::Client)), late));
             } else {
               silent.push_back(descriptor);
             }
           },
       .exhausted = [] { return std::string_view(); },
       .failed = [](int) {}});
  ASSERT_TRUE(listener);
  const int served = connected_to((*listener)->local());
  while (accepted == 0)
    loop.run_once();
  std::vector<int> flood;
  for (int i = 0; i < kFlood; ++i)
    flood.push_back(connected_to((*listener)->local()));

  // One command after the other, while the flood is being let in.
  int answers = 0;
  int turns_most = 0;
  while (accepted < kFlood + 1) {
    ASSERT_EQ(send(served, "hello\r\n", 7, 0), 7);
    std::array<char, 16> heard{};
    int turns = 0;
    while (recv(served, heard.data(), heard.size(), MSG_DONTWAIT) < 0) {
      loop.run_once();
      ++turns;
    }
    ++answers;
    turns_most = std::max(turns_most, turns);
  }

  EXPECT_GE(answers, kFlood / Listener::kAcceptsPerTurn / 3);
  EXPECT_LE(turns_most, 3);
  for (const int each : flood)
    ::close(each);
  for (const int each : silent)
    ::close(each);
  ::close(served);
  sessions.cancel();
}

struct Expiring final : Timer {
  explicit Expiring(std::size_t& count) : fired(count) {}

  void expired() override { ++fired; }

  std::size_t& fired;
};

TEST(Loop, F068_WhatIsOverdueAfterALongStopLeavesOthersTheirTurns) {
  constexpr std::size_t kSessions = 2'000;
  constexpr std::size_t kSlice = 256;
  Loop loop;
  std::size_t fired = 0;
  std::vector<std::unique_ptr<Expiring>> timers;
  for (std::size_t i = 0; i < kSessions; ++i) {
    timers.push_back(std::make_unique<Expiring>(fired));
    loop.timers().arm(*timers.back(), loop.now());  // as if time had passed unseen
  }

  std::size_t turns = 0;
  std::size_t others = 0;
  for (; fired < kSessions && turns < 1000; ++turns) {
    const std::size_t before = fired;
    loop.post([&others] { ++others; });
    loop.run_once();
    EXPECT_LE(fired - before, kSlice);
  }

  EXPECT_EQ(fired, kSessions);
  EXPECT_GE(turns, kSessions / kSlice);
  EXPECT_GE(others, kSessions / kSlice - 1);
}

TEST(Loop, F052_AStopThatComesLateDoesNotKeepItFromEnding) {
  Loop loop;
  loop.post([&loop] { loop.stop(); });
  loop.run();

  loop.stop();
  loop.post([&loop] { loop.stop(); });
  // Its destructor asserts that nothing is left open.
}

}  // namespace
}  // namespace postern::net
