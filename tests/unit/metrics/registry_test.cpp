// The page shows what the Recorders of all threads hold, for what is configured and nothing else.

#include "metrics/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace postern::metrics {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

Configured small() {
  return {.protocols = {Protocol::Pop3},
          .listeners = {"pop3s"},
          .upstreams = {{.name = "dovecot", .backends = 2}},
          .certificates = {"default"},
          .workers = 2};
}

// The value behind a series, which is written as the page writes it; "absent" if it is not there.
std::string value_of(const std::string& page, std::string_view series) {
  const std::string start = "\n" + std::string(series) + " ";
  const std::size_t found = page.find(start);
  if (found == std::string::npos) return "absent";
  const std::size_t from = found + start.size();
  return page.substr(from, page.find('\n', from) - from);
}

TEST(Registry, AddsUpWhatAllThreadsCounted) {
  Registry registry;
  registry.names().configure(small());
  Recorder& one = registry.recorder();
  Recorder& two = registry.recorder();

  one.add(kMetrics.messages_retrieved(), 3);
  two.add(kMetrics.messages_retrieved(), 4);

  EXPECT_EQ(value_of(registry.exposition(), "postern_pop3_messages_retrieved_total"), "7");
}

TEST(Registry, OneThreadMayLowerWhatAnotherRaised) {
  Registry registry;
  registry.names().configure(small());
  const auto active = kMetrics.connections_active(registry.names().listener("pop3s"));

  registry.recorder().raise(active, 3);
  registry.recorder().lower(active);

  EXPECT_EQ(value_of(registry.exposition(), R"(postern_connections_active{listener="pop3s"})"),
            "2");
}

TEST(Registry, SeriesExistBeforeTheirFirstEvent) {
  Registry registry;
  registry.names().configure(small());

  const std::string page = registry.exposition();

  EXPECT_EQ(value_of(page, R"(postern_sessions_ended_total{protocol="pop3",reason="drain"})"), "0");
  EXPECT_EQ(value_of(page,
                     R"(postern_upstream_connects_total)"
                     R"({upstream="dovecot",backend="1",result="tls_verify"})"),
            "0");
  EXPECT_EQ(value_of(page, R"(postern_event_loop_lag_seconds_count{worker="1"})"), "0");
}

TEST(Registry, NothingIsShownForWhatIsNotConfigured) {
  Registry registry;
  registry.names().configure(small());

  const std::string page = registry.exposition();

  EXPECT_THAT(page, Not(HasSubstr("imap")));
  EXPECT_THAT(page, Not(HasSubstr(R"(protocol="submission")")));
  EXPECT_THAT(page, Not(HasSubstr(R"(backend="2")")));
  EXPECT_THAT(page, Not(HasSubstr(R"(worker="2")")));
}

TEST(Registry, WithoutConfigurationThereAreStillTheNumbersOfTheProcess) {
  Registry registry;

  const std::string page = registry.exposition();

  EXPECT_THAT(page, HasSubstr("\nprocess_resident_memory_bytes "));
  EXPECT_THAT(page, Not(HasSubstr("postern_connections_accepted_total")));
}

TEST(Registry, AfterAReloadCountersOfOldNamesStayAndGaugesGo) {
  Registry registry;
  registry.names().configure(small());
  const Listener pop3s = registry.names().listener("pop3s");
  Recorder& recorder = registry.recorder();
  recorder.add(kMetrics.connections_accepted(pop3s), 5);
  recorder.set(kMetrics.connections_limit(pop3s), 100);

  Configured renamed = small();
  renamed.listeners = {"new"};
  renamed.upstreams = {{.name = "dovecot", .backends = 1}};
  registry.names().configure(renamed);
  const std::string page = registry.exposition();

  EXPECT_EQ(value_of(page, R"(postern_connections_accepted_total{listener="pop3s"})"), "5");
  EXPECT_EQ(value_of(page, R"(postern_connections_limit{listener="pop3s"})"), "absent");
  EXPECT_EQ(value_of(page, R"(postern_connections_limit{listener="new"})"), "0");
  EXPECT_EQ(value_of(page, R"(postern_upstream_up{upstream="dovecot",backend="1"})"), "absent");
  EXPECT_EQ(
      value_of(page, R"(postern_upstream_circuit_opened_total{upstream="dovecot",backend="1"})"),
      "0");
}

TEST(Registry, ANameThatComesBackGoesOnCounting) {
  Registry registry;
  registry.names().configure(small());
  Recorder& recorder = registry.recorder();
  recorder.add(kMetrics.connections_accepted(registry.names().listener("pop3s")), 5);

  registry.names().configure({});
  registry.names().configure(small());
  recorder.add(kMetrics.connections_accepted(registry.names().listener("pop3s")));

  EXPECT_EQ(
      value_of(registry.exposition(), R"(postern_connections_accepted_total{listener="pop3s"})"),
      "6");
}

TEST(Registry, ABackendIsDownWhenOneThreadSaysSo) {
  Registry registry;
  registry.names().configure(small());
  const auto up = kMetrics.upstream_up(registry.names().upstream("dovecot"), Backend{1});
  constexpr std::string_view kSeries = R"(postern_upstream_up{upstream="dovecot",backend="1"})";

  Recorder& one = registry.recorder();
  (void)registry.recorder();
  EXPECT_EQ(value_of(registry.exposition(), kSeries), "1");

  one.set(up, 0);
  EXPECT_EQ(value_of(registry.exposition(), kSeries), "0");

  one.set(up, 1);
  EXPECT_EQ(value_of(registry.exposition(), kSeries), "1");
}

