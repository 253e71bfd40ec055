// Events become lines, as the settings of the moment say; sessions are told apart and can be
// traced.

#include "metrics/log.hpp"

#include "metrics/session_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/metrics/log_support.hpp"

namespace postern::metrics {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kLong = std::chrono::seconds(60);
constexpr std::string_view kStart = "2026-08-05T00:00:00.000Z ";

std::chrono::system_clock::time_point fifth_of_august() {
  return std::chrono::sys_days(std::chrono::year(2026) / 8 / 5);
}

// A log in memory whose clock stands still.
struct Kept {
  explicit Kept(LogSettings settings = {.users = Users::Plain})
      : log({.descriptor = file.descriptor(), .now = fifth_of_august}, std::move(settings)) {}

  // What was logged, without the time.
  std::vector<std::string> lines() {
    EXPECT_TRUE(log.flush(kLong));
    std::vector<std::string> lines = file.lines();
    for (std::string& line : lines) {
      EXPECT_TRUE(line.starts_with(kStart)) << line;
      line.erase(0, kStart.size());
    }
    return lines;
  }

  MemoryFile file;
  Log log;
};

SessionLog session_in(Log& log) {
  return {log, {.session = "k3v9", .listener = "pop3s", .client = "192.0.2.1"}};
}

TEST(Log, WritesAnEventAsALine) {
  Kept kept;

  kept.log.write(CircuitOpened{.upstream = "dovecot", .backend = 1, .failures = 5});

  EXPECT_THAT(kept.lines(),
              ElementsAre("warning circuit.opened upstream=dovecot backend=1 failures=5"));
}

TEST(Log, WritesJson) {
  Kept kept({.format = Format::Json});

  kept.log.write(CircuitOpened{.upstream = "dovecot", .backend = 1, .failures = 5});
  ASSERT_TRUE(kept.log.flush(kLong));

  EXPECT_EQ(kept.file.text(),
            R"({"time":"2026-08-05T00:00:00.000Z","level":"warning","event":"circuit.opened",)"
            R"("upstream":"dovecot","backend":1,"failures":5})"
            "\n");
}

TEST(Log, WritesNothingBelowItsLevel) {
  Kept kept({.level = Level::Error});

  kept.log.write(CircuitOpened{.upstream = "dovecot"});
  kept.log.write(ConfigRefused{.problems = 2});

  EXPECT_THAT(kept.lines(), ElementsAre("error config.refused problems=2"));
}

TEST(Log, TheLevelCanBeChangedWhileItRuns) {
  Kept kept({.level = Level::Error});
  kept.log.write(ProcessStarted{.version = "1"});

  kept.log.apply({.level = Level::Info});
  kept.log.write(ProcessStarted{.version = "2"});

  EXPECT_THAT(kept.lines(), ElementsAre("info process.started version=2 workers=0"));
}

TEST(Log, ASessionEndsWithOneLineThatTellsAllOfIt) {
  Kept kept;
  SessionLog log = session_in(kept.log);
  log.user("alice");
  log.upstream("dovecot");
  log.doing("QUIT");

  log.write(SessionEnded{.reason = EndReason::Quit,
                         .tls = "1.3",
                         .seconds = milliseconds(1'250),
                         .commands = 7,
                         .octets_in = 80,
                         .octets_out = 20'200,
                         .retrieved = 2,
                         .deleted = 1,
                         .sent = 3});

  EXPECT_THAT(kept.lines(),
              ElementsAre("info session.ended session=k3v9 protocol=pop3 listener=pop3s "
                          "client=192.0.2.1 user=alice upstream=dovecot doing=QUIT reason=quit "
                          "tls=1.3 seconds=1.250 commands=7 octets_in=80 octets_out=20200 "
                          "retrieved=2 deleted=1 sent=3"));
}

TEST(Log, UserAndUpstreamAppearAsTheyBecomeKnown) {
  Kept kept;
  SessionLog log = session_in(kept.log);

  log.write(StarttlsInjection{.octets = 9});
  log.user("alice");
  log.write(LoginRefused{});

  EXPECT_THAT(kept.lines(),
              ElementsAre("warning starttls.injection session=k3v9 protocol=pop3 listener=pop3s "
                          "client=192.0.2.1 side=client octets=9",
                          "info login.refused session=k3v9 protocol=pop3 listener=pop3s "
                          "client=192.0.2.1 user=alice mechanism=user_pass "
                          "result=bad_credentials"));
}

TEST(Log, AnErrorLineSaysWhatTheSessionWasDoing) {
  Kept kept;
  SessionLog log = session_in(kept.log);
  log.upstream("dovecot");
  log.doing("RETR 3");

  log.write(UpstreamFailed{.upstream = "dovecot",
                           .stage = "fetch_body",
                           .kind = "Closed",
                           .detail = "connection reset"});

  EXPECT_THAT(kept.lines(),
              ElementsAre(EndsWith("client=192.0.2.1 doing=\"RETR 3\" upstream=dovecot backend=0 "
                                   "stage=fetch_body kind=Closed detail=\"connection reset\"")));
}

TEST(Log, WhatASessionDoesIsCutNotOverrun) {
  Kept kept;
  SessionLog log = session_in(kept.log);

  log.doing(std::string(1000, 'x'));
  log.write(SessionCrashed{});

  EXPECT_THAT(kept.lines(), ElementsAre(EndsWith(" doing=" + std::string(32, 'x'))));
}

TEST(Log, TracesNothingUnlessAsked) {
  Kept kept;
  SessionLog log = session_in(kept.log);
  log.user("alice");

  EXPECT_FALSE(log.traces());
  log.trace(Direction::C, "STAT");

  EXPECT_THAT(kept.lines(), ElementsAre());
}

TEST(Log, TracesEverySessionAtLevelDebug) {
  Kept kept({.level = Level::Debug});
  SessionLog log = session_in(kept.log);

  EXPECT_TRUE(log.traces());
  log.trace(Direction::ToUpstream, "g1 LOGIN *** ***");

  EXPECT_THAT(kept.lines(), ElementsAre(EndsWith(R"( direction=U> line="g1 LOGIN *** ***")")));
}

TEST(Log, TracesOneUser) {
  Kept kept({.traced = {"alice"}});
  SessionLog alice = session_in(kept.log);
  SessionLog bob = session_in(kept.log);

  alice.trace(Direction::C, "USER alice");
  alice.user("alice");
  bob.user("bob");
  alice.trace(Direction::C, "STAT");
  bob.trace(Direction::C, "LIST");

  EXPECT_THAT(kept.lines(), ElementsAre(EndsWith(" direction=C line=STAT")));
}

TEST(Log, TracesOneAddress) {
  Kept kept({.traced = {"192.0.2.1"}});
  SessionLog traced = session_in(kept.log);
  SessionLog other(kept.log, {.session = "x", .listener = "pop3s", .client = "192.0.2.10"});

  EXPECT_TRUE(traced.traces());
  EXPECT_FALSE(other.traces());
}

TEST(Log, TracingStartsAndEndsWithinARunningSession) {
  Kept kept;
  SessionLog log = session_in(kept.log);
  log.user("alice");
  log.trace(Direction::C, "before");

  kept.log.apply({.traced = {"bob", "alice"}});
  log.trace(Direction::C, "during");
  kept.log.apply({});
  log.trace(Direction::C, "after");

  EXPECT_THAT(kept.lines(), ElementsAre(EndsWith("line=during")));
}

TEST(Log, AnEmptyNameTracesNobody) {
  Kept kept({.traced = {""}});
  SessionLog log = session_in(kept.log);

  EXPECT_FALSE(log.traces());
}

TEST(Log, T071_ADetailFromOutsideCannotMakeASecondLine) {
  Kept kept;

  kept.log.write(
      UpstreamFailed{.detail = "no\r\n2026-08-05T00:00:00.000Z info session.ended user=mallory"});

  const auto lines = kept.lines();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines.front(), HasSubstr(R"(detail="no\x0d\x0a2026-)"));
}

TEST(Log, T078_TheSessionsNameStandsInEveryLineAboutIt) {
  Kept kept({.level = Level::Debug});
  SessionLog log = session_in(kept.log);

  log.write(SessionCrashed{.detail = "out of memory"});
  log.write(CommitFailed{.messages = 2});
  log.trace(Direction::S, "+OK");

  for (const std::string& line : kept.lines())
    EXPECT_THAT(line, HasSubstr(" session=k3v9 "));
}

TEST(Log, F066_WhatIsDroppedIsReportedAndCounted) {
  const Pipe pipe;
  Log log({.descriptor = pipe.writer(), .bounds = {.lines = 10}, .now = fifth_of_august}, {});
  Recorder recorder;
  const auto dropped = [&] {
    log.report(recorder);
    return recorder.at(kMetrics.log_dropped().cell);
  };

  while (dropped() == 0)
    log.write(UpstreamFailed{.detail = std::string(200, 'x')});
  std::string text;
  for (std::string more = "?"; !more.empty() && text.find("log.dropped") == std::string::npos;)
    text += more = pipe.read_some();

  EXPECT_THAT(text, HasSubstr("\n" + std::string(kStart) + "warning log.dropped lines=1\n"));
}

TEST(Log, CountsLinesByLevel) {
  Kept kept;
  kept.log.write(ConfigRefused{});
  kept.log.write(ProcessStarted{});
  kept.log.write(ProcessStarted{});
  SessionLog log = session_in(kept.log);
  log.write(SessionProbed{});  // debug: not written, not counted
  Recorder recorder;

  kept.log.report(recorder);

  const auto counted = [&recorder](Level level) {
    return recorder.at(kMetrics.log_messages(level).cell);
  };
  EXPECT_EQ(counted(Level::Error), 1U);
  EXPECT_EQ(counted(Level::Warning), 0U);
  EXPECT_EQ(counted(Level::Info), 2U);
  EXPECT_EQ(counted(Level::Debug), 0U);
}

TEST(Log, SettingsMayChangeWhileThreadsWrite) {
  Kept kept({});
  constexpr int kRounds = 1000;
  std::atomic<int> running = 2;
  std::vector<std::jthread> threads;
  threads.reserve(2);
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      SessionLog log = session_in(kept.log);
      log.user("alice");
      for (int round = 0; round < kRounds; ++round) {
        log.write(LoginRefused{});
        log.trace(Direction::C, "STAT");
      }
      --running;
    });
  }
  do {
    kept.log.apply({.format = Format::Json, .traced = {"alice"}});
    kept.log.apply({.format = Format::Logfmt});
  } while (running > 0);
  threads.clear();
  ASSERT_TRUE(kept.log.flush(kLong));

  Recorder recorder;
  kept.log.report(recorder);
  EXPECT_EQ(recorder.at(kMetrics.log_messages(Level::Info).cell) +
                recorder.at(kMetrics.log_messages(Level::Debug).cell),
            kept.file.lines().size() - recorder.at(kMetrics.log_messages(Level::Warning).cell));
  EXPECT_GE(kept.file.lines().size(), 1U);
  EXPECT_THAT(kept.file.text(), Not(HasSubstr("alice")));
}

}  // namespace
}  // namespace postern::metrics
