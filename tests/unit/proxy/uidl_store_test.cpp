// What is kept stays kept, in memory and in a file.

#include "proxy/uidl_memory.hpp"
#include "proxy/uidl_sqlite.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "tests/unit/proxy/run_task.hpp"

namespace postern::proxy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr MailboxKey kJoe{.upstream = "imap", .user = "joe", .mailbox = "INBOX"};
constexpr MailboxKey kAnna{.upstream = "imap", .user = "anna", .mailbox = "INBOX"};

StoredUidl alias(std::uint32_t validity, std::uint32_t uid, std::string text) {
  return {.validity = wire::UidValidity{validity}, .uid = wire::Uid{uid}, .text = std::move(text)};
}

UidlRecord record(std::string text) {
  return {.keys = {.place = UidlKeys::Place{wire::UidValidity{1}, wire::Uid{2}},
                   .header = net::sha256(text),
                   .size = 0,
                   .position = 9},
          .text = std::move(text)};
}

// A store of either kind; the one in a file can be closed and opened again.
class UidlStoreTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "postern-uidl-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    open();
  }

  void TearDown() override {
    close();
    std::filesystem::remove_all(folder_);
  }

  void open() {
    if (GetParam()) {
      threads_.emplace();
      store_ = std::make_unique<UidlSqlite>(*threads_, std::make_shared<StateFile>(plan()));
    } else if (store_ == nullptr) {
      store_ = std::make_unique<UidlMemory>();
    }
  }

  void close() {
    if (!GetParam()) return;
    store_ = nullptr;
    threads_.reset();
  }

  // What was only noted is kept before.
  void reopen() {
    if (threads_) ASSERT_TRUE(threads_->writer.flush(std::chrono::seconds(20)));
    close();
    open();
  }

  [[nodiscard]] std::filesystem::path file() const { return folder_ / "state.db"; }

  // Nobody but the tests looks after the file, however slow they are.
  [[nodiscard]] StatePlan plan() const {
    StatePlan plan = state_plan(file());
    plan.looked_after = std::chrono::hours(1);
    return plan;
  }

  template <class T>
  net::Result<T> run(net::Task<T> task) {
    return test::run_task(loop_, std::move(task));
  }

  std::filesystem::path folder_;
  net::Loop loop_;
  std::optional<StateThreads> threads_;
  std::unique_ptr<UidlStore> store_;
};

TEST_P(UidlStoreTest, HasNothingOfMailboxesThatItDoesNotKnow) {
  const auto found = run(store_->find(loop_, kJoe));

  ASSERT_TRUE(found);
  EXPECT_TRUE(found->empty());
  EXPECT_EQ(run(store_->edge(loop_, kJoe, "max")).value(), std::nullopt);
}

TEST_P(UidlStoreTest, M094_KeepsAliasesOfEachMailboxInOrder) {
  ASSERT_TRUE(run(store_->keep(loop_, kJoe, {.aliases = {alias(7, 9, "c"), alias(7, 3, "a")}})));
  ASSERT_TRUE(run(store_->keep(loop_, kAnna, {.aliases = {alias(7, 3, "other")}})));
  ASSERT_TRUE(run(store_->keep(loop_, kJoe, {.aliases = {alias(5, 8, "z"), alias(7, 3, "b")}})));
  reopen();

  EXPECT_THAT(run(store_->find(loop_, kJoe))->aliases,
              ElementsAre(alias(5, 8, "z"), alias(7, 3, "b"), alias(7, 9, "c")));
  EXPECT_THAT(run(store_->find(loop_, kAnna))->aliases, ElementsAre(alias(7, 3, "other")));
}

TEST_P(UidlStoreTest, ForgetsWhatWasMissedBeforeADay) {
  StoredUidl old = alias(7, 3, "a");
  old.gone_on = 100;
  StoredUidl young = alias(7, 4, "b");
  young.gone_on = 101;
  ASSERT_TRUE(run(store_->keep(loop_, kJoe, {.aliases = {old, young, alias(7, 5, "c")}})));
  store_->note(kJoe, {.forgets_before = 101});
  reopen();

  EXPECT_THAT(run(store_->find(loop_, kJoe))->aliases, ElementsAre(young, alias(7, 5, "c")));

  young.gone_on = 0;
  store_->note(kJoe, {.aliases = {young}, .forgets_before = 200});
  reopen();
  EXPECT_THAT(run(store_->find(loop_, kJoe))->aliases, ElementsAre(young, alias(7, 5, "c")));
}