TEST(Registry, ACircuitIsOpenWhenOneThreadSaysSo) {
  Registry registry;
  registry.names().configure(small());
  constexpr std::string_view kSeries =
      R"(postern_upstream_circuit_open{upstream="dovecot",backend="0"})";
  EXPECT_EQ(value_of(registry.exposition(), kSeries), "0");

  for (int thread = 0; thread < 2; ++thread) {
    registry.recorder().set(
        kMetrics.upstream_circuit_open(registry.names().upstream("dovecot"), Backend{0}), 1);
  }

  EXPECT_EQ(value_of(registry.exposition(), kSeries), "1");
}

TEST(Registry, HistogramsAreCumulativeAndInSeconds) {
  Registry registry;
  registry.names().configure(small());
  const auto series = kMetrics.auth_duration(Protocol::Pop3, AuthOutcome::Ok);
  registry.recorder().observe(series, milliseconds(2));
  registry.recorder().observe(series, milliseconds(30));
  registry.recorder().observe(series, milliseconds(31'000));

  const std::string page = registry.exposition();

  const auto bucket = [&page](const std::string& bound) {
    return value_of(
        page,
        R"(postern_auth_duration_seconds_bucket{protocol="pop3",result="ok",le=")" + bound + "\"}");
  };
  EXPECT_EQ(bucket("0.001"), "0");
  EXPECT_EQ(bucket("0.0025"), "1");
  EXPECT_EQ(bucket("0.05"), "2");
  EXPECT_EQ(bucket("30"), "2");
  EXPECT_EQ(bucket("+Inf"), "3");
  EXPECT_EQ(value_of(page, R"(postern_auth_duration_seconds_count{protocol="pop3",result="ok"})"),
            "3");
  EXPECT_EQ(value_of(page, R"(postern_auth_duration_seconds_sum{protocol="pop3",result="ok"})"),
            "31.032");
}

TEST(Registry, InfoMetricsSayWhatTheyWereToldLast) {
  Registry registry;
  EXPECT_THAT(registry.exposition(), Not(HasSubstr("postern_config_info")));

  registry.describe(kMetrics.config_info, {"0f0f"});
  registry.describe(kMetrics.config_info, {"abcd"});
  registry.describe(kMetrics.build_info, {"0.1.0", "c0ffee", "3.0.22", "1.44.2"});
  const std::string page = registry.exposition();

  EXPECT_EQ(value_of(page, R"(postern_config_info{sha256="abcd"})"), "1");
  EXPECT_THAT(page, Not(HasSubstr("0f0f")));
  EXPECT_EQ(value_of(page,
                     R"(postern_build_info)"
                     R"({version="0.1.0",revision="c0ffee",openssl="3.0.22",libuv="1.44.2"})"),
            "1");
}

TEST(Registry, AsksAtEachScrapeForNumbersThatOthersKeep) {
  Registry registry;
  std::int64_t waiting = 3;
  registry.at_scrape([&waiting](Recorder& recorder) {
    recorder.set(kMetrics.threadpool_queue_length(), waiting);
  });
  EXPECT_EQ(value_of(registry.exposition(), "postern_threadpool_queue_length"), "3");

  waiting = 2;
  EXPECT_EQ(value_of(registry.exposition(), "postern_threadpool_queue_length"), "2");
}

TEST(Registry, T076_HostileNamesMakeNoSeriesOfTheirOwn) {
  Registry registry;
  Configured hostile = small();
  hostile.listeners = {"a\"} 1\npostern_ready 0\nx{y=\"", "b\\", "\xff\xfe"};
  registry.names().configure(hostile);

  const std::string page = registry.exposition();

  EXPECT_EQ(value_of(page, R"(postern_connections_accepted_total{listener="b\\"})"), "0");
  EXPECT_EQ(value_of(page, R"(postern_connections_accepted_total{listener="__"})"), "0");
  std::istringstream lines(page);
  std::set<std::string> families;
  for (const Family& family : kMetrics.families())
    families.emplace(family.name);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# ")) continue;
    std::string name = line.substr(0, line.find_first_of("{ "));
    for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
      if (name.ends_with(suffix)) name.resize(name.size() - suffix.size());
    }
    EXPECT_TRUE(families.contains(name)) << line;
  }
}

TEST(Registry, MayBeReadWhileThreadsRecord) {
  constexpr std::uint64_t kRounds = 20'000;
  Registry registry;
  registry.names().configure(small());
  const auto run = [&registry] {
    Recorder& recorder = registry.recorder();
    const Listener listener = registry.names().listener("pop3s");
    for (std::uint64_t i = 0; i < kRounds; ++i) {
      recorder.add(kMetrics.connections_accepted(listener));
      recorder.raise(kMetrics.connections_active(listener));
      recorder.observe(kMetrics.dns_query_duration(), milliseconds(i % 40));
      recorder.lower(kMetrics.connections_active(listener));
    }
  };

  std::atomic<int> running = 2;
  std::vector<std::jthread> threads;
  threads.reserve(2);
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      run();
      --running;
    });
  }
  do {
    const std::string page = registry.exposition();
    EXPECT_EQ(value_of(page, "postern_dns_query_duration_seconds_count"),
              value_of(page, R"(postern_dns_query_duration_seconds_bucket{le="+Inf"})"));
  } while (running > 0);
  threads.clear();

  const std::string page = registry.exposition();
  EXPECT_EQ(value_of(page, R"(postern_connections_accepted_total{listener="pop3s"})"), "40000");
  EXPECT_EQ(value_of(page, R"(postern_connections_active{listener="pop3s"})"), "0");
  EXPECT_EQ(value_of(page, "postern_dns_query_duration_seconds_count"), "40000");
}

}  // namespace
}  // namespace postern::metrics
