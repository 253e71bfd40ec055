// The log: one line for each event, to standard error; who reads it there (journald, a container's
// runtime) does the rest.
//
// One Log lives as long as the process, in main; any thread may write. It never blocks the caller
// and its memory is bounded (log_writer.hpp). Level, format and the list of those whose
// conversation is logged can be changed while sessions run.

#pragma once

#include "metrics/events.hpp"
#include "metrics/line.hpp"
#include "metrics/log_writer.hpp"
#include "metrics/recorder.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace postern::metrics {

struct LogSettings {
  Level level = Level::Info;
  Format format = Format::Logfmt;
  Users users = Users::Hash;
  std::vector<std::string> traced;  // users and addresses whose conversation is always logged
};

class Log {
 public:
  struct Options {
    int descriptor = 2;
    HashKey key{};  // 16 random octets, new in each process
    LogBounds bounds;
    std::chrono::system_clock::time_point (*now)() = std::chrono::system_clock::now;
  };

  Log(const Options& options, LogSettings settings);

  // Logs an event of the process.
  template <Event E>
    requires(E::kInfo.scope != Scope::Session)
  void write(const E& event) {
    if (writes(E::kInfo.level)) write_fields(E::kInfo, event, [](Line&) {});
  }

  // Replaces the settings for all lines from now on.
  void apply(LogSettings settings);

  // Waits until all lines so far are out; false: the time was over first.
  bool flush(std::chrono::milliseconds limit) { return writer_.flush(limit); }

  // Writes what is queued, within the limit, and drops what comes later.
  void stop(std::chrono::milliseconds limit) { writer_.stop(limit); }

  // Tells postern_log_messages_total and postern_log_dropped_total; for Registry::at_scrape.
  void report(Recorder& recorder) const;

 private:
  friend class SessionLog;

  [[nodiscard]] bool writes(Level level) const {
    return level <= level_.load(std::memory_order_relaxed);
  }

  // Goes up with each apply().
  [[nodiscard]] std::uint64_t generation() const {
    return generation_.load(std::memory_order_relaxed);
  }

  [[nodiscard]] bool traces(std::string_view user, std::string_view address) const;

  template <class E, class Before>
  void write_fields(const EventInfo& info, const E& event, Before before) {
    Line line(style(), now_(), info.level, info.name);
    before(line);
    event.each(line);
    push(info.level, line);
  }

  [[nodiscard]] LineStyle style() const;
  void push(Level level, Line& line);
  void count(Level level);
  [[nodiscard]] std::string missing(std::uint64_t lines);

  const HashKey key_;
  std::chrono::system_clock::time_point (*const now_)();
  mutable std::mutex mutex_;  // guards the pointer
  std::shared_ptr<const LogSettings> settings_;
  std::atomic<Level> level_;
  std::atomic<std::uint64_t> generation_ = 0;
  std::array<std::atomic<std::uint64_t>, kLabel<Level>.size> lines_{};
  LogWriter writer_;  // last: its thread uses the others
};

}  // namespace postern::metrics
