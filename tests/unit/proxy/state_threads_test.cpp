// The two threads that touch the disk, and their files: order, groups, bounds, answers, and what is
// done when a file is damaged, foreign, of another version, or cannot be written.

#include "proxy/state_threads.hpp"

#include "net/scope.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.hpp"

namespace postern::proxy {
namespace {

using net::Kind;
using net::Result;
using std::chrono::milliseconds;
using std::chrono::minutes;
using test::TemporaryFolder;

constexpr milliseconds kLong = minutes(1);

// A file with one table, and the two threads.
struct Scene {
  explicit Scene(bool is_cache = true, StateThread::Bounds bounds = {})
      : file(std::make_shared<StateFile>(plan(is_cache))),
        writer(StateThread::Sort::Writing, bounds),
        reader(StateThread::Sort::Reading, {}) {}

  StatePlan plan(bool is_cache) {
    return {.path = path(),
            .is_cache = is_cache,
            .application = 77,
            .version = 3,
            .build =
                [this](Database& database, std::int64_t from) {
                  built_from = from;
                  return database.run("CREATE TABLE t (number INTEGER)");
                },
            .pause = net::Duration::zero(),
            .failed = [this](const net::Error& error) { failures.push_back(error.kind); },
            .recovered = [this] { ++recoveries; },
            .replaced = [this](const net::Error& why) { replacements.push_back(why.kind); }};
  }

  [[nodiscard]] std::filesystem::path path() const { return folder / "s.db"; }

  static Result<> insert(Database& database, std::int64_t number) {
    auto statement = database.prepare("INSERT INTO t VALUES (?)");
    if (!statement) return std::unexpected(std::move(statement.error()));
    return statement->with(number).run();
  }

  // Hands in a job that writes this number, and answers how it goes.
  std::future<Result<>> write(std::int64_t number) {
    return ask(writer, [number](Database& database) { return insert(database, number); });
  }

  std::future<Result<>> ask(StateThread& thread, StateFile::Work work) {
    auto promise = std::make_shared<std::promise<Result<>>>();
    thread.give({.file = file, .work = std::move(work), .done = [promise](Result<> result) {
                   promise->set_value(std::move(result));
                 }});
    return promise->get_future();
  }

  // What a reader of the file counts; -1: it could not.
  std::int64_t count() {
    auto rows = std::make_shared<std::int64_t>(-1);
    (void)ask(reader, [rows](Database& database) -> Result<> {
      auto number = database.number("SELECT count(*) FROM t");
      if (!number) return std::unexpected(std::move(number.error()));
      *rows = *number;
      return {};
    }).get();
    return *rows;
  }

  // Holds the writing thread until it is let go.
  std::promise<void> hold() {
    std::promise<void> gate;
    auto opened = std::make_shared<std::shared_future<void>>(gate.get_future());
    std::promise<void> there;
    auto arrived = there.get_future();
    auto arrival = std::make_shared<std::promise<void>>(std::move(there));
    writer.give({.file = std::make_shared<StateFile>(plan(true)),
                 .work = [opened, arrival](Database&) -> Result<> {
                   arrival->set_value();
                   opened->wait();
                   return {};
                 }});
    arrived.wait();
    return gate;
  }