TEST_P(UidlStoreTest, AMailboxOfWhichAllIsForgottenIsNotLost) {
  StoredUidl old = alias(7, 3, "a");
  old.gone_on = 100;
  ASSERT_TRUE(run(store_->keep(loop_, kJoe, {.aliases = {old}})));
  ASSERT_TRUE(run(store_->keep(loop_, kJoe, {.forgets_before = 101})));

  const auto found = run(store_->find(loop_, kJoe));

  ASSERT_TRUE(found);
  EXPECT_TRUE(found->empty());
}

TEST_P(UidlStoreTest, KeepsTheNumberThatAnOldServerGave) {
  StoredUidl first = alias(7, 3, "a");
  first.position = 12;
  ASSERT_TRUE(run(store_->keep(loop_, kJoe, {.aliases = {first, alias(7, 4, "b")}})));
  reopen();

  EXPECT_THAT(run(store_->find(loop_, kJoe))->aliases, ElementsAre(first, alias(7, 4, "b")));
}

TEST_P(UidlStoreTest, KeepsAnImportUntilItWasLookedFor) {
  const auto result = run(store_->import(loop_, kJoe, {record("a"), record("b")}, true));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->taken, 2U);
  reopen();

  auto found = run(store_->find(loop_, kJoe));
  ASSERT_TRUE(found);
  EXPECT_THAT(found->records, ElementsAre(record("a"), record("b")));
  EXPECT_TRUE(found->imported && found->forced);

  const UidlChange change{.aliases = {alias(7, 1, "a")}, .records_are_done = true};
  ASSERT_TRUE(run(store_->keep(loop_, kJoe, change)));
  found = run(store_->find(loop_, kJoe));
  EXPECT_THAT(found->records, IsEmpty());
  EXPECT_TRUE(found->imported);
}

TEST_P(UidlStoreTest, ASecondImportTakesWhatNoMessageBearsYet) {
  ASSERT_TRUE(run(store_->keep(loop_, kJoe, {.aliases = {alias(7, 1, "a")}})));

  const auto result = run(store_->import(loop_, kJoe, {record("a"), record("b")}, false));

  EXPECT_EQ(result->taken, 1U);
  EXPECT_EQ(result->known, 1U);
  EXPECT_THAT(run(store_->find(loop_, kJoe))->records, ElementsAre(record("b")));
}

