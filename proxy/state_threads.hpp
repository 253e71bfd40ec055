// The two threads that touch the disk, so that nobody else ever waits for it: one writes, in the
// order in which it was asked to, one reads. The loops of the workers hand them jobs and go on; a
// session that wants an answer awaits it.
//
// Writes that wait for the same file are done in one transaction, so that a burst of them costs one
// commit: each job is told how it went after that commit, never before. A job that fails with a
// kind of its own (StateFile::is_of_file() says no: Gone, Changed, Refused ...) fails alone: the
// others are done once more without it. So a job may run twice, and begins from the same file each
// time; what it leaves behind is in the file, or is overwritten by the second run.
//
// The queues are bounded in jobs and octets; what finds no room is dropped and counted.

#pragma once

#include "net/parcel.hpp"
#include "net/task.hpp"
#include "proxy/state_file.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace postern::proxy {

struct StateJob {
  std::shared_ptr<StateFile> file;
  StateFile::Work work;

  // Told once, on the thread that did the work, or in give() if it finds no room. May be empty.
  std::function<void(net::Result<>)> done{};

  std::size_t octets = 0;  // that the work keeps while it waits
};

class StateThread {
 public:
  enum class Sort : unsigned char { Writing, Reading };

  struct Bounds {
    std::size_t jobs = 10'000;
    std::size_t octets = std::size_t{64} << 20U;
  };

  StateThread(Sort sort, Bounds bounds);

  StateThread(const StateThread&) = delete;
  StateThread& operator=(const StateThread&) = delete;
  ~StateThread();  // stops at once

  // Any thread; never waits for the disk. False: dropped, and told so as Kind::Limit.
  bool give(StateJob job);

  // Waits until all that was given before is done; false: the time was over.
  bool flush(std::chrono::milliseconds limit);

  // Does what was given before, as long as that begins within the limit, and ends the thread; the
  // rest is dropped, as all is that comes later. Again: does nothing.
  void stop(std::chrono::milliseconds limit);

  // Jobs that it was given ever since.
  [[nodiscard]] std::uint64_t given() const;

  // Jobs that were dropped.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  using Jobs = std::vector<StateJob>;

  void run();
  void work_through(Jobs& jobs);
  void write_group(Jobs& group);
  void drop(StateJob& job);
  [[nodiscard]] bool is_late();

  const Sort sort_;
  const Bounds bounds_;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable work_;
  std::condition_variable idle_;
  Jobs waiting_;
  std::size_t octets_ = 0;
  std::uint64_t given_ = 0;
  std::uint64_t finished_ = 0;  // of those given: done or dropped
  bool stopping_ = false;
  std::chrono::steady_clock::time_point deadline_{};

  std::atomic<std::uint64_t> dropped_ = 0;
  std::thread thread_;
};

// Both. Lives as long as the process; jobs keep what they need themselves.
struct StateThreads {
  StateThreads() = default;
  StateThreads(const StateThreads&) = delete;
  StateThreads& operator=(const StateThreads&) = delete;

  // What a job does at its end may give the other thread one.
  ~StateThreads() {
    writer.stop(std::chrono::milliseconds::zero());
    reader.stop(std::chrono::milliseconds::zero());
  }

  StateThread writer{StateThread::Sort::Writing, {}};
  StateThread reader{StateThread::Sort::Reading, {}};
};

// Has the work done on that thread, and waits for it; on a writer: for its commit. Fails as the
// work or the file does, and with Kind::Limit (no room), Kind::Timeout, Kind::Cancelled. The work
// may run after whoever waited has gone, so it owns what it uses.
[[nodiscard]] net::Task<> do_there(StateThread& thread,
                                   net::Loop& loop,
                                   std::shared_ptr<StateFile> file,
                                   StateFile::Work work,
                                   net::Wait wait);

}  // namespace postern::proxy
