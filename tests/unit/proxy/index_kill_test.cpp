// A process that is killed while it writes the index: the next one finds whole mailboxes, each as
// it was at some time, or none.

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <random>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temporary_folder.hpp"
#include "tests/unit/proxy/index_scene.hpp"

namespace postern::proxy {
namespace {

using test::TemporaryFolder;

// Lets a writer begin at this number, and kills it after so many octets; answers how many it said.
std::uint64_t write_and_be_killed(const std::filesystem::path& path,
                                  std::uint64_t first,
                                  std::uint64_t octets) {
  std::array<int, 2> pipe{};
  EXPECT_EQ(::pipe(pipe.data()), 0);
  const std::string number = std::to_string(first);
  const pid_t writer = fork();
  if (writer == 0) {
    dup2(pipe[1], STDOUT_FILENO);
    ::close(pipe[0]);
    ::close(pipe[1]);
    execl(POSTERN_INDEX_WRITER, "index_writer", path.c_str(), number.c_str(), nullptr);
    _exit(127);
  }
  ::close(pipe[1]);
  std::uint64_t said = 0;
  char octet = 0;
  while (said < octets && ::read(pipe[0], &octet, 1) == 1)
    ++said;
  kill(writer, SIGKILL);
  waitpid(writer, nullptr, 0);
  while (::read(pipe[0], &octet, 1) == 1)
    ++said;
  ::close(pipe[0]);
  return said;
}

TEST(KilledIndex, F055_TwoHundredKillsLeaveExactMailboxesOrNone) {
  const TemporaryFolder folder;
  std::mt19937_64 random(55);
  std::uint64_t next = 1;
  int found = 0;
  for (int round = 0; round < 200; ++round) {
    const std::uint64_t said = write_and_be_killed(folder / "index.db", next, 1 + random() % 25);
    ASSERT_GT(said, 0U);
    next += said + 1;  // it may have been killed between remembering and saying so

    IndexScene scene(folder / "index.db");
    for (int user = 0; user < 7; ++user) {
      const auto each = scene.find("user" + std::to_string(user));
      if (!each) continue;
      ++found;
      const std::uint64_t number = each->known.modseq;
      ASSERT_LT(number, next);
      ASSERT_EQ(number % 7, static_cast<std::uint64_t>(user));
      ASSERT_TRUE(same(*each, numbered_mailbox(number, 1500))) << "round " << round;
    }
    ASSERT_EQ(scene.index.errors(), 0U) << "round " << round;
  }
  EXPECT_GT(found, 1000);
}

}  // namespace
}  // namespace postern::proxy