  TemporaryFolder folder;
  std::int64_t built_from = -1;
  std::vector<Kind> failures;
  std::vector<Kind> replacements;
  int recoveries = 0;
  std::shared_ptr<StateFile> file;
  StateThread writer;
  StateThread reader;
};

TEST(StateThreads, WhatWasWrittenIsRead) {
  Scene scene;

  ASSERT_TRUE(scene.write(1).get());

  EXPECT_EQ(scene.count(), 1);
  EXPECT_EQ(scene.built_from, 0);
}

TEST(StateThreads, ThoseThatWaitForOneFileAreCommittedTogetherAndToldAfterIt) {
  Scene scene;
  ASSERT_TRUE(scene.write(0).get());
  std::promise<void> gate = scene.hold();
  std::int64_t seen = -1;
  for (std::int64_t i = 1; i <= 100; ++i) {
    StateJob job{.file = scene.file,
                 .work = [i](Database& database) { return Scene::insert(database, i); }};
    if (i == 1) job.done = [&](const Result<>&) { seen = scene.count(); };
    ASSERT_TRUE(scene.writer.give(std::move(job)));
  }

  gate.set_value();
  ASSERT_TRUE(scene.writer.flush(kLong));

  EXPECT_EQ(seen, 101);
}

TEST(StateThreads, AJobThatFailsForItselfFailsAlone) {
  Scene scene;
  ASSERT_TRUE(scene.write(0).get());
  std::promise<void> gate = scene.hold();
  auto before = scene.write(1);
  auto wrong = scene.ask(scene.writer, [](Database& database) -> Result<> {
    (void)Scene::insert(database, 1000);
    return net::failure(Kind::Changed, net::Origin::Here, "not so");
  });
  auto after = scene.write(2);

  gate.set_value();

  EXPECT_TRUE(before.get());
  EXPECT_EQ(wrong.get().error().kind, Kind::Changed);
  EXPECT_TRUE(after.get());
  EXPECT_EQ(scene.count(), 3);
  EXPECT_TRUE(scene.failures.empty());
}

TEST(StateThreads, WhatFindsNoRoomIsDroppedAndCounted) {
  Scene scene(true, {.jobs = 2, .octets = 100});
  std::promise<void> gate = scene.hold();
  const auto give = [&](std::size_t octets) {
    return scene.writer.give(
        {.file = scene.file, .work = [](Database&) -> Result<> { return {}; }, .octets = octets});
  };

  EXPECT_TRUE(give(60));
  EXPECT_FALSE(give(60));
  EXPECT_TRUE(give(40));
  EXPECT_FALSE(give(0));
  gate.set_value();
  EXPECT_TRUE(scene.writer.flush(kLong));
  EXPECT_TRUE(give(60));
  EXPECT_EQ(scene.writer.dropped(), 2U);
}

TEST(StateThreads, StopDoesWhatWasGivenBefore) {
  Scene scene;
  std::promise<void> gate = scene.hold();
  auto last = scene.write(1);
  gate.set_value();

  scene.writer.stop(kLong);

  EXPECT_TRUE(last.get());
  EXPECT_EQ(scene.write(2).get().error().kind, Kind::Limit);
  EXPECT_EQ(scene.count(), 1);
}

TEST(StateThreads, StopDropsWhatIsNotBegunInTime) {
  Scene scene;
  std::promise<void> gate = scene.hold();
  auto late = scene.write(1);
  std::thread stopping([&] { scene.writer.stop(milliseconds::zero()); });
  while (scene.writer.give({.file = scene.file, .work = [](Database&) -> Result<> { return {}; }}))
    std::this_thread::yield();

  gate.set_value();
  stopping.join();

  EXPECT_EQ(late.get().error().kind, Kind::Limit);
}

// Awaits a write, or is cancelled before.
struct Session {
  Scene& scene;
  net::Loop& loop;
  std::optional<Result<>> result;
  std::int64_t seen = -1;

