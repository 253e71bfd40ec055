// What a Recorder holds before anything has happened.

#include "metrics/recorder.hpp"

namespace postern::metrics {

Recorder::Recorder() : cells_(kMetrics.cells()) {
  for (const Family& family : kMetrics.families()) {
    if (family.merge != Merge::All) continue;
    for (std::uint32_t cell = 0; cell < family.series(); ++cell)
      put(family.first + cell, 1);
  }
}

}  // namespace postern::metrics
