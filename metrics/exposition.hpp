// Turns what the Recorders hold into the text that Prometheus reads.

#pragma once

#include "metrics/names.hpp"
#include "metrics/recorder.hpp"

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace postern::metrics {

// The texts of the info metrics, by the name of the metric.
using InfoTexts = std::map<std::string, std::vector<std::string>, std::less<>>;

// Text format 0.0.4 of all series that the names allow, each summed over the Recorders. A counter
// is shown as soon as its names are known and for as long as the process lives, a gauge only while
// its names are configured; a family without series is left out.
[[nodiscard]] std::string expose(const std::deque<Recorder>& recorders,
                                 const NameTables& names,
                                 const InfoTexts& infos);

}  // namespace postern::metrics
