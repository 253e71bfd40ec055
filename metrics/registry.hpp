// All metrics of the process: hands out Recorders and makes the page that Prometheus reads.
//
// One Registry lives as long as the process, in main. The page is made by whoever serves it, in a
// thread of its own: never on a worker's loop.

#pragma once

#include "metrics/names.hpp"
#include "metrics/process.hpp"
#include "metrics/recorder.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace postern::metrics {

class Registry {
 public:
  Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;
  ~Registry() = default;

  // A Recorder for the calling thread, valid as long as the Registry. A thread asks once.
  [[nodiscard]] Recorder& recorder();

  [[nodiscard]] Names& names() { return names_; }

  // Fills in an info metric, replacing what it said before.
  template <std::size_t N>
  void describe(const Info<N>& info, const std::array<std::string, N>& texts) {
    describe(info.name(), std::vector<std::string>(texts.begin(), texts.end()));
  }

  // Calls `report` before each page is made, for numbers that somebody else keeps. It runs in the
  // thread that asks for the page and must record nothing but what no Recorder of a thread has.
  void at_scrape(std::function<void(Recorder&)> report);

  // The page, in Prometheus' text format 0.0.4. Several threads may ask; they take turns.
  [[nodiscard]] std::string exposition();

 private:
  void describe(std::string_view name, std::vector<std::string> texts);

  std::mutex mutex_;  // guards what follows; the cells inside need no guard
  std::deque<Recorder> recorders_;
  Recorder& scraped_;  // belongs to whoever holds the mutex
  std::vector<std::function<void(Recorder&)>> reports_;
  std::map<std::string, std::vector<std::string>, std::less<>> infos_;
  ProcessFacts process_;
  Names names_;  // has a guard of its own
};

}  // namespace postern::metrics
