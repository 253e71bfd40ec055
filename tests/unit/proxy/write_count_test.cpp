// Writes are counted across processes, also when one of them dies.

#include "proxy/write_count.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "tests/support/temporary_folder.hpp"

namespace postern::proxy {
namespace {

using test::TemporaryFolder;

// As another process has it.
struct OpenedCount : WriteCount {
  explicit OpenedCount(const std::filesystem::path& state) : WriteCount(state) {
    EXPECT_TRUE(open());
  }
};

void write(WriteCount& count) {
  count.begin();
  count.end();
}

TEST(WriteCount, IsNotKnownBeforeItIsOpened) {
  const TemporaryFolder folder;
  WriteCount count(folder / "state.db");

  EXPECT_EQ(count.settled(), std::nullopt);
  ASSERT_TRUE(count.open());
  EXPECT_EQ(count.settled(), 0U);
}

TEST(WriteCount, RisesWithTheWritesOfEveryProcess) {
  const TemporaryFolder folder;
  OpenedCount one(folder / "state.db");
  OpenedCount other(folder / "state.db");

  write(one);
  write(other);
  write(other);

  EXPECT_EQ(one.settled(), 3U);
  EXPECT_EQ(other.settled(), 3U);
}

TEST(WriteCount, NothingIsSettledWhileAnybodyWrites) {
  const TemporaryFolder folder;
  OpenedCount one(folder / "state.db");
  OpenedCount other(folder / "state.db");

  other.begin();
  EXPECT_EQ(one.settled(), std::nullopt);
  other.end();

  EXPECT_EQ(one.settled(), 1U);
}

// A write ends when its lock has been gone for a while: the next one may have begun, and ended.
TEST(WriteCount, AWriteThatEndsBehindTheNextUndoesNothing) {
  const TemporaryFolder folder;
  OpenedCount one(folder / "state.db");
  OpenedCount other(folder / "state.db");

  one.begin();
  write(other);
  EXPECT_EQ(one.settled(), 2U);
  one.end();

  EXPECT_EQ(one.settled(), 2U);
}

TEST(WriteCount, AfterAProcessWasKilledTheNextWriteSettlesIt) {
  const TemporaryFolder folder;
  OpenedCount one(folder / "state.db");
  {
    OpenedCount killed(folder / "state.db");
    killed.begin();
  }

  EXPECT_EQ(one.settled(), std::nullopt);
  write(one);

  EXPECT_EQ(one.settled(), 2U);
}

TEST(WriteCount, AnotherFileAtItsPathIsSeenWhenItIsOpenedNext) {
  const TemporaryFolder folder;
  OpenedCount one(folder / "state.db");
  write(one);
  std::filesystem::remove(folder / "state.db-writes");
  OpenedCount other(folder / "state.db");
  other.begin();

  ASSERT_TRUE(one.open());

  EXPECT_EQ(one.settled(), std::nullopt);
  other.end();
}

// `postern uidl import` may run as root, before the gateway ever did.
TEST(WriteCount, BelongsToTheOwnerOfTheFolderWhoeverMakesIt) {
  const TemporaryFolder folder;
  (void)!chown(folder.path().c_str(), 58'201, 58'201);  // if we may
  const OpenedCount count(folder / "state.db");

  struct stat of_folder{};
  struct stat of_file{};
  ASSERT_EQ(stat(folder.path().c_str(), &of_folder), 0);
  ASSERT_EQ(stat((folder / "state.db-writes").c_str(), &of_file), 0);

  EXPECT_EQ(of_file.st_uid, of_folder.st_uid);
  EXPECT_EQ(of_file.st_gid, of_folder.st_gid);
}

TEST(WriteCount, IsNotKnownWhereThereIsNoRoomForIt) {
  const TemporaryFolder folder;
  WriteCount count(folder / "missing/state.db");

  EXPECT_FALSE(count.open());
  EXPECT_EQ(count.settled(), std::nullopt);
  write(count);  // of a file that is not there either
  EXPECT_EQ(count.settled(), std::nullopt);
}

// What settled() answers was true in one moment, however many write at once.
TEST(WriteCount, NeverSeemsSettledInTheMidstOfAWrite) {
  const TemporaryFolder folder;
  std::atomic<std::uint64_t> committed = 0;  // in place of the file: changes within a write
  std::atomic<bool> stop = false;
  OpenedCount reader(folder / "state.db");
  std::thread writer([&] {
    OpenedCount count(folder / "state.db");
    for (int round = 0; round < 20'000; ++round) {
      count.begin();
      committed.fetch_add(1);
      count.end();
    }
    stop = true;
  });

  while (!stop.load()) {
    const auto before = reader.settled();
    const std::uint64_t seen = committed.load();
    if (!before || reader.settled() != before) continue;
    ASSERT_EQ(seen, *before);
  }
  writer.join();

  EXPECT_EQ(reader.settled(), 20'000U);
  EXPECT_EQ(committed.load(), 20'000U);
}

}  // namespace
}  // namespace postern::proxy
