// Octets that are kept for a copy: what comes out is what went in without doubled dots, wherever it
// lay; and nothing stays behind.

#include "proxy/spool.hpp"

#include "net/scope.hpp"
#include "wire/smtp_data.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace postern::proxy {
namespace {

constexpr std::uint64_t kRoom = std::uint64_t{64} << 20U;

class SpoolTest : public testing::Test {
 protected:
  SpoolTest() {
    std::string name = (std::filesystem::temp_directory_path() / "spool-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    folder_ = name;
  }

  ~SpoolTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Spool> make(std::uint64_t room = kRoom) {
    return std::make_unique<Spool>(
        loop_, Spool::Place{.room = room_, .octets_max = room, .folder = folder_});
  }

  net::Task<> fill(Spool& spool, std::string stuffed, std::size_t piece) {
    for (std::size_t at = 0; at < stuffed.size(); at += piece) {
      if (spool.add(std::string_view(stuffed).substr(at, piece))) co_await spool.flush();
    }
    filled_ = true;
  }

  net::Task<> empty(Spool& spool) {
    spool.rewind();
    got_.clear();
    end_.reset();
    while (true) {
      const auto some = co_await attempt(spool.next());
      if (!some) {
        end_ = some.error().kind;
        co_return;
      }
      if (some->empty()) break;
      got_ += *some;
    }
    end_ = net::Kind::Closed;
  }

  // On a clock that is turned by hand work on files is done at once.
  std::string through(Spool& spool, const std::string& stuffed, std::size_t piece = 1000) {
    filled_ = false;
    scope_.spawn(fill(spool, stuffed, piece));
    loop_.settle();
    EXPECT_TRUE(filled_);
    return read(spool);
  }

  std::string read(Spool& spool) {
    scope_.spawn(empty(spool));
    loop_.settle();
    EXPECT_TRUE(end_);
    return got_;
  }

  [[nodiscard]] bool folder_is_empty() const { return std::filesystem::is_empty(folder_); }

  net::Loop loop_{net::Time(std::chrono::hours(1))};
  SpoolRoom room_;
  std::filesystem::path folder_;
  std::string got_;
  std::optional<net::Kind> end_;  // of reading
  bool filled_ = false;
  net::Scope scope_{[](const net::Error&) {}};
};

std::string long_text(std::size_t octets) {
  std::string text;
  while (text.size() < octets)
    text += "line " + std::to_string(text.size()) + " of a message\r\n";
  return text;
}

TEST_F(SpoolTest, UndoesDoubledDotsAtEveryBorder) {
  const std::string message = ".\r\n..\r\n.a\r\nb.\r\n\r\n.\r\nc..d\r\n";
  wire::smtp::DataRelay relay;
  const std::string sent(relay.take("..\r\n...\r\n..a\r\nb.\r\n\r\n..\r\nc..d\r\n.\r\n"));
  ASSERT_NE(sent, message);

  for (std::size_t piece = 1; piece <= sent.size(); ++piece) {
    const auto spool = make();
    EXPECT_EQ(through(*spool, sent, piece), message) << piece;
    EXPECT_EQ(spool->octets(), message.size());
    EXPECT_EQ(spool->octets(), relay.octets());
  }
}

TEST_F(SpoolTest, KeepsWhatIsSmallInMemory) {
  const auto spool = make();
  std::filesystem::remove(folder_);

  EXPECT_EQ(through(*spool, "Subject: hi\r\n\r\nhello\r\n"), "Subject: hi\r\n\r\nhello\r\n");
  EXPECT_FALSE(spool->has_failed());
}

TEST_F(SpoolTest, PutsWhatIsLargeOnDiskUnderNoName) {
  const std::string message = long_text(5 * Spool::kBlockOctets + 77);
  const auto spool = make();

  EXPECT_EQ(through(*spool, message, 70'000), message);
  EXPECT_EQ(read(*spool), message) << "the second time";
  EXPECT_TRUE(folder_is_empty());
  EXPECT_EQ(room_.taken(), message.size());
}

TEST_F(SpoolTest, ReadsAndWritesBehindTheBackOfARealLoop) {
  const std::string message = long_text(3 * Spool::kBlockOctets);
  net::Loop loop;
  Spool spool(loop, {.room = room_, .octets_max = kRoom, .folder = folder_});
  net::Scope scope([](const net::Error&) {});

  scope.spawn(fill(spool, message, 50'000));
  for (int turn = 0; turn < 10'000 && !filled_; ++turn)
    loop.run_once();
  scope.spawn(empty(spool));
  for (int turn = 0; turn < 10'000 && !end_; ++turn)
    loop.run_once();

  EXPECT_EQ(end_, net::Kind::Closed);
  EXPECT_EQ(got_, message);
}

TEST_F(SpoolTest, S038_GivesUpWithoutRoomAndGivesBackWhatItHad) {
  const std::string message = long_text(3 * Spool::kBlockOctets);
  const auto first = make(4 * Spool::kBlockOctets);
  const auto second = make(4 * Spool::kBlockOctets);
  (void)through(*first, message);

  EXPECT_EQ(through(*second, message), "");
  EXPECT_TRUE(second->has_failed());
  EXPECT_EQ(end_, net::Kind::Internal);
  EXPECT_EQ(room_.taken(), message.size());
  EXPECT_EQ(read(*first), message);
}

TEST_F(SpoolTest, GivesItsRoomBackWhenItEnds) {
  (void)through(*make(), long_text(2 * Spool::kBlockOctets));

  EXPECT_EQ(room_.taken(), 0U);
}

TEST_F(SpoolTest, S038_GivesUpWhereTheFolderIsGone) {
  std::filesystem::remove(folder_);
  const auto spool = make();

  EXPECT_EQ(through(*spool, long_text(2 * Spool::kBlockOctets)), "");
  EXPECT_TRUE(spool->has_failed());
  EXPECT_EQ(room_.taken(), 0U);
}

// A file may not grow beyond a bound: what a full disk is for whoever writes.
TEST_F(SpoolTest, S038_GivesUpWhenTheDiskIsFull) {
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit small{.rlim_cur = 100'000, .rlim_max = limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto spool = make();

  const std::string got = through(*spool, long_text(4 * Spool::kBlockOctets));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::signal(SIGXFSZ, before);

  EXPECT_EQ(got, "");
  EXPECT_TRUE(spool->has_failed());
  EXPECT_TRUE(folder_is_empty());
}

}  // namespace
}  // namespace postern::proxy
