// The queue between those who log and the descriptor that the log goes to.
//
// A line is copied into the queue and the caller goes on: the lock is held for the copy, never for
// a write. One thread writes out what is there, at once if it has rested for a moment, else when
// the moment is over: to be woken for each line costs more than the line. When nobody takes the log
// (a pipe that is not read, a full disk) the queue fills up to its bounds, further lines are
// dropped and counted, and as soon as there is room again a line says how many are missing at that
// place.
//
// The queue takes its memory at construction.

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace postern::metrics {

struct LogBounds {
  std::size_t lines = 8'192;
  std::size_t octets = std::size_t{1} << 20U;
};

class LogWriter {
 public:
  static constexpr auto kRest = std::chrono::milliseconds(50);  // a line waits no longer for it

  // The descriptor stays the caller's and may be blocking or not. `missing` makes the line that
  // tells of dropped ones; it is called from the writer's thread.
  LogWriter(int descriptor,
            LogBounds bounds,
            std::function<std::string(std::uint64_t lines)> missing);
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;
  ~LogWriter();  // stops, within a second

  // Queues a line, which ends in its only line feed; false: it was dropped. Any thread; never waits
  // for the descriptor.
  bool push(std::string_view line);

  // Waits until all that was queued before has been written or given up; false: the time was over.
  bool flush(std::chrono::milliseconds limit);

  // Writes what is queued, as long as that takes no more than the limit, and ends the thread. Later
  // lines are dropped. Again: does nothing.
  void stop(std::chrono::milliseconds limit);

  // Lines that were not queued or could not be written.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  void run();
  [[nodiscard]] bool is_urgent() const;
  std::uint64_t write_lines(std::string_view lines);
  bool write_all(std::string_view& text);
  bool wait_until_writable();
  [[nodiscard]] std::chrono::milliseconds time_left();

  const int descriptor_;
  const LogBounds bounds_;
  const std::function<std::string(std::uint64_t lines)> missing_;
  const int wake_;  // an eventfd, readable from stop() on

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable done_;
  std::string pending_;
  std::size_t pending_lines_ = 0;
  std::uint64_t unreported_ = 0;  // dropped since the last line that said so
  std::uint64_t pushed_ = 0;
  std::uint64_t finished_ = 0;  // of those pushed: written or given up
  unsigned flushing_ = 0;       // how many wait for what they pushed
  bool waits_for_line_ = false;
  bool stopping_ = false;
  std::chrono::steady_clock::time_point deadline_;

  std::atomic<std::uint64_t> dropped_ = 0;
  bool torn_ = false;  // the writer's: the last write ended within a line
  std::thread thread_;
};

}  // namespace postern::metrics
