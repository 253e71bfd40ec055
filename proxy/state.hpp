// What outlives sessions, a cache and what has to last: where it is kept, and how that goes.
//
// One lives in the gateway, from its start to its end; where it keeps things was read then, and
// changes with a restart only. With a path, there are files, and two threads for them; without,
// there is memory.

#pragma once

#include "conf/settings.hpp"
#include "metrics/log.hpp"
#include "metrics/recorder.hpp"
#include "net/timer.hpp"
#include "proxy/index_sqlite.hpp"
#include "proxy/index_store.hpp"
#include "proxy/state_file.hpp"
#include "proxy/state_threads.hpp"
#include "proxy/uidl_store.hpp"

#include <chrono>
#include <memory>
#include <optional>

namespace postern::proxy {

class State {
 public:
  static constexpr net::Duration kTended = std::chrono::minutes(1);  // how often files are tended

  // Opens nothing and waits for nothing: the threads open files when they are used. A disk that
  // cannot be used is told of in the log, and stops no mail.
  // `pause` is how long what has to last leaves a disk alone that failed.
  State(const conf::State& settings, metrics::Log& log, net::Duration pause = StatePlan().pause);

  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() = default;

  [[nodiscard]] IndexStore& index() { return *index_; }

  [[nodiscard]] UidlStore& uidls() { return *uidls_; }

  // To be called every few seconds, with the settings in force.
  void tend(const conf::State& settings, net::Time now);

  // For Registry::at_scrape.
  void report(metrics::Recorder& recorder) const;

  // Writes what waits, as long as that begins within the limit. Afterwards nothing is written.
  void stop(std::chrono::milliseconds limit);

 private:
  void try_again();

  std::optional<StateThreads> threads_;
  std::unique_ptr<IndexStore> index_;
  IndexSqlite* index_file_ = nullptr;   // the same, if it is in a file
  std::shared_ptr<StateFile> lasting_;  // null: there are no files
  std::unique_ptr<UidlStore> uidls_;
  net::Time tend_at_{};
};

}  // namespace postern::proxy
