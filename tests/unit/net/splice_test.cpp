// Two streams joined: octets, backpressure, ends, silence, memory.

#include "net/splice.hpp"

#include "net/memory_stream.hpp"
#include "net/scope.hpp"
#include "net/sleep.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace postern::net {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr SpliceTimes kTimes{.idle = minutes(35), .stalled = minutes(10)};

// A client and a server far away, and between them two streams that are joined.
struct Joined {
  Loop loop{Time(seconds(1000))};
  Stream client;  // the far ends
  Stream server;
  Stream near_client;
  Stream near_server;
  SpliceTally tally;
  std::optional<Result<>> end;
  std::string to_client;
  std::string to_server;
  std::optional<Kind> client_saw;
  std::optional<Kind> server_saw;
  Scope writing{[](const Error&) {}};
  std::unique_ptr<Scope> client_reading = std::make_unique<Scope>([](const Error&) {});
  std::unique_ptr<Scope> server_reading = std::make_unique<Scope>([](const Error&) {});
  Scope splicing{[](const Error&) {}};

  explicit Joined(const PipeShape& shape = {}) {
    auto [near_c, far_c] = memory_pair(loop, Origin::Client, Origin::Here, shape);
    auto [near_s, far_s] = memory_pair(loop, Origin::Upstream, Origin::Here, shape);
    near_client = std::move(near_c);
    client = std::move(far_c);
    near_server = std::move(near_s);
    server = std::move(far_s);
  }

  void join();
  void listen_at_client();
  void listen_at_server();
  void say(Stream& from, std::string octets);

  void pass(Duration duration) {
    loop.turn_clock(duration);
    loop.settle();
  }
};

Task<> join_both(Joined& joined) {
  auto done =
      co_await attempt(Splice(joined.near_client, joined.near_server, kTimes, joined.tally));
  joined.end = std::move(done);
  joined.near_client.close();
  joined.near_server.close();
}

Task<> take_all(Loop& loop, Stream& stream, std::string& heard, std::optional<Kind>& saw) {
  while (true) {
    const auto some = co_await attempt(
        stream.read_some(std::size_t{1} << 20U, Deadline{loop.now() + std::chrono::hours(10)}));
    if (!some) {
      saw = some.error().kind;
      co_return;
    }
    heard += *some;
  }
}

