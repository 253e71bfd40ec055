// The index in a file: what was remembered is found, by this process and by the next, by two at
// once, and without a disk.

#include "proxy/index_sqlite.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

#include "tests/support/temporary_folder.hpp"
#include "tests/unit/proxy/index_scene.hpp"

namespace postern::proxy {
namespace {

using std::chrono::days;
using test::TemporaryFolder;

constexpr std::int64_t kDay = 24 * 60 * 60;  // in seconds

// Gives the thread a job that lasts until the gate is opened.
void keep_busy(StateThread& thread, std::filesystem::path file, std::shared_future<void> gate) {
  thread.give({.file = std::make_shared<StateFile>(
                   StatePlan{.path = std::move(file),
                             .application = 1,
                             .build = [](Database&, std::int64_t) { return net::Result<>(); }}),
               .work = [gate = std::move(gate)](Database&) {
                 gate.wait();
                 return net::Result<>();
               }});
}

TEST(IndexSqlite, FindsNothingInANewFile) {
  const TemporaryFolder folder;
  IndexScene scene(folder / "index.db");

  EXPECT_FALSE(scene.find("ann"));
  EXPECT_EQ(scene.index.errors(), 0U);
}

TEST(IndexSqlite, FindsWhatWasRememberedAtOnceAndAfterARestart) {
  const TemporaryFolder folder;
  const IndexedMailbox mailbox = numbered_mailbox(5);
  {
    IndexScene scene(folder / "index.db");
    scene.remember("ann", mailbox);
    EXPECT_TRUE(same(scene.find("ann").value(), mailbox));
    EXPECT_FALSE(scene.find("bob"));
  }

  IndexScene scene(folder / "index.db");

  EXPECT_TRUE(same(scene.find("ann").value(), mailbox));
  EXPECT_FALSE(scene.find("bob"));
  EXPECT_EQ(scene.index.errors(), 0U);
}

TEST(IndexSqlite, OfTwoVersionsTheLaterIsFound) {
  const TemporaryFolder folder;
  {
    IndexScene scene(folder / "index.db");
    for (std::uint64_t number = 0; number < 50; ++number)
      scene.remember("ann", numbered_mailbox(number));
  }

  IndexScene scene(folder / "index.db");

  EXPECT_TRUE(same(scene.find("ann").value(), numbered_mailbox(49)));
}

TEST(IndexSqlite, T062_KeysThatLookAlikeAreApartAndNoNameStandsInTheFile) {
  const TemporaryFolder folder;
  {
    IndexScene scene(folder / "index.db");
    scene.index.remember({.upstream = "mail", .user = "grace.hopper", .mailbox = "INBOX"},
                         numbered_mailbox(1));
    scene.index.remember({.upstream = "mailg", .user = "race.hopper", .mailbox = "INBOX"},
                         numbered_mailbox(2));
    scene.index.remember({.upstream = "mail", .user = "../../grace", .mailbox = "INBOX"},
                         numbered_mailbox(3));
  }
  IndexScene scene(folder / "index.db");
  EXPECT_TRUE(same(scene.find("grace.hopper").value(), numbered_mailbox(1)));
  EXPECT_FALSE(scene.find("grace.hoppe"));
  EXPECT_TRUE(same(scene.find("../../grace").value(), numbered_mailbox(3)));

  std::ifstream file(folder / "index.db", std::ios::binary);
  const std::string octets{std::istreambuf_iterator<char>(file), {}};

  EXPECT_EQ(octets.find("hopper"), std::string::npos);
  EXPECT_EQ(octets.find("grace"), std::string::npos);
  for (const auto& each : std::filesystem::directory_iterator(folder.path()))
    EXPECT_TRUE(each.path().filename().string().starts_with("index.db"));
}

// A process may find what it knew before, within the hour, but never go back behind that.
TEST(IndexSqlite, M083_TwoProcessesOnOneFileFindWhatEitherWroteAndNothingOlderThanTheyKnew) {
  const TemporaryFolder folder;
  IndexScene one(folder / "index.db");
  IndexScene other(folder / "index.db");
  std::mt19937_64 random(83);
  std::map<std::string, std::set<std::uint64_t>> written;
  std::map<std::pair<IndexScene*, std::string>, std::uint64_t> known;

  for (std::uint64_t step = 1; step <= 400; ++step) {
    IndexScene& scene = random() % 2 == 0 ? one : other;
    const std::string user(1, static_cast<char>('a' + random() % 5));
    std::uint64_t& known_here = known[{&scene, user}];
    if (random() % 2 == 0) {
      scene.remember(user, numbered_mailbox(step, 600));
      scene.flush();
      written[user].insert(step);
      known_here = step;
      continue;
    }
    const auto found = scene.find(user);
    ASSERT_EQ(found.has_value(), !written[user].empty()) << step;
    if (!found) continue;
    const std::uint64_t number = found->known.modseq;
    ASSERT_TRUE(written[user].contains(number)) << step;
    ASSERT_GE(number, known_here) << step;
    ASSERT_TRUE(same(*found, numbered_mailbox(number, 600))) << step;
    known_here = number;
  }
  EXPECT_EQ(one.index.errors() + other.index.errors(), 0U);
}

TEST(IndexSqlite, M083_WhatAnotherProcessWroteIsFoundWhenTheHourIsOver) {
  const TemporaryFolder folder;
  std::atomic<std::int64_t> now = 1000 * kDay;
  IndexScene one(folder / "index.db", [&now] { return now.load(); });
  IndexScene other(folder / "index.db", [&now] { return now.load(); });
  one.remember("ann", numbered_mailbox(1));
  one.flush();
  other.remember("ann", numbered_mailbox(2));
  other.flush();

  EXPECT_TRUE(same(one.find("ann").value(), numbered_mailbox(1)));
  EXPECT_TRUE(same(one.find_latest("ann").value(), numbered_mailbox(2)));
  now += 60 * 60;

  EXPECT_TRUE(same(one.find("ann").value(), numbered_mailbox(2)));
}

TEST(IndexSqlite, AMailboxInUseIsLookedUpOnceAnHour) {
  const TemporaryFolder folder;
  std::atomic<std::int64_t> now = 1000 * kDay;
  {
    IndexScene scene(folder / "index.db", [&now] { return now.load(); });
    scene.remember("ann", numbered_mailbox(1));
  }
  IndexScene scene(folder / "index.db", [&now] { return now.load(); });
  const std::uint64_t before = scene.threads.reader.given();

  for (int poll = 0; poll < 10; ++poll)
    EXPECT_TRUE(same(scene.find("ann").value(), numbered_mailbox(1)));

  EXPECT_EQ(scene.threads.reader.given(), before + 1);
}

TEST(IndexSqlite, WhatManySessionsFindStandsInMemoryOnce) {
  const TemporaryFolder folder;
  IndexScene(folder / "index.db").remember("ann", numbered_mailbox(5));
  IndexScene scene(folder / "index.db");

  const auto first = scene.find("ann");
  const auto second = scene.find("ann");

  ASSERT_FALSE(first.value().known.messages.empty());
  EXPECT_EQ(first->known.messages.data(), second.value().known.messages.data());
}

TEST(IndexSqlite, M083_TwoProcessesThatWriteAtOnceLeaveWholeMailboxes) {
  const TemporaryFolder folder;
  IndexScene one(folder / "index.db");
  IndexScene other(folder / "index.db");

  for (std::uint64_t step = 1; step <= 300; ++step) {
    const std::string user(1, static_cast<char>('a' + step % 3));
    one.remember(user, numbered_mailbox(2 * step, 600));
    other.remember(user, numbered_mailbox(2 * step + 1, 600));
    if (step % 10 != 0) continue;
    const auto found = (step % 20 == 0 ? one : other).find(user);
    ASSERT_TRUE(found);
    ASSERT_TRUE(same(*found, numbered_mailbox(found->known.modseq, 600))) << step;
  }
  one.flush();
  other.flush();

  IndexScene later(folder / "index.db");
  for (const char* user : {"a", "b", "c"}) {
    const auto found = later.find(user);
    ASSERT_TRUE(found);
    EXPECT_TRUE(same(*found, numbered_mailbox(found->known.modseq, 600)));
  }
  EXPECT_EQ(later.index.errors(), 0U);
}

TEST(IndexSqlite, F062_WithoutADiskMailboxesAreRememberedInMemory) {
  const TemporaryFolder folder;
  IndexScene scene(folder / "missing/index.db");

  scene.remember("ann", numbered_mailbox(1));
  scene.flush();

  EXPECT_TRUE(same(scene.find("ann").value(), numbered_mailbox(1)));
  EXPECT_EQ(scene.index.errors(), 1U);
}

TEST(IndexSqlite, ADiskThatComesBackIsUsedAgain) {
  const TemporaryFolder folder;
  {
    IndexScene scene(folder / "missing/index.db");
    scene.remember("ann", numbered_mailbox(1));
    scene.flush();
    std::filesystem::create_directory(folder / "missing");
    scene.remember("ann", numbered_mailbox(2));
    scene.flush();
    EXPECT_TRUE(same(scene.find("ann").value(), numbered_mailbox(2)));
  }

  IndexScene scene(folder / "missing/index.db");

  EXPECT_TRUE(same(scene.find("ann").value(), numbered_mailbox(2)));
}

// As on a full disk: no file of this process may grow beyond what it has.
class FilesThatDoNotGrow {
 public:
  explicit FilesThatDoNotGrow(std::uintmax_t octets) {
    before_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit_);
    rlimit small = limit_;
    small.rlim_cur = octets;
    setrlimit(RLIMIT_FSIZE, &small);
  }

