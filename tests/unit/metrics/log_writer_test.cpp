// The queue holds what nobody takes, up to its bounds, and says what is missing (F-066).

#include "metrics/log_writer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <thread>
#include <vector>

#include "tests/unit/metrics/log_support.hpp"

namespace postern::metrics {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kLong = seconds(60);  // ends a test that hangs

std::string missing(std::uint64_t lines) {
  return "missing " + std::to_string(lines) + "\n";
}

// Reads until the text ends in this line, or nothing comes any more.
std::string read_until(const Pipe& pipe, std::string_view line) {
  std::string text;
  while (!text.ends_with(line)) {
    const std::string more = pipe.read_some();
    if (more.empty()) break;
    text += more;
  }
  return text;
}

// Counts the lines that came through a pipe, and those that are said to be missing.
class Account {
 public:
  bool read(const Pipe& pipe) {
    const std::string more = pipe.read_some();
    rest_ += more;
    for (std::size_t end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n')) {
      constexpr std::string_view kMissing = "missing ";
      if (rest_.starts_with(kMissing)) {
        missing_ += std::stoull(rest_.substr(kMissing.size()));
      } else {
        ++lines_;
      }
      rest_.erase(0, end + 1);
    }
    return !more.empty();
  }

  [[nodiscard]] std::uint64_t lines() const { return lines_; }

  [[nodiscard]] std::uint64_t missing() const { return missing_; }

