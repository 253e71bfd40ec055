// What the kernel says about this process: the process_* metrics that every Prometheus client
// library has, read from /proc/self and getrlimit(2) at each scrape.

#pragma once

#include "metrics/recorder.hpp"

#include <chrono>

namespace postern::metrics {

class ProcessFacts {
 public:
  // Finds out when the process started, once: derived from the two clocks at each scrape, it would
  // move whenever the wall clock is set.
  ProcessFacts();

  // What cannot be read keeps its last value.
  void report(Recorder& recorder) const;

 private:
  std::chrono::sys_seconds started_;
};

}  // namespace postern::metrics
