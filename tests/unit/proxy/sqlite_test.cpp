// The connection to SQLite: values come back as they went in, errors are of the right kind, and a
// file that is not ours stays as it is.

#include "proxy/sqlite.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temporary_folder.hpp"

namespace postern::proxy {
namespace {

using net::Kind;
using test::TemporaryFolder;

constexpr std::int32_t kMark = 0x706f7374;

std::unique_ptr<Database> opened(const std::filesystem::path& path,
                                 Database::Use use = Database::Use::Cache) {
  auto database = Database::open(path, use, kMark);
  EXPECT_TRUE(database.has_value()) << (database ? "" : database.error().detail);
  return database ? std::move(*database) : nullptr;
}

std::unique_ptr<Database> with_table(const std::filesystem::path& path) {
  auto database = opened(path);
  EXPECT_TRUE(database->run("CREATE TABLE t (number INTEGER, octets BLOB, words TEXT)"));
  return database;
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Sqlite, ValuesComeBackAsTheyWentIn) {
  const TemporaryFolder folder;
  const auto database = with_table(folder / "a.db");
  const std::string odd("\0a\xff\n", 4);
  {
    auto insert = database->prepare("INSERT INTO t VALUES (?, ?, ?)");
    ASSERT_TRUE(insert);
    ASSERT_TRUE(insert->with(-1).with(odd).with_text("w").run());
    ASSERT_TRUE(insert->with(INT64_MAX).with("").with_text("").run());
  }

  auto select = database->prepare("SELECT number, octets, words, octets IS NULL FROM t");
  ASSERT_TRUE(select);

  ASSERT_EQ(select->step().value_or(false), true);
  EXPECT_EQ(select->integer(0), -1);
  EXPECT_EQ(select->octets(1), odd);
  EXPECT_EQ(select->octets(2), "w");
  ASSERT_EQ(select->step().value_or(false), true);
  EXPECT_EQ(select->integer(0), INT64_MAX);
  EXPECT_EQ(select->octets(1), "");
  EXPECT_EQ(select->integer(3), 0);
  EXPECT_EQ(select->step().value_or(true), false);
}

TEST(Sqlite, AStatementThatIsPreparedAgainHasNoValuesOfBefore) {
  const TemporaryFolder folder;
  const auto database = with_table(folder / "a.db");
  constexpr std::string_view kInsert = "INSERT INTO t (number) VALUES (?)";
  ASSERT_TRUE(database->prepare(kInsert)->with(7).run());

  ASSERT_TRUE(database->prepare(kInsert)->run());

  EXPECT_EQ(database->number("SELECT count(*) FROM t WHERE number IS NULL").value_or(-1), 1);
}

TEST(Sqlite, ATransactionIsUndoneUnlessItIsCommitted) {
  const TemporaryFolder folder;
  const auto database = with_table(folder / "a.db");
  {
    auto undone = Transaction::begin(*database, Transaction::Purpose::Writing);
    ASSERT_TRUE(database->run("INSERT INTO t (number) VALUES (1)"));
  }
  auto done = Transaction::begin(*database, Transaction::Purpose::Writing);
  ASSERT_TRUE(database->run("INSERT INTO t (number) VALUES (2)"));
  ASSERT_TRUE(done->commit());

  EXPECT_EQ(database->number("SELECT sum(number) FROM t").value_or(-1), 2);
}

TEST(Sqlite, AReaderSeesOneMomentAndDoesNotWaitForTheWriter) {
  const TemporaryFolder folder;
  const auto writing = with_table(folder / "a.db");
  const auto reading = opened(folder / "a.db", Database::Use::Reading);
  const auto moment = Transaction::begin(*reading, Transaction::Purpose::Reading);
  ASSERT_EQ(reading->number("SELECT count(*) FROM t").value_or(-1), 0);

  auto write = Transaction::begin(*writing, Transaction::Purpose::Writing);
  ASSERT_TRUE(writing->run("INSERT INTO t (number) VALUES (1)"));
  ASSERT_TRUE(write->commit());

  EXPECT_EQ(reading->number("SELECT count(*) FROM t").value_or(-1), 0);
}

TEST(Sqlite, AReaderWritesNothing) {
  const TemporaryFolder folder;
  const auto writing = with_table(folder / "a.db");
  const auto reading = opened(folder / "a.db", Database::Use::Reading);

  const auto done = reading->run("INSERT INTO t (number) VALUES (1)");

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, Kind::Denied);
}

TEST(Sqlite, FilesAreForTheOwnerAlone) {
  const TemporaryFolder folder;
  const auto database = with_table(folder / "a.db");

  for (const char* name : {"a.db", "a.db-wal", "a.db-shm"}) {
    const auto mode = std::filesystem::status(folder / name).permissions();
    EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << name;
  }
}

// Lets a process open the file, and kills it at the end of that system call, counted from 1. False:
// it had opened it before.
bool open_and_be_killed(const std::filesystem::path& path, int call) {
  const pid_t opener = fork();
  if (opener == 0) {
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    (void)raise(SIGSTOP);
    _exit(Database::open(path, Database::Use::Lasting, kMark) ? 0 : 1);
  }
  int status = 0;
  waitpid(opener, &status, 0);
  for (int stop = 0; stop < 2 * call; ++stop) {  // at the beginning and at the end of each
    ptrace(PTRACE_SYSCALL, opener, nullptr, nullptr);
    waitpid(opener, &status, 0);
    if (!WIFSTOPPED(status)) return false;
  }
  kill(opener, SIGKILL);
  waitpid(opener, &status, 0);
  return true;
}

TEST(Sqlite, F055_AKillWhileAFileIsMadeLeavesOneThatIsOurs) {
  bool was_killed = true;
  int calls = 0;
  while (was_killed) {
    const TemporaryFolder folder;
    was_killed = open_and_be_killed(folder / "a.db", ++calls);

    const auto database = opened(folder / "a.db", Database::Use::Lasting);

    ASSERT_NE(database, nullptr) << "killed at call " << calls;
    ASSERT_EQ(database->number("PRAGMA auto_vacuum").value_or(0), 2);
  }
  EXPECT_GT(calls, 20);
}

TEST(Sqlite, F055_AFileThatWasMadeButHasNoLogOfChangesGetsOne) {
  const TemporaryFolder folder;
  ASSERT_TRUE(opened(folder / "a.db")->run("PRAGMA journal_mode = DELETE"));

  const auto database = with_table(folder / "a.db");

  EXPECT_TRUE(std::filesystem::exists(folder / "a.db-wal"));
}

TEST(Sqlite, AFileThatIsNoDatabaseIsMalformedAndStaysAsItIs) {
  const TemporaryFolder folder;
  const std::string text(5000, 'x');
  std::ofstream(folder / "a.db") << text;

  const auto database = Database::open(folder / "a.db", Database::Use::Cache, kMark);

  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().kind, Kind::Malformed);
  EXPECT_EQ(contents(folder / "a.db"), text);
}

