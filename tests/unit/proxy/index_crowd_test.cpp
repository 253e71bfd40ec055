// Several processes that use one index file, and what each finds when another ends, or puts it
// aside.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temporary_folder.hpp"
#include "tests/unit/proxy/index_scene.hpp"

namespace postern::proxy {
namespace {

using test::TemporaryFolder;

// Another process that remembers so many mailboxes, of these numbers, and ends.
pid_t start_writer(const std::filesystem::path& path, int first, int count) {
  const std::string from = std::to_string(first);
  const std::string many = std::to_string(count);
  const pid_t writer = fork();
  if (writer == 0) {
    execl(POSTERN_INDEX_WRITER,
          "index_writer",
          path.c_str(),
          from.c_str(),
          many.c_str(),
          static_cast<char*>(nullptr));
    _exit(127);
  }
  return writer;
}

int status_of(pid_t writer) {
  int status = 0;
  waitpid(writer, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(IndexCrowd, M083_WhoEndsLeavesTheLogOfChangesToThoseWhoGoOn) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "index.db";
  {
    IndexScene before(path);
    before.remember("ann", numbered_mailbox(100));
  }
  IndexScene scene(path);
  ASSERT_TRUE(scene.find("ann"));                // its reader has the file open,
  scene.remember("bob", numbered_mailbox(101));  // and now its writer, too
  scene.flush();

  ASSERT_EQ(status_of(start_writer(path, 1, 1)), 0);
  scene.remember("cid", numbered_mailbox(102));
  scene.flush();

  // As a crash would leave it.
  const TemporaryFolder left;
  for (const char* name : {"index.db", "index.db-wal"})
    std::filesystem::copy_file(folder / name, left / name);
  IndexScene after(left / "index.db");
  EXPECT_TRUE(after.find("ann"));
  EXPECT_TRUE(after.find("bob"));
  EXPECT_TRUE(after.find("cid"));
  EXPECT_TRUE(after.find("user1"));
}

TEST(IndexCrowd, M083_F063_OfTwoThatFindTheSameDamageOneMakesANewFileForBoth) {
  std::string damaged;
  {
    const TemporaryFolder folder;
    {
      IndexScene scene(folder / "index.db");
      scene.remember("ann", numbered_mailbox(100));
    }
    damaged = contents(folder / "index.db");
    damaged.replace(100, 500, 500, 'x');
  }
  for (int round = 0; round < 10; ++round) {
    const TemporaryFolder folder;
    std::ofstream(folder / "index.db", std::ios::binary) << damaged;

    const pid_t one = start_writer(folder / "index.db", 1, 3);
    const pid_t other = start_writer(folder / "index.db", 4, 3);
    ASSERT_EQ(status_of(one), 0);
    ASSERT_EQ(status_of(other), 0);

    EXPECT_EQ(contents(folder / "index.db.bad"), damaged) << "round " << round;
    IndexScene scene(folder / "index.db");
    for (int number = 1; number <= 6; ++number) {
      const auto found = scene.find("user" + std::to_string(number));
      ASSERT_TRUE(found) << number << " in round " << round;
      EXPECT_TRUE(same(*found, numbered_mailbox(static_cast<std::uint64_t>(number), 1500)));
    }
    EXPECT_EQ(scene.index.errors(), 0);
  }
}

}  // namespace
}  // namespace postern::proxy