Task<> write_all(Loop& loop, Stream& stream, std::string octets) {
  std::string_view rest = octets;
  while (!rest.empty()) {
    const std::string_view now = rest.substr(0, 100'000);
    rest.remove_prefix(now.size());
    co_await stream.write(now, Deadline{loop.now() + std::chrono::hours(10)});
  }
}

Task<> end_output(Loop& loop, Stream& stream) {
  co_await stream.flush(Deadline{loop.now() + seconds(30)});
  stream.end_output();
}

void Joined::join() {
  splicing.spawn(join_both(*this));
  loop.settle();
}

void Joined::listen_at_client() {
  client_reading->spawn(take_all(loop, client, to_client, client_saw));
}

void Joined::listen_at_server() {
  server_reading->spawn(take_all(loop, server, to_server, server_saw));
}

void Joined::say(Stream& from, std::string octets) {
  writing.spawn(write_all(loop, from, std::move(octets)));
  loop.settle();
}

std::string pattern(std::size_t octets, unsigned seed) {
  std::string text(octets, '\0');
  std::uint32_t state = seed;
  for (char& octet : text) {
    state = state * 1664525U + 1013904223U;
    octet = static_cast<char>(state >> 24U);
  }
  return text;
}

TEST(Splice, I039_PassesOnEveryOctetInBothDirections) {
  std::size_t piece = 1;
  Joined joined({.next_piece = [&piece] { return piece = piece * 7 % 65521; }});
  joined.listen_at_client();
  joined.listen_at_server();
  joined.join();
  const std::string up = pattern(3'000'000, 1);
  const std::string down = pattern(5'000'000, 2);

  joined.say(joined.client, up);
  joined.say(joined.server, down);

  EXPECT_TRUE(joined.to_server == up);
  EXPECT_TRUE(joined.to_client == down);
  EXPECT_FALSE(joined.end);
  EXPECT_EQ(joined.loop.blocks().held(), 0U) << "nothing is held at idle";
}

TEST(Splice, I041_AStalledSideStopsTheOtherAndCostsLittle) {
  for (const bool client_stalls : {true, false}) {
    Joined joined;
    Stream& talker = client_stalls ? joined.server : joined.client;
    std::string& heard = client_stalls ? joined.to_client : joined.to_server;
    joined.join();
    const std::string much = pattern(20'000'000, 3);

    joined.say(talker, much);
    EXPECT_LT(joined.loop.blocks().held(), (2U << 20U)) << "most of it stays with who talks";
    EXPECT_GT(talker.unsent(), 0U);
    EXPECT_GT(client_stalls ? joined.tally.other_pauses : joined.tally.pauses, 0U);

    client_stalls ? joined.listen_at_client() : joined.listen_at_server();
    joined.loop.settle();
    EXPECT_TRUE(heard == much);
    EXPECT_FALSE(joined.end);
  }
}

TEST(Splice, I042_TwentyNineSilentMinutesAreFineThirtySixAreNot) {
  Joined joined;
  joined.listen_at_client();
  joined.listen_at_server();
  joined.join();

  joined.pass(minutes(29));
  joined.say(joined.client, "DONE\r\n");
  joined.pass(minutes(34));
  EXPECT_FALSE(joined.end);
  joined.pass(minutes(2));

  ASSERT_TRUE(joined.end);
  EXPECT_EQ(joined.end->error().kind, Kind::Timeout);
  EXPECT_EQ(joined.end->error().origin, Origin::Client);
  EXPECT_EQ(joined.client_saw, Kind::Closed);
  EXPECT_EQ(joined.server_saw, Kind::Closed);
}

TEST(Splice, I042_NoTimerFiresWhileOctetsMove) {
  Joined joined;
  joined.listen_at_server();
  joined.join();

  for (int hour = 0; hour < 3; ++hour) {
    for (int i = 0; i < 6; ++i) {
      joined.pass(minutes(10));
      joined.say(joined.client, "x");
    }
  }

  EXPECT_FALSE(joined.end);
  EXPECT_EQ(joined.to_server.size(), 18U);
}

TEST(Splice, I043_TheEndOfOneSideComesBehindAllItSaid) {
  Joined joined;
  joined.listen_at_client();
  joined.listen_at_server();
  joined.join();
  const std::string much = pattern(2'000'000, 4);

  joined.say(joined.server, much + "* BYE\r\na OK\r\n");
  joined.server_reading = nullptr;
  joined.server.close();
  joined.loop.settle();
  EXPECT_EQ(joined.client_saw, Kind::Closed);
  EXPECT_TRUE(joined.to_client == much + "* BYE\r\na OK\r\n");

  joined.client.close();
  joined.loop.settle();
  ASSERT_TRUE(joined.end);
  EXPECT_TRUE(*joined.end);
  EXPECT_TRUE(joined.tally.other_ended_first);
}

TEST(Splice, HalfCloseLeavesTheOtherDirectionOpenForAWhile) {
  Joined joined;
  joined.listen_at_client();
  joined.listen_at_server();
  joined.join();
  joined.say(joined.client, "a LOGOUT\r\n");
  joined.writing.spawn(end_output(joined.loop, joined.client));
  joined.loop.settle();
  EXPECT_EQ(joined.to_server, "a LOGOUT\r\n");
  EXPECT_EQ(joined.server_saw, Kind::Closed);
  EXPECT_FALSE(joined.client_saw);

  joined.pass(seconds(8));
  joined.say(joined.server, "* BYE\r\n");
  joined.pass(seconds(8));
  EXPECT_EQ(joined.to_client, "* BYE\r\n");
  EXPECT_FALSE(joined.end);

  joined.pass(seconds(3));
  ASSERT_TRUE(joined.end);
  EXPECT_TRUE(*joined.end);
  EXPECT_FALSE(joined.tally.other_ended_first);
}

TEST(Splice, F013_ABrokenConnectionBreaksOffTheOther) {
  Joined joined;
  joined.listen_at_server();
  joined.join();
  joined.say(joined.client, "a APPEND INBOX {100}\r\nhalf of it");

  joined.client.reset();
  joined.loop.settle();

  ASSERT_TRUE(joined.end);
  EXPECT_EQ(joined.end->error().kind, Kind::Reset);
  EXPECT_EQ(joined.end->error().origin, Origin::Client);
  EXPECT_EQ(joined.to_server, "a APPEND INBOX {100}\r\nhalf of it");
  EXPECT_TRUE(joined.server_saw);
}

TEST(Splice, T046_WhoTakesNothingForTooLongIsCutOff) {
  Joined joined;
  joined.listen_at_server();
  joined.join();
  joined.say(joined.server, pattern(2'000'000, 5));

  for (int i = 0; i < 9; ++i) {
    joined.pass(minutes(1));
    joined.say(joined.client, "NOOP\r\n");
  }
  EXPECT_FALSE(joined.end);
  joined.pass(minutes(2));

  ASSERT_TRUE(joined.end);
  EXPECT_EQ(joined.end->error().kind, Kind::Timeout);
  EXPECT_EQ(joined.end->error().origin, Origin::Client);
}

Task<> read_one_line(Joined& joined) {
  const Line line = co_await joined.near_server.read_line({.octets_max = 100},
                                                          Deadline{joined.loop.now() + seconds(9)});
  EXPECT_EQ(line.text, "k1 OK in");
}

TEST(Splice, I029_WhatWasReadBeforeComesFirst) {
  Joined joined;
  joined.listen_at_client();
  joined.say(joined.server, "k1 OK in\r\n* 1 EXISTS\r\n");
  joined.splicing.spawn(read_one_line(joined));
  joined.loop.settle();

  joined.join();

  EXPECT_EQ(joined.to_client, "* 1 EXISTS\r\n");
}

TEST(Splice, CancellingEndsIt) {
  Joined joined;
  joined.listen_at_client();
  joined.join();

  joined.near_client.cancel(Error{Kind::Cancelled, Origin::Here, "kicked"});
  joined.loop.settle();

  ASSERT_TRUE(joined.end);
  EXPECT_EQ(joined.end->error().kind, Kind::Cancelled);
}

}  // namespace
}  // namespace postern::net