TEST_P(UidlStoreTest, KeepsTheEdgeOfEachView) {
  const ViewEdge edge{.validity = wire::UidValidity{7}, .lowest = wire::Uid{5}};
  ASSERT_TRUE(run(store_->keep_edge(loop_, kJoe, "max", edge)));
  ASSERT_TRUE(run(store_->keep_edge(loop_, kJoe, "age", {edge.validity, wire::Uid{1}})));
  reopen();

  EXPECT_EQ(run(store_->edge(loop_, kJoe, "max")).value(), edge);
  EXPECT_EQ(run(store_->edge(loop_, kAnna, "max")).value(), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Stores, UidlStoreTest, testing::Bool());

class UidlFileStoreTest : public UidlStoreTest {};

TEST_P(UidlFileStoreTest, NoUserNameStandsInTheFile) {
  ASSERT_TRUE(run(store_->keep(loop_, kAnna, {.aliases = {alias(7, 3, "a")}})));
  close();

  for (const auto& each : std::filesystem::directory_iterator(folder_)) {
    std::ifstream stream(each.path(), std::ios::binary);
    const std::string octets(std::istreambuf_iterator<char>(stream), {});
    EXPECT_FALSE(octets.contains("anna")) << each.path();
  }
}

TEST_P(UidlFileStoreTest, WhoHasEntriesWaitsWhileTheFileCannotBeReadAndOthersDoNot) {
  ASSERT_TRUE(run(store_->keep(loop_, kJoe, {.aliases = {alias(7, 3, "a")}})));
  reopen();
  ASSERT_TRUE(run(store_->find(loop_, kJoe)));
  ASSERT_TRUE(threads_->reader.flush(std::chrono::seconds(10)));
  std::filesystem::rename(file(), folder_ / "elsewhere");
  std::ofstream(file()) << std::string(8192, 'x');

  const auto joe = run(store_->find(loop_, kJoe));

  ASSERT_FALSE(joe);
  EXPECT_EQ(joe.error().kind, net::Kind::Unavailable);
  EXPECT_TRUE(run(store_->find(loop_, kAnna)));
  EXPECT_FALSE(run(store_->keep(loop_, kAnna, {.aliases = {alias(7, 3, "a")}})));
}

TEST_P(UidlFileStoreTest, WhoHadEntriesWaitsWhenTheFileIsGone) {
  ASSERT_TRUE(run(store_->keep(loop_, kJoe, {.aliases = {alias(7, 3, "a")}})));
  std::filesystem::remove(file());
  std::filesystem::remove(file().native() + "-wal");
  std::filesystem::remove(file().native() + "-shm");

  EXPECT_FALSE(run(store_->find(loop_, kJoe)));
  EXPECT_TRUE(run(store_->find(loop_, kAnna)));
}

TEST_P(UidlFileStoreTest, AFileOfANewerVersionIsNotTakenForAnEmptyOne) {
  ASSERT_TRUE(run(store_->keep(loop_, kJoe, {.aliases = {alias(7, 3, "a")}})));
  close();
  {
    auto newer = Database::open(file(), Database::Use::Lasting, kStateApplication);
    ASSERT_TRUE(newer);
    ASSERT_TRUE((*newer)->run("PRAGMA user_version = 99"));
  }
  open();

  EXPECT_FALSE(run(store_->find(loop_, kJoe)));
}

// As version 1 was.
void write_old_file(const std::filesystem::path& file) {
  auto old = Database::open(file, Database::Use::Lasting, kStateApplication);
  ASSERT_TRUE(old);
  ASSERT_TRUE((*old)->run(
      "CREATE TABLE uidl_mailbox (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE,"
      "  imported INTEGER NOT NULL, forced INTEGER NOT NULL);"
      "CREATE TABLE uidl_alias (mailbox INTEGER NOT NULL, validity INTEGER NOT NULL,"
      "  uid INTEGER NOT NULL, uidl BLOB NOT NULL,"
      "  PRIMARY KEY (mailbox, validity, uid)) WITHOUT ROWID;"
      "CREATE TABLE uidl_record (mailbox INTEGER NOT NULL, place INTEGER NOT NULL,"
      "  validity INTEGER NOT NULL, uid INTEGER NOT NULL, header BLOB NOT NULL,"
      "  size INTEGER NOT NULL, position INTEGER NOT NULL, uidl BLOB NOT NULL,"
      "  PRIMARY KEY (mailbox, place)) WITHOUT ROWID;"
      "CREATE TABLE view_edge (key BLOB NOT NULL, view BLOB NOT NULL, validity INTEGER NOT NULL,"
      "  lowest INTEGER NOT NULL, PRIMARY KEY (key, view)) WITHOUT ROWID;"
      "INSERT INTO uidl_alias VALUES (1, 7, 3, 'a');"
      "PRAGMA user_version = 1"));
  const net::Digest digest = uidl_store_key(kJoe);
  auto insert = (*old)->prepare("INSERT INTO uidl_mailbox VALUES (1, ?, 0, 0)");
  ASSERT_TRUE(insert);
  const std::string_view octets(reinterpret_cast<const char*>(digest.data()), digest.size());
  ASSERT_TRUE(insert->with(octets).run());
}

TEST_P(UidlFileStoreTest, AFileOfAnOlderVersionIsReadAndBroughtUpToDate) {
  close();
  write_old_file(file());
  open();

  EXPECT_THAT(run(store_->find(loop_, kJoe))->aliases, ElementsAre(alias(7, 3, "a")));

  StoredUidl next = alias(7, 4, "b");
  next.position = 2;
  ASSERT_TRUE(run(store_->keep(loop_, kJoe, {.aliases = {next}})));
  EXPECT_THAT(run(store_->find(loop_, kJoe))->aliases, ElementsAre(alias(7, 3, "a"), next));
}

TEST_P(UidlFileStoreTest, ADamagedFileIsLeftAsItIs) {
  close();
  std::ofstream(file()) << std::string(8192, 'x');
  open();

  EXPECT_FALSE(run(store_->find(loop_, kJoe)));  // nobody knows who has entries
  EXPECT_FALSE(run(store_->keep(loop_, kJoe, {.aliases = {alias(7, 3, "a")}})));
  close();

  EXPECT_EQ(std::filesystem::file_size(file()), 8192U);
}

TEST_P(UidlFileStoreTest, WhoHasNoneIsLookedUpOnce) {
  ASSERT_TRUE(run(store_->keep(loop_, kJoe, {.aliases = {alias(7, 3, "a")}})));
  ASSERT_TRUE(run(store_->find(loop_, kAnna)));
  const std::uint64_t before = threads_->reader.given();

  for (int poll = 0; poll < 10; ++poll)
    EXPECT_TRUE(run(store_->find(loop_, kAnna))->empty());
  EXPECT_EQ(threads_->reader.given(), before);

  EXPECT_FALSE(run(store_->find(loop_, kJoe))->empty());
  EXPECT_EQ(threads_->reader.given(), before + 1);
}

TEST_P(UidlFileStoreTest, WhoHasNoneIsKnownBeforeThereIsAFile) {
  ASSERT_TRUE(run(store_->find(loop_, kJoe)));  // whose look-up begins to count writes
  ASSERT_TRUE(run(store_->find(loop_, kAnna)));
  const std::uint64_t before = threads_->reader.given();

  EXPECT_TRUE(run(store_->find(loop_, kAnna))->empty());

  EXPECT_EQ(threads_->reader.given(), before);
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_P(UidlFileStoreTest, M094_WhatAnotherProcessKeepsIsFoundAtOnce) {
  StateThreads other_threads;
  UidlSqlite other(other_threads, std::make_shared<StateFile>(plan()));
  for (std::uint32_t round = 1; round <= 50; ++round) {
    const std::string user = "user" + std::to_string(round);
    const MailboxKey key{.upstream = "imap", .user = user, .mailbox = "INBOX"};
    ASSERT_TRUE(run(store_->find(loop_, key))->empty());
    ASSERT_TRUE(run(store_->find(loop_, key))->empty());

    ASSERT_TRUE(run(other.keep(loop_, key, {.aliases = {alias(7, round, "a")}})));

    EXPECT_THAT(run(store_->find(loop_, key))->aliases, ElementsAre(alias(7, round, "a")));
  }
}

// Whoever does not count its writes is found out by the next look at the file.
TEST_P(UidlFileStoreTest, M094_WhatAStrangerWritesIsFoundAfterTheNextLook) {
  ASSERT_TRUE(run(store_->keep(loop_, kJoe, {.aliases = {alias(7, 3, "a")}})));
  ASSERT_TRUE(run(store_->find(loop_, kAnna))->empty());
  {
    auto stranger = Database::open(file(), Database::Use::Lasting, kStateApplication);
    ASSERT_TRUE(stranger);
    auto insert =
        (*stranger)->prepare("INSERT INTO uidl_mailbox (key, imported, forced) VALUES (?, 1, 0)");
    ASSERT_TRUE(insert);
    const net::Digest digest = uidl_store_key(kAnna);
    const std::string_view key(reinterpret_cast<const char*>(digest.data()), digest.size());
    ASSERT_TRUE(insert->with(key).run());
  }

  ASSERT_TRUE(run(store_->find(loop_, kJoe)));

  EXPECT_TRUE(run(store_->find(loop_, kAnna))->imported);
}

TEST_P(UidlFileStoreTest, WithoutALookForAWhileEverybodyIsLookedUp) {
  close();
  threads_.emplace();
  StatePlan impatient = plan();
  impatient.looked_after = net::Duration::zero();
  store_ = std::make_unique<UidlSqlite>(*threads_, std::make_shared<StateFile>(impatient));
  ASSERT_TRUE(run(store_->find(loop_, kAnna)));
  const std::uint64_t before = threads_->reader.given();

  ASSERT_TRUE(run(store_->find(loop_, kAnna)));

  EXPECT_EQ(threads_->reader.given(), before + 1);
}

INSTANTIATE_TEST_SUITE_P(File, UidlFileStoreTest, testing::Values(true));

}  // namespace
}  // namespace postern::proxy