  FilesThatDoNotGrow(const FilesThatDoNotGrow&) = delete;
  FilesThatDoNotGrow& operator=(const FilesThatDoNotGrow&) = delete;

  ~FilesThatDoNotGrow() {
    setrlimit(RLIMIT_FSIZE, &limit_);
    (void)std::signal(SIGXFSZ, before_);
  }

 private:
  rlimit limit_{};
  void (*before_)(int) = nullptr;
};

TEST(IndexSqlite, F062_AFullDiskCostsNoMailboxThatIsInUseAndNoneThatIsWritten) {
  const TemporaryFolder folder;
  {
    IndexScene scene(folder / "index.db");
    scene.remember("ann", numbered_mailbox(1));
    scene.flush();
    {
      const FilesThatDoNotGrow full(100'000);
      for (std::uint64_t number = 10; number < 60; ++number)
        scene.remember("user" + std::to_string(number), numbered_mailbox(number, 20'000));
      scene.flush();
      EXPECT_GT(scene.index.errors(), 0U);
      for (std::uint64_t number = 10; number < 60; ++number) {
        const auto found = scene.find("user" + std::to_string(number));
        ASSERT_TRUE(found) << number;
        ASSERT_TRUE(same(*found, numbered_mailbox(number, 20'000)));
      }
      EXPECT_TRUE(same(scene.find("ann").value(), numbered_mailbox(1)));
    }
    scene.remember("bob", numbered_mailbox(2));
    scene.flush();
  }

  IndexScene scene(folder / "index.db");

  EXPECT_TRUE(same(scene.find("ann").value(), numbered_mailbox(1)));
  EXPECT_TRUE(same(scene.find("bob").value(), numbered_mailbox(2)));
}

TEST(IndexSqlite, NobodyWaitsForAWriterThatIsBusy) {
  const TemporaryFolder folder;
  IndexScene scene(folder / "index.db");
  scene.remember("ann", numbered_mailbox(1));
  scene.flush();
  std::promise<void> gate;
  keep_busy(scene.threads.writer, folder / "other.db", gate.get_future());

  scene.remember("bob", numbered_mailbox(2));

  EXPECT_TRUE(same(scene.find("bob").value(), numbered_mailbox(2)));
  EXPECT_TRUE(same(scene.find("ann").value(), numbered_mailbox(1)));
  gate.set_value();
}

// The day's mark of one process waits while another writes.
TEST(IndexSqlite, M083_ToMarkAMailboxAsUsedOverwritesNothing) {
  const TemporaryFolder folder;
  std::atomic<std::int64_t> now = 1000 * kDay;
  {
    IndexScene scene(folder / "index.db", [&now] { return now.load(); });
    scene.remember("ann", numbered_mailbox(1));
  }
  now += kDay;
  IndexScene scene(folder / "index.db", [&now] { return now.load(); });
  IndexScene other(folder / "index.db", [&now] { return now.load(); });
  std::promise<void> gate;
  keep_busy(scene.threads.writer, folder / "other.db", gate.get_future());
  EXPECT_TRUE(same(scene.find("ann").value(), numbered_mailbox(1)));
  other.remember("ann", numbered_mailbox(2));
  other.flush();
  gate.set_value();
  scene.flush();

  EXPECT_TRUE(same(scene.find_latest("ann").value(), numbered_mailbox(2)));
}

TEST(IndexSqlite, MailboxesThatNobodyUsesGoInStepsAndTheFileShrinks) {
  const TemporaryFolder folder;
  std::atomic<std::int64_t> now = 1000 * kDay;  // the threads look at it as well
  IndexScene scene(folder / "index.db", [&now] { return now.load(); });
  for (std::uint64_t number = 0; number < 150; ++number)
    scene.remember("old" + std::to_string(number), numbered_mailbox(number));
  scene.flush();
  scene.index.tend(days(90));
  scene.flush();
  const std::int64_t full = scene.index.octets();
  EXPECT_EQ(scene.index.mailboxes(), 150);

  now += 91 * kDay;
  scene.remember("ann", numbered_mailbox(1000));
  scene.flush();
  int rounds = 1;
  for (scene.index.tend(days(90)), scene.flush(); scene.index.mailboxes() > 1; ++rounds) {
    scene.index.tend(days(90));
    scene.flush();
  }

  EXPECT_EQ(rounds, 3);
  EXPECT_LT(scene.index.octets(), full);
  EXPECT_FALSE(scene.find("old7"));
  EXPECT_TRUE(same(scene.find("ann").value(), numbered_mailbox(1000)));
}

TEST(IndexSqlite, MailboxesThatAreOnlyLookedAtStay) {
  const TemporaryFolder folder;
  std::atomic<std::int64_t> now = 1000 * kDay;
  IndexScene scene(folder / "index.db", [&now] { return now.load(); });
  scene.remember("ann", numbered_mailbox(1));
  scene.remember("bob", numbered_mailbox(2));
  scene.flush();

  for (int week = 0; week < 15; ++week) {
    now += 7 * kDay;
    EXPECT_TRUE(same(scene.find("ann").value(), numbered_mailbox(1)));
    scene.flush();
    scene.index.tend(days(90));
    scene.flush();
  }

  EXPECT_EQ(scene.index.mailboxes(), 1);
  EXPECT_TRUE(same(scene.find("ann").value(), numbered_mailbox(1)));
  EXPECT_FALSE(scene.find("bob"));
}

}  // namespace
}  // namespace postern::proxy
