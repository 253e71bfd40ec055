// Streams over pipes in memory: lines at every split, backpressure, ends, deadlines, memory.

#include "net/stream.hpp"

#include "net/memory_stream.hpp"
#include "net/scope.hpp"
#include "net/sleep.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace postern::net {
namespace {

using std::chrono::seconds;

// Whoever waits for an error alone must not lose what came.
static_assert(LosesNothing<Readable>);
static_assert(!LosesNothing<ReadLine>);
static_assert(!LosesNothing<ReadSome>);
static_assert(!LosesNothing<ReadExactly>);

constexpr LineBound kShort{.octets_max = 20, .skip_max = 100};

// Two ends of a pipe: `mine` is what is tested, `peer` does as it is told.
struct Ends {
  Loop loop{Time(seconds(1000))};
  Stream mine;
  Stream peer;
  std::vector<Error> reported;
  Scope scope{[this](const Error& error) { reported.push_back(error); }};

  explicit Ends(const PipeShape& shape = {}) {
    auto [one, other] = memory_pair(loop, Origin::Client, Origin::Upstream, shape);
    mine = std::move(one);
    peer = std::move(other);
  }

  void run(Task<> task) {
    scope.spawn(std::move(task));
    loop.settle();
  }

  [[nodiscard]] Deadline soon() const { return Deadline{loop.now() + seconds(30)}; }
};

Task<> say(Ends& ends, std::string octets) {
  co_await ends.peer.write(octets, ends.soon());
}

// Reads lines until the stream ends and writes down what it got.
Task<> read_lines(Ends& ends, std::string& log) {
  while (true) {
    const auto line = co_await attempt(ends.mine.read_line(kShort, ends.soon()));
    if (!line) {
      log += '!';
      log += name_of(line.error().kind);
      co_return;
    }
    log += line->too_long ? "<too long>" : std::string(line->text);
    log += '|';
  }
}

TEST(StreamLines, EndWithCrlfOrBareLf) {
  Ends ends;
  std::string log;
  ends.run(read_lines(ends, log));

  ends.run(say(ends, "one\r\ntwo\nthr\ree\r\n\r\n"));

  EXPECT_EQ(log, "one|two|thr\ree||");
}

TEST(StreamLines, F014_AreTheSameAtEverySplit) {
  const std::string input = "USER joe\r\nPASS a b \n0123456789012345678901234567\r\nQUIT\r\n";
  std::string whole;
  {
    Ends ends;
    ends.run(read_lines(ends, whole));
    ends.run(say(ends, input));
    ends.peer.close();
    ends.loop.settle();
  }
  ASSERT_EQ(whole, "USER joe|PASS a b |<too long>|QUIT|!closed");

  for (std::size_t first = 1; first < input.size(); ++first) {
    for (std::size_t then : {std::size_t{1}, std::size_t{7}, input.size()}) {
      bool begun = false;
      Ends ends({.next_piece = [&] { return std::exchange(begun, true) ? then : first; }});
      std::string log;
      ends.run(read_lines(ends, log));
      ends.run(say(ends, input));
      ends.peer.close();
      ends.loop.settle();
      ASSERT_EQ(log, whole) << "split at " << first << ", then every " << then;
    }
  }
}

TEST(StreamLines, M007_ALineAtTheBoundPassesAndOneBeyondItIsSkippedInSync) {
  Ends ends;
  std::string log;
  ends.run(read_lines(ends, log));

  ends.run(say(ends, std::string(20, 'a') + "\r\n" + std::string(21, 'b') + "\r\nnext\r\n"));

  EXPECT_EQ(log, std::string(20, 'a') + "|<too long>|next|");
}

TEST(StreamLines, M009_ALineWithoutEndIsAnErrorAtItsBound) {
  Ends ends;
  std::string log;
  ends.run(read_lines(ends, log));

  ends.run(say(ends, std::string(122, 'x')));

  EXPECT_EQ(log, "!limit");
}

TEST(StreamLines, F007_AnUnfinishedLineIsForgottenWhenThePeerEnds) {
  Ends ends;
  std::string log;
  ends.run(read_lines(ends, log));

  ends.run(say(ends, "DELE 1\r\nQUI"));
  ends.peer.close();
  ends.loop.settle();

  EXPECT_EQ(log, "DELE 1|!closed");
}

TEST(StreamLines, AResetIsNotAnOrderlyEnd) {
  Ends ends;
  std::string log;
  ends.run(read_lines(ends, log));

  ends.peer.reset();
  ends.loop.settle();

  EXPECT_EQ(log, "!reset");
}

TEST(StreamLines, F008_WhatCameBeforeTheEndIsReadBeforeTheEndIsSeen) {
  Ends ends;
  ends.run(say(ends, "DELE 1\r\nQUIT\r\n"));
  ends.peer.close();
  ends.loop.settle();

  std::string log;
  ends.run(read_lines(ends, log));

  EXPECT_EQ(log, "DELE 1|QUIT|!closed");
}

Task<> idle_line(Ends& ends, std::string& log) {
  const auto line = co_await attempt(ends.mine.read_line(kShort, Idle{seconds(10)}));
  log += line ? std::string(line->text) : std::string(name_of(line.error().kind));
}

TEST(StreamWaits, AnIdleWaitStartsAnewWithEachOctet) {
  Ends ends;
  std::string log;
  ends.run(idle_line(ends, log));

  for (const char* octet : {"s", "l", "o", "w"}) {
    ends.loop.turn_clock(seconds(9));
    ends.run(say(ends, octet));
  }
  EXPECT_EQ(log, "");
  ends.loop.turn_clock(seconds(10));

  EXPECT_EQ(log, "timeout");
}

TEST(StreamWaits, T044_ADeadlineDoesNotMoveWithOctets) {
  Ends ends;
  std::string log;
  ends.run(read_lines(ends, log));

  for (int i = 0; i < 4; ++i) {
    ends.loop.turn_clock(seconds(9));
    ends.run(say(ends, "x"));
  }

  EXPECT_EQ(log, "!timeout");
}

Task<> write_much(Ends& ends, std::size_t octets, std::string& log) {
  const std::string block(10'000, 'w');
  for (std::size_t sent = 0; sent < octets; sent += block.size()) {
    const auto wrote = co_await attempt(ends.mine.write(block, Idle{seconds(60)}));
    if (!wrote) {
      log += name_of(wrote.error().kind);
      co_return;
    }
  }
  log += "done";
}

Task<> swallow(Ends& ends, std::size_t octets, std::size_t& got) {
  while (got < octets) {
    const auto some = co_await ends.peer.read_some(octets - got, Idle{seconds(60)});
    got += some.size();
  }
}

TEST(StreamWrites, M114_WaitWhenThePeerDoesNotReadAndGoOnWhenItDoes) {
  Ends ends;
  std::string log;
  ends.run(write_much(ends, 1'000'000, log));
  EXPECT_EQ(log, "");
  EXPECT_GT(ends.mine.unsent(), Stream::kUnsentHigh - BlockPool::kSmall);
  EXPECT_LT(ends.mine.unsent(), Stream::kUnsentHigh + 20'000);

  std::size_t got = 0;
  ends.run(swallow(ends, 1'000'000, got));

  EXPECT_EQ(log, "done");
  EXPECT_EQ(got, 1'000'000U);
  EXPECT_EQ(ends.mine.unsent(), 0U);
}

TEST(StreamWrites, M040_APeerThatTakesOctetsSlowlyIsNotIdle) {
  Ends ends;
  std::string log;
  ends.run(write_much(ends, 800'000, log));

  std::size_t got = 0;
  for (int minute = 1; minute <= 20; ++minute) {
    ends.loop.turn_clock(seconds(59));
    ends.run(swallow(ends, static_cast<std::size_t>(minute) * 20'000, got));
    ASSERT_EQ(log, "") << "in minute " << minute;
  }
  ends.run(swallow(ends, 800'000, got));

  EXPECT_EQ(log, "done");
}

TEST(StreamWrites, F009_APeerThatTakesNothingIsTimedOut) {
  Ends ends;
  std::string log;
  ends.run(write_much(ends, 600'000, log));

  ends.loop.turn_clock(seconds(61));  // something had moved after the wait began
  ends.loop.turn_clock(seconds(60));  // nothing has since

  EXPECT_EQ(log, "timeout");
}

TEST(StreamWrites, ToAPeerThatIsGoneFail) {
  Ends ends;
  ends.peer.reset();
  ends.loop.settle();
  std::string log;

  ends.run(write_much(ends, 10'000, log));

  EXPECT_EQ(log, "reset");
}

TEST(StreamWrites, WhatWasWrittenBeforeTheEndStillArrives) {
  Ends ends({.capacity = 1000});
  std::string log;
  ends.run(write_much(ends, 100'000, log));
  ends.mine.close();

  std::size_t got = 0;
  ends.run(swallow(ends, 100'000, got));

  EXPECT_EQ(got, 100'000U);
}

TEST(StreamMemory, M114_ReadingStopsWhileNobodyReads) {
  Ends ends({.capacity = 30'000});
  ends.mine.set_read_ahead(true);
  std::string log;
  ends.run(read_lines(ends, log));
  ends.run(say(ends, "first\r\n"));
  ends.scope.cancel();  // nobody reads any more

  Scope scope([](const Error&) {});
  scope.spawn(say(ends, std::string(100'000, 'x')));
  ends.loop.settle();

  EXPECT_LE(ends.mine.waiting(), BlockPool::kSmall);
  EXPECT_GE(ends.peer.unsent(), 30'000U) << "the rest stays with the sender";
}

TEST(StreamMemory, AnIdleStreamHoldsNone) {
  Ends ends;
  std::string log;
  ends.run(read_lines(ends, log));
  ends.run(say(ends, "one\r\ntwo\r\n"));

  EXPECT_EQ(log, "one|two|");
  EXPECT_EQ(ends.loop.blocks().held(), 0U);
}

TEST(StreamMemory, AnUnfinishedLineHoldsLittleMoreThanItself) {
  Ends ends;
  std::string log;
  ends.run(read_lines(ends, log));
  ends.run(say(ends, "one\r\n"));
  ends.run(say(ends, "tw"));
  ends.run(say(ends, "o"));

  EXPECT_LE(ends.loop.blocks().held(), BlockPool::kSmall);
  ends.run(say(ends, "\r\n"));
  EXPECT_EQ(log, "one|two|");
  EXPECT_EQ(ends.loop.blocks().held(), 0U);
}

Task<> read_block(Ends& ends, std::size_t octets, std::string& log) {
  log += co_await ends.mine.read_exactly(octets, ends.soon());
  const Line line = co_await ends.mine.read_line(kShort, ends.soon());
  log += '|';
  log += line.text;
}

TEST(StreamBlocks, ReadExactlyTakesJustThatAndLeavesTheRest) {
  bool odd = false;
  Ends ends({.next_piece = [&] { return std::exchange(odd, !odd) ? 999U : 3U; }});
  const std::string block(40'000, 'b');
  std::string log;
  ends.run(read_block(ends, block.size(), log));

  ends.run(say(ends, block + "tail\r\n"));

  EXPECT_EQ(log, block + "|tail");
}

TEST(StreamBlocks, F030_ReadExactlyFailsWhenThePeerEndsInside) {
  Ends ends;
  std::string log;
  ends.run(read_block(ends, 10, log));

  ends.run(say(ends, "12345"));
  ends.peer.close();
  ends.loop.settle();

  EXPECT_EQ(log, "");
  ASSERT_EQ(ends.reported.size(), 1U);
  EXPECT_EQ(ends.reported[0].kind, Kind::Closed);
}

TEST(StreamCancel, EndsThePendingWaitAndEveryLaterOne) {
  Ends ends;
  std::string log;
  ends.run(read_lines(ends, log));

  ends.mine.cancel({Kind::Cancelled, Origin::Here, "stolen"});
  ends.loop.settle();
  EXPECT_EQ(log, "!cancelled");
  ends.run(write_much(ends, 10, log));

  EXPECT_EQ(log, "!cancelledcancelled");
}

Task<> chatter(Ends& ends, int lines, std::string& log) {
  for (int i = 0; i < lines; ++i) {
    const Line line = co_await ends.mine.read_line(kShort, ends.soon());
    log += line.text;
    co_await ends.mine.write("ok\r\n", ends.soon());
  }
  ends.mine.close();  // from inside the callback that brought the line
}

TEST(StreamLife, MayBeDroppedFromInsideItsOwnCallback) {
  Ends ends;
  std::string log;
  ends.run(chatter(ends, 2, log));

  ends.run(say(ends, "a\r\nb\r\nc\r\n"));

  EXPECT_EQ(log, "ab");
  EXPECT_FALSE(ends.mine.is_open());
}

}  // namespace
}  // namespace postern::net