TEST(Sqlite, ADatabaseOfAnotherProgramIsMalformedAndStaysAsItIs) {
  const TemporaryFolder folder;
  with_table(folder / "a.db");
  const std::string before = contents(folder / "a.db");

  const auto database = Database::open(folder / "a.db", Database::Use::Lasting, kMark + 1);

  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().kind, Kind::Malformed);
  EXPECT_EQ(contents(folder / "a.db"), before);
}

TEST(Sqlite, AFolderThatIsMissingIsDenied) {
  const TemporaryFolder folder;

  const auto database = Database::open(folder / "no/a.db", Database::Use::Cache, kMark);

  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().kind, Kind::Denied);
}

TEST(Sqlite, AFullFileIsALimit) {
  const TemporaryFolder folder;
  const auto database = with_table(folder / "a.db");
  ASSERT_TRUE(database->run("PRAGMA max_page_count = 4"));

  const auto done =
      database->prepare("INSERT INTO t (octets) VALUES (?)")->with(std::string(100'000, 'x')).run();

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, Kind::Limit);
}

TEST(Sqlite, KnowsThatItsFileWasPutAside) {
  const TemporaryFolder folder;
  const auto database = with_table(folder / "a.db");
  ASSERT_FALSE(database->has_moved());

  std::filesystem::rename(folder / "a.db", folder / "b.db");

  EXPECT_TRUE(database->has_moved());
}

}  // namespace
}  // namespace postern::proxy