  net::Task<> commit(StateFile::Work work) {
    result = co_await attempt(do_there(
        scene.writer, loop, scene.file, std::move(work), net::Deadline{loop.now() + minutes(1)}));
    if (*result) seen = scene.count();
    loop.stop();
  }
};

TEST(StateThreads, ASessionGoesOnAfterItsCommit) {
  Scene scene(false);
  net::Loop loop;
  Session session{.scene = scene, .loop = loop};
  net::Scope scope([](const net::Error&) {});

  scope.spawn(session.commit([](Database& database) { return Scene::insert(database, 1); }));
  loop.run();

  ASSERT_TRUE(session.result);
  EXPECT_TRUE(session.result->has_value());
  EXPECT_EQ(session.seen, 1);
}

TEST(StateThreads, ASessionHearsWhatTheWorkSays) {
  Scene scene(false);
  net::Loop loop;
  Session session{.scene = scene, .loop = loop};
  net::Scope scope([](const net::Error&) {});

  scope.spawn(session.commit(
      [](Database&) -> Result<> { return net::failure(Kind::Gone, net::Origin::Here, "none"); }));
  loop.run();

  ASSERT_TRUE(session.result);
  EXPECT_EQ(session.result->error().kind, Kind::Gone);
}

TEST(StateThreads, ASessionMayGoBeforeItsAnswerComes) {
  Scene scene;
  std::promise<void> gate = scene.hold();
  {
    net::Loop loop;
    Session session{.scene = scene, .loop = loop};
    net::Scope scope([](const net::Error&) {});
    scope.spawn(session.commit([](Database& database) { return Scene::insert(database, 1); }));
    scope.cancel();
    ASSERT_TRUE(session.result);
    EXPECT_EQ(session.result->error().kind, Kind::Cancelled);
  }

  gate.set_value();
  ASSERT_TRUE(scene.writer.flush(kLong));

  EXPECT_EQ(scene.count(), 1);
}

// ---- files that are not as they should be

TEST(StateFile, AReaderBeforeTheFirstWriterFindsNothing) {
  Scene scene;

  auto nothing = scene.ask(scene.reader, [](Database&) -> Result<> { return {}; });

  EXPECT_EQ(nothing.get().error().kind, Kind::Gone);
}

TEST(StateFile, M077_ADamagedCacheIsPutAsideAndBegunAnew) {
  Scene scene;
  std::ofstream(scene.path()) << std::string(10'000, 'x');

  ASSERT_TRUE(scene.write(1).get());

  EXPECT_EQ(scene.replacements, std::vector{Kind::Malformed});
  EXPECT_EQ(scene.count(), 1);
  EXPECT_EQ(std::filesystem::file_size(scene.folder / "s.db.bad"), 10'000U);
}

TEST(StateFile, M077_ACacheThatAReaderFindsDamagedIsBegunAnewByTheNextWriter) {
  Scene scene;
  ASSERT_TRUE(scene.write(1).get());
  auto found = scene.ask(scene.reader, [](Database& database) -> Result<> {
    return database.run("SELECT * FROM lost");
  });
  ASSERT_EQ(found.get().error().kind, Kind::Malformed);

  EXPECT_EQ(scene.count(), -1);
  ASSERT_TRUE(scene.write(2).get());
  EXPECT_EQ(scene.count(), 1);
}

TEST(StateFile, F063_ACacheOfAnotherVersionIsBegunAnew) {
  Scene scene;
  {
    auto other = *Database::open(scene.path(), Database::Use::Cache, 77);
    ASSERT_TRUE(other->run("CREATE TABLE t (number TEXT); PRAGMA user_version = 2;"));
  }

  ASSERT_TRUE(scene.write(1).get());

  EXPECT_EQ(scene.replacements, std::vector{Kind::Malformed});
  EXPECT_EQ(scene.count(), 1);
}

TEST(StateFile, ADamagedFileOfLastingStateStaysWhereItIs) {
  Scene scene(false);
  std::ofstream(scene.path()) << std::string(10'000, 'x');

  EXPECT_EQ(scene.write(1).get().error().kind, Kind::Malformed);

  EXPECT_TRUE(scene.replacements.empty());
  EXPECT_EQ(scene.failures, std::vector{Kind::Malformed});
  EXPECT_EQ(std::filesystem::file_size(scene.path()), 10'000U);
}

TEST(StateFile, AnOlderFileOfLastingStateIsBuiltOn) {
  Scene scene(false);
  {
    auto older = *Database::open(scene.path(), Database::Use::Lasting, 77);
    ASSERT_TRUE(older->run("CREATE TABLE u (number INTEGER); PRAGMA user_version = 2;"));
  }

  ASSERT_TRUE(scene.write(1).get());

  EXPECT_EQ(scene.built_from, 2);
}

TEST(StateFile, ANewerFileOfLastingStateIsLeftAlone) {
  Scene scene(false);
  {
    auto newer = *Database::open(scene.path(), Database::Use::Lasting, 77);
    ASSERT_TRUE(newer->run("CREATE TABLE t (number INTEGER); PRAGMA user_version = 4;"));
  }

  EXPECT_EQ(scene.write(1).get().error().kind, Kind::Malformed);
}

TEST(StateFile, F062_AFullDiskIsToldOnceAndItsEndAsWell) {
  Scene scene;
  ASSERT_TRUE(scene.write(1).get());
  const auto limit = [](const char* pragma) {
    return [pragma](Database& database) { return database.run(pragma); };
  };
  const auto fill = [](Database& database) {
    return database.run("INSERT INTO t SELECT randomblob(100000)");
  };
  ASSERT_TRUE(scene.ask(scene.writer, limit("PRAGMA max_page_count = 5")).get());

  EXPECT_EQ(scene.ask(scene.writer, fill).get().error().kind, Kind::Limit);
  EXPECT_EQ(scene.failures, std::vector{Kind::Limit});
  EXPECT_EQ(scene.recoveries, 0);
  EXPECT_TRUE(scene.write(2).get());
  EXPECT_EQ(scene.recoveries, 1);
  EXPECT_EQ(scene.count(), 2);
}

TEST(StateFile, AFileThatIsTakenAwayIsMadeAgain) {
  Scene scene;
  ASSERT_TRUE(scene.write(1).get());
  ASSERT_EQ(scene.count(), 1);

  for (const char* name : {"s.db", "s.db-wal", "s.db-shm"})
    std::filesystem::remove(scene.folder / name);

  EXPECT_TRUE(scene.write(2).get());
  EXPECT_EQ(scene.count(), 1);
}

}  // namespace
}  // namespace postern::proxy
