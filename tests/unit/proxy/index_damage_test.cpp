// Index files that were damaged, cut, swapped, mixed: what is found is exactly what was remembered
// or nothing, and what is remembered afterwards is found again.

#include "proxy/index_tables.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.hpp"
#include "tests/unit/proxy/index_scene.hpp"

namespace postern::proxy {
namespace {

using test::TemporaryFolder;

constexpr std::array<const char*, 4> kUsers = {"ann", "bob", "cid", "dot"};

// A whole file with four mailboxes, to be damaged again and again.
class DamagedIndex : public ::testing::Test {
 protected:
  void SetUp() override {
    {
      IndexScene scene(path());
      for (std::size_t i = 0; i < kUsers.size(); ++i)
        scene.remember(kUsers[i], mailbox(i));
    }
    std::ifstream file(path(), std::ios::binary);
    whole_.assign(std::istreambuf_iterator<char>(file), {});
    ASSERT_GT(whole_.size(), 20'000U);
  }

  static IndexedMailbox mailbox(std::size_t i) { return numbered_mailbox(20 + i, 3000); }

  [[nodiscard]] std::filesystem::path path() const { return folder_ / "index.db"; }

  void put(const std::string& octets) {
    std::error_code ignored;
    std::filesystem::remove(folder_ / "index.db-wal", ignored);
    std::filesystem::remove(folder_ / "index.db-shm", ignored);
    std::ofstream(path(), std::ios::binary | std::ios::trunc) << octets;
  }

  // Changes the file by SQL, as no index would.
  void change(const char* statements) {
    put(whole_);
    auto database = Database::open(path(), Database::Use::Cache, IndexTables::kApplication);
    ASSERT_TRUE(database);
    const auto done = (*database)->run(statements);
    ASSERT_TRUE(done) << done.error().detail;
  }

  // How many of the mailboxes are found; whatever is found is exact.
  int found_exactly() {
    IndexScene scene(path());
    int found = 0;
    for (std::size_t i = 0; i < kUsers.size(); ++i) {
      const auto each = scene.find(kUsers[i]);
      if (!each) continue;
      ++found;
      EXPECT_TRUE(same(*each, mailbox(i))) << kUsers[i];
    }
    scene.flush();
    errors_ = scene.index.errors();
    return found;
  }

  // Sessions look, and remember all of them once more; they are found by the next process. What is
  // written into a damaged file may be lost with it, and is missed by a later process, which does
  // not remember it from before.
  void heals() {
    for (int process = 0; process < 3; ++process) {
      IndexScene scene(path());
      for (const char* user : kUsers)
        scene.find(user);
      // A file may be begun anew in between, and then has only what came later.
      for (int visit = 0; visit < 2; ++visit) {
        for (std::size_t i = 0; i < kUsers.size(); ++i)
          scene.remember(kUsers[i], mailbox(i));
        scene.flush();
      }
    }
    EXPECT_EQ(found_exactly(), 4);
  }

  // Where the file names pages that go on with a row, by SQLite's file format: leaves of tables
  // (0x0d), cells of payload, row ID and so many octets of the payload, the page behind them.
  [[nodiscard]] std::vector<std::size_t> overflow_places() const {
    constexpr std::size_t kPage = 4096;
    const auto number = [this](std::size_t& at) {
      std::size_t value = 0;
      for (int i = 0; i < 9; ++i) {
        const auto octet = static_cast<unsigned char>(whole_[at++]);
        value = value << 7U | (octet & 0x7fU);
        if (octet < 0x80) break;
      }
      return value;
    };
    const auto pair = [this](std::size_t at) {
      return static_cast<std::size_t>(static_cast<unsigned char>(whole_[at])) << 8U |
             static_cast<unsigned char>(whole_[at + 1]);
    };
    std::vector<std::size_t> places;
    for (std::size_t page = kPage; page < whole_.size(); page += kPage) {
      if (whole_[page] != 0x0d) continue;
      for (std::size_t cell = 0; cell < pair(page + 3); ++cell) {
        std::size_t at = page + pair(page + 8 + 2 * cell);
        const std::size_t payload = number(at);
        (void)number(at);
        if (payload <= kPage - 35) continue;
        constexpr std::size_t kLeast = (kPage - 12) * 32 / 255 - 23;
        const std::size_t here = kLeast + (payload - kLeast) % (kPage - 4);
        places.push_back(at + (here <= kPage - 35 ? here : kLeast));
      }
    }
    return places;
  }

  // Another process remembers what is new, and the next one finds it.
  void takes_news() {
    {
      IndexScene scene(path());
      for (int visit = 0; visit < 2; ++visit) {
        for (std::size_t i = 0; i < kUsers.size(); ++i)
          scene.remember(kUsers[i], news(i));
        scene.flush();
      }
    }
    IndexScene scene(path());
    for (std::size_t i = 0; i < kUsers.size(); ++i) {
      const auto found = scene.find(kUsers[i]);
      ASSERT_TRUE(found) << kUsers[i];
      EXPECT_TRUE(same(*found, news(i))) << kUsers[i];
    }
  }

  // All of it is new, so that no row can stay.
  static IndexedMailbox news(std::size_t i) { return numbered_mailbox(60 + i, 3000); }

  TemporaryFolder folder_;
  std::string whole_;
  std::uint64_t errors_ = 0;
};

TEST_F(DamagedIndex, M077_OctetsOverwrittenAnywhereGiveExactMailboxesOrNone) {
  std::mt19937_64 random(77);
  int lost = 0;
  for (int round = 0; round < 300; ++round) {
    std::string damaged = whole_;
    const std::size_t places = 1 + random() % 8;
    for (std::size_t i = 0; i < places; ++i) {
      const std::size_t at = random() % damaged.size();
      const std::size_t count = std::min<std::size_t>(1 + random() % 8, damaged.size() - at);
      for (std::size_t k = 0; k < count; ++k)
        damaged[at + k] = static_cast<char>(random());
    }
    put(damaged);

    lost += 4 - found_exactly();
    if (HasFatalFailure() || HasNonfatalFailure()) FAIL() << "round " << round;
    if (round % 10 == 0) heals();
  }
  EXPECT_GT(lost, 100);
}

TEST_F(DamagedIndex, M077_AFileThatIsCutAnywhereGivesExactMailboxesOrNone) {
  std::mt19937_64 random(771);
  for (int round = 0; round < 60; ++round) {
    put(whole_.substr(0, random() % whole_.size()));

    found_exactly();
    if (HasFatalFailure() || HasNonfatalFailure()) FAIL() << "round " << round;
    heals();
  }
}

TEST_F(DamagedIndex, F063_AFileOfAnotherProgramIsPutAsideAndBegunAnew) {
  const std::string text(30'000, 'x');
  put(text);

  EXPECT_EQ(found_exactly(), 0);
  heals();

  std::ifstream aside(folder_ / "index.db.bad", std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(aside), {}), text);
}

TEST_F(DamagedIndex, M077_AnyOctetOfTheHeaderMayBeAnother) {
  std::mt19937_64 random(772);
  for (std::size_t at = 0; at < 100; at += 1 + random() % 4) {
    std::string damaged = whole_;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x7f);
    put(damaged);

    takes_news();
    if (HasFatalFailure() || HasNonfatalFailure()) FAIL() << "octet " << at;
  }
}

TEST_F(DamagedIndex, M077_AHeaderThatForbidsToWriteIsDamage) {
  std::string damaged = whole_;
  damaged[18] = 0x7f;
  put(damaged);

  takes_news();

  EXPECT_TRUE(std::filesystem::exists(folder_ / "index.db.bad"));
}

TEST_F(DamagedIndex, M077_APageBeyondAllBoundsIsNoFullDisk) {
  const auto places = overflow_places();
  ASSERT_GT(places.size(), 3U);
  for (const bool looks_first : {true, false}) {
    std::string damaged = whole_;
    for (const std::size_t place : places)
      damaged.replace(place, 4, "\x7f\xff\xff\xff");
    put(damaged);

    if (looks_first) EXPECT_LT(found_exactly(), 4);

    takes_news();
  }
}

TEST_F(DamagedIndex, F063_AFileOfAnotherVersionIsBegunAnew) {
  change("PRAGMA user_version = 99");

  EXPECT_EQ(found_exactly(), 0);
  heals();
}

TEST_F(DamagedIndex, T062_ChunksOfAnotherMailboxAreNotTaken) {
  // The third id is free for a moment, so that the swap meets no row.
  change(
      "UPDATE chunk SET place = place + (1000 << 32) WHERE place >> 32 = 1;"
      "UPDATE chunk SET place = place - (1 << 32) WHERE place >> 32 = 2;"
      "UPDATE chunk SET place = place - (999 << 32) WHERE place >> 32 = 1001;");

  EXPECT_EQ(found_exactly(), 2);
  EXPECT_EQ(errors_, 2U);
  heals();
}

TEST_F(DamagedIndex, T062_HeadsOfAnotherMailboxAreNotTaken) {
  change(
      "UPDATE mailbox SET name = x'00' WHERE id = 1;"
      "UPDATE mailbox SET name = (SELECT m.name FROM mailbox m WHERE m.id = 2) || x'01' WHERE id = "
      "1;"
      "UPDATE mailbox SET name = x'02' WHERE id = 2;"
      "UPDATE mailbox SET name = substr(name, 1, 16) WHERE id = 1;");

  EXPECT_EQ(found_exactly(), 2);
  heals();
}

TEST_F(DamagedIndex, M077_AMailboxWithoutOneOfItsChunksIsNone) {
  change("DELETE FROM chunk WHERE place = (SELECT max(place) FROM chunk WHERE place >> 32 = 3)");

  EXPECT_EQ(found_exactly(), 3);
  EXPECT_EQ(errors_, 1U);
  heals();
}

TEST_F(DamagedIndex, M077_ChunksWithoutTheirMailboxAreNotSeen) {
  change("DELETE FROM mailbox WHERE id = 2");

  EXPECT_EQ(found_exactly(), 3);
  EXPECT_EQ(errors_, 0U);
  heals();
}

TEST_F(DamagedIndex, M077_AChunkOfAnEarlierTimeIsNoticed) {
  // Bob as he was before is whole and sealed, but not what his head tells of now.
  change("CREATE TABLE earlier AS SELECT * FROM chunk WHERE place >> 32 = 2");
  IndexedMailbox later = mailbox(1);
  std::vector<upstream::ListedMessage> messages(later.known.messages.begin(),
                                                later.known.messages.end());
  for (upstream::ListedMessage& message : messages)
    message.exact = !message.exact;
  later.known.messages = std::move(messages);
  {
    IndexScene scene(path());
    scene.remember("bob", later);
  }
  {
    IndexScene scene(path());
    ASSERT_TRUE(same(scene.find("bob").value(), later));
  }
  {
    auto database = Database::open(path(), Database::Use::Cache, IndexTables::kApplication);
    ASSERT_TRUE((*database)->run(
        "UPDATE chunk SET octets = (SELECT e.octets FROM earlier e WHERE e.place = chunk.place)"
        " WHERE place = (SELECT min(place) FROM earlier)"));
  }

  IndexScene scene(path());

  EXPECT_FALSE(scene.find("bob"));
}

TEST_F(DamagedIndex, M077_TablesThatAreNotThereAreMadeAnew) {
  change("DROP TABLE chunk");

  EXPECT_EQ(found_exactly(), 0);
  heals();
}

TEST_F(DamagedIndex, M077_AFileWithoutItsSecretIsBegunAnew) {
  change("DELETE FROM secret");

  EXPECT_EQ(found_exactly(), 0);
  heals();
}

TEST_F(DamagedIndex, AnIndexThatIsTakenAwayIsMadeAgain) {
  std::filesystem::remove(path());

  EXPECT_EQ(found_exactly(), 0);
  heals();
}

}  // namespace
}  // namespace postern::proxy
