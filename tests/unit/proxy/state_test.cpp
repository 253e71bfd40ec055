// How an operator sees what has to last: whether it can be used, and how large it is.

#include "proxy/state.hpp"

#include "metrics/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/metrics/log_support.hpp"
#include "tests/unit/proxy/run_task.hpp"

namespace postern::proxy {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr MailboxKey kJoe{.upstream = "imap", .user = "joe", .mailbox = "INBOX"};
constexpr auto kLong = std::chrono::seconds(60);

class StateTest : public testing::Test {
 protected:
  StateTest() {
    std::string name = (std::filesystem::temp_directory_path() / "postern-state-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    folder_ = name;
    settings_.path = folder_ / "state.db";
  }

  ~StateTest() override { std::filesystem::remove_all(folder_); }

  bool finds(State& state) {
    return test::run_task(loop_, state.uidls().find(loop_, kJoe)).has_value();
  }

  bool keeps(State& state, std::string text) {
    UidlChange change;
    change.aliases.push_back(
        {.validity = wire::UidValidity{1}, .uid = wire::Uid{2}, .text = std::move(text)});
    return test::run_task(loop_, state.uidls().keep(loop_, kJoe, std::move(change))).has_value();
  }

  std::string page(const State& state) {
    metrics::Registry registry;
    registry.at_scrape([&state](metrics::Recorder& recorder) { state.report(recorder); });
    return registry.exposition();
  }

  std::string log() {
    EXPECT_TRUE(log_.flush(kLong));
    return log_file_.text();
  }

  std::filesystem::path folder_;
  conf::State settings_;
  net::Loop loop_;
  metrics::MemoryFile log_file_;
  metrics::Log log_{{.descriptor = log_file_.descriptor()}, metrics::LogSettings{}};
};

TEST_F(StateTest, AFileThatCannotBeReadIsToldOfOnceAndWhenItCanBeAgain) {
  std::ofstream(settings_.path) << std::string(4096, 'x');
  State state(settings_, log_);

  EXPECT_FALSE(finds(state));
  EXPECT_FALSE(finds(state));

  EXPECT_THAT(page(state), HasSubstr("\npostern_state_up{store=\"local\"} 0\n"));
  EXPECT_THAT(page(state), HasSubstr("\npostern_state_size_bytes{store=\"local\"} 4096\n"));
  const std::string told = log();
  EXPECT_THAT(told, HasSubstr(" error state.failed file=" + settings_.path.native()));
  EXPECT_EQ(told.find("state.failed"), told.rfind("state.failed"));
  EXPECT_THAT(told, Not(HasSubstr("state.recovered")));

  std::filesystem::remove(settings_.path);

  EXPECT_TRUE(finds(state));
  EXPECT_THAT(page(state), HasSubstr("\npostern_state_up{store=\"local\"} 1\n"));
  EXPECT_THAT(log(), HasSubstr(" info state.recovered file="));
}

TEST_F(StateTest, AFileThatIsGoneIsNotWell) {
  State state(settings_, log_);
  ASSERT_TRUE(keeps(state, "a"));
  ASSERT_TRUE(finds(state));
  EXPECT_THAT(page(state), HasSubstr("\npostern_state_up{store=\"local\"} 1\n"));

  for (const char* suffix : {"", "-wal", "-shm"})
    std::filesystem::remove(settings_.path.native() + suffix);

  EXPECT_FALSE(finds(state));
  EXPECT_THAT(page(state), HasSubstr("\npostern_state_up{store=\"local\"} 0\n"));
  EXPECT_THAT(log(), HasSubstr(" error state.failed file="));
}

TEST_F(StateTest, AFolderThatTakesNothingIsNotWellAndIsTriedAgain) {
  settings_.path = folder_ / "later" / "state.db";
  State state(settings_, log_, net::Duration::zero());

  EXPECT_FALSE(keeps(state, "a"));
  EXPECT_THAT(page(state), HasSubstr("\npostern_state_up{store=\"local\"} 0\n"));

  std::filesystem::create_directory(folder_ / "later");
  state.tend(settings_, loop_.now());
  state.stop(kLong);

  EXPECT_THAT(page(state), HasSubstr("\npostern_state_up{store=\"local\"} 1\n"));
  EXPECT_THAT(log(), HasSubstr(" info state.recovered file="));
}

TEST_F(StateTest, WithoutAPathMemoryAnswersAndThereIsNoFile) {
  settings_.path.clear();
  State state(settings_, log_);

  EXPECT_TRUE(finds(state));

  EXPECT_THAT(page(state), HasSubstr("\npostern_state_up{store=\"local\"} 1\n"));
  EXPECT_THAT(page(state), HasSubstr("\npostern_state_size_bytes{store=\"local\"} 0\n"));
}

}  // namespace
}  // namespace postern::proxy