 private:
  std::string rest_;
  std::uint64_t lines_ = 0;
  std::uint64_t missing_ = 0;
};

TEST(LogWriter, WritesLinesInOrder) {
  const MemoryFile file;
  LogWriter writer(file.descriptor(), {}, missing);

  EXPECT_TRUE(writer.push("one\n"));
  EXPECT_TRUE(writer.push("two\n"));
  EXPECT_TRUE(writer.flush(kLong));

  EXPECT_EQ(file.text(), "one\ntwo\n");
  EXPECT_EQ(writer.dropped(), 0U);
}

TEST(LogWriter, F066_NobodyWaitsForAPipeThatNobodyReads) {
  const Pipe pipe;
  LogWriter writer(pipe.writer(), {.lines = 100, .octets = 100'000}, missing);

  // Were push() to wait, this would never end: the pipe is read below.
  int queued = 0;
  for (int i = 0; i < 100'000; ++i)
    queued += writer.push(std::string(99, 'x') + "\n") ? 1 : 0;

  EXPECT_LT(queued, 300) << "one full queue, what the pipe takes, and what the writer holds";
  EXPECT_EQ(writer.dropped(), 100'000U - static_cast<unsigned>(queued));
  writer.stop(milliseconds(0));
}

TEST(LogWriter, F066_LinesTellHowManyAreMissingOnceThereIsRoom) {
  const Pipe pipe;
  LogWriter writer(pipe.writer(), {.lines = 10, .octets = 100'000}, missing);
  std::uint64_t queued = 0;
  for (int i = 0; i < 1000; ++i)
    queued += writer.push(std::string(999, 'x') + "\n") ? 1U : 0U;
  const std::uint64_t dropped = writer.dropped();
  EXPECT_EQ(dropped, 1000 - queued);

  Account account;
  while (account.lines() < queued || account.missing() < dropped)
    ASSERT_TRUE(account.read(pipe));

  EXPECT_EQ(account.missing(), dropped) << "told once";
  EXPECT_EQ(account.lines(), queued);
}

TEST(LogWriter, F066_OctetsAreBoundedToo) {
  const Pipe pipe;
  LogWriter writer(pipe.writer(), {.lines = 1'000'000, .octets = 10'000}, missing);

  int queued = 0;
  for (int i = 0; i < 1000; ++i)
    queued += writer.push(std::string(999, 'x') + "\n") ? 1 : 0;

  EXPECT_LT(queued, 30) << "10 in the queue, 10 with the writer, 4 in the pipe";
  EXPECT_FALSE(writer.push(std::string(10'001, 'x')));
  writer.stop(milliseconds(0));
}

TEST(LogWriter, F066_StopDoesNotWaitLongerThanItsLimit) {
  const Pipe pipe;
  LogWriter writer(pipe.writer(), {}, missing);
  for (int i = 0; i < 1000; ++i)
    writer.push(std::string(99, 'x') + "\n");

  auto stopped = std::async(std::launch::async, [&writer] { writer.stop(milliseconds(20)); });

  EXPECT_EQ(stopped.wait_for(kLong), std::future_status::ready);
  EXPECT_GE(writer.dropped(), 1000U - 41U) << "the pipe took 4096 octets";
}

// No line may wait for the next, whether the writer rests or has rested.
TEST(LogWriter, ALineIsWrittenByItselfWheneverItComes) {
  const Pipe pipe;
  LogWriter writer(pipe.writer(), {}, missing);

  for (const std::string_view line : {"first\n", "second\n", "third\n"}) {
    ASSERT_TRUE(writer.push(line));
    EXPECT_EQ(read_until(pipe, line), line);
  }
  EXPECT_TRUE(pipe.is_silent_for(4 * LogWriter::kRest)) << "no line is written twice";
  ASSERT_TRUE(writer.push("fourth\n"));
  EXPECT_EQ(read_until(pipe, "fourth\n"), "fourth\n");
}

TEST(LogWriter, StopWritesWhatIsQueued) {
  Pipe pipe;
  LogWriter writer(pipe.writer(), {}, missing);
  for (int i = 0; i < 1000; ++i)
    writer.push(std::string(99, 'x') + "\n");
  auto reader = std::async(std::launch::async, [&pipe] {
    Account account;
    while (account.lines() < 1000 && account.read(pipe)) {
    }
    return account.lines();
  });

  writer.stop(kLong);

  EXPECT_EQ(reader.get(), 1000U);
  EXPECT_EQ(writer.dropped(), 0U);
}

TEST(LogWriter, AfterStopLinesAreDropped) {
  const MemoryFile file;
  LogWriter writer(file.descriptor(), {}, missing);
  writer.push("before\n");

  writer.stop(kLong);
  EXPECT_FALSE(writer.push("after\n"));
  writer.stop(kLong);

  EXPECT_EQ(file.text(), "before\n");
  EXPECT_EQ(writer.dropped(), 1U);
}

TEST(LogWriter, F066_AReaderThatLeavesCostsLinesNotTheProcess) {
  Pipe pipe;
  LogWriter writer(pipe.writer(), {}, missing);
  pipe.close_reader();

  writer.push("lost\n");  // SIGPIPE would end the test
  EXPECT_TRUE(writer.flush(kLong));

  EXPECT_EQ(writer.dropped(), 1U);
}

TEST(LogWriter, F066_AFullDiskCostsLinesNotTheProcess) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  LogWriter writer(full, {}, missing);

  writer.push("lost\n");
  writer.push("lost too\n");
  EXPECT_TRUE(writer.flush(kLong));

  EXPECT_GE(writer.dropped(), 2U);
  close(full);
}

// Lets files grow to so many octets only, until the end of the scope.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t octets) {
    EXPECT_EQ(getrlimit(RLIMIT_FSIZE, &before_), 0);
    const rlimit small{.rlim_cur = octets, .rlim_max = before_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  }

  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  ~SmallDisk() { EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &before_), 0); }

 private:
  rlimit before_{};
};

TEST(LogWriter, F066_ALineThatWasCutByAFullDiskDoesNotSwallowTheNext) {
  const MemoryFile file;
  LogWriter writer(file.descriptor(), {}, missing);
  {
    const SmallDisk disk(5);
    writer.push("0123456789\n");
    EXPECT_TRUE(writer.flush(kLong));
    writer.push("lost\n");
    EXPECT_TRUE(writer.flush(kLong));
  }

  writer.push("next\n");
  EXPECT_TRUE(writer.flush(kLong));

  EXPECT_EQ(file.text(), "01234\nnext\nmissing 2\n");
  EXPECT_EQ(writer.dropped(), 2U);
}

TEST(LogWriter, F066_ADescriptorThatDoesNotBlockLosesNothing) {
  Pipe pipe;
  ASSERT_EQ(fcntl(pipe.writer(), F_SETFL, O_NONBLOCK), 0);
  LogWriter writer(pipe.writer(), {}, missing);
  for (int i = 0; i < 1000; ++i)
    writer.push("0123456789\n");
  writer.push("end\n");

  EXPECT_EQ(read_until(pipe, "end\n").size(), 11'004U);
  EXPECT_EQ(writer.dropped(), 0U);
}

TEST(LogWriter, ManyThreadsWriteWholeLines) {
  const MemoryFile file;
  LogWriter writer(file.descriptor(), {}, missing);
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (char name = 'a'; name < 'e'; ++name) {
      threads.emplace_back([&writer, name] {
        for (int i = 0; i < 1000; ++i)
          writer.push(std::string(20, name) + "\n");
      });
    }
  }
  ASSERT_TRUE(writer.flush(kLong));

  const std::vector<std::string> lines = file.lines();
  EXPECT_EQ(lines.size(), 4000U);
  for (const std::string& line : lines)
    EXPECT_EQ(line, std::string(20, line.front()));
}

}  // namespace
}  // namespace postern::metrics
