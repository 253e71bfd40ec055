// Prints what the catalogue and the table of events declare, for the tests of the files that
// operators use (operator_files_test.py):
//
//   print_metrics exposition   a page on which every series of a small configuration has a value
//   print_metrics metrics      the rows of README.md about metrics
//   print_metrics events       the rows of README.md about log events

#include "metrics/events.hpp"
#include "metrics/registry.hpp"

#include <cstdio>
#include <string>
#include <string_view>
#include <tuple>

namespace postern::metrics {
namespace {

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

// One event of the first kind, so that no series stays at 0.
void touch(Recorder& recorder, const Family& family, std::uint32_t cell) {
  constexpr auto kElapsed = std::chrono::milliseconds(30);
  const bool seconds = family.measure == Measure::Seconds;
  switch (family.kind) {
    case Kind::Counter:
      if (seconds) return recorder.add(Series<Kind::Counter, Measure::Seconds>{cell}, kElapsed);
      return recorder.add(Series<Kind::Counter, Measure::Count>{cell});
    case Kind::Gauge:
      return recorder.set(Series<Kind::Gauge, Measure::Count>{cell}, 1);
    case Kind::Histogram:
      if (seconds) {
        const Series<Kind::Histogram, Measure::Seconds> series{cell, family.bounds};
        return recorder.observe(series, kElapsed);
      }
      return recorder.observe(Series<Kind::Histogram, Measure::Count>{cell, family.bounds}, 30);
  }
}

void print_exposition() {
  Registry registry;
  registry.names().configure({.protocols = {Protocol::Pop3},
                              .listeners = {"pop3", "pop3s"},
                              .upstreams = {{.name = "dovecot", .backends = 2}},
                              .certificates = {"default"},
                              .workers = 2});
  registry.describe(kMetrics.build_info, {"0.1.0", "c0ffee", "3.0.22", "1.44.2"});
  registry.describe(kMetrics.config_info, {"0123456789abcdef"});
  Recorder& recorder = registry.recorder();
  for (const Family& family : kMetrics.families()) {
    if (family.name.starts_with("process_")) continue;  // set at the scrape
    for (std::uint32_t i = 0; i < family.series(); ++i)
      touch(recorder, family, family.first + i * family.width());
  }
  print(registry.exposition());
}

std::string type_of(const Family& family) {
  if (family.kind == Kind::Counter) return "counter";
  if (family.kind == Kind::Gauge) return "gauge";
  std::string text = "histogram to ";
  const std::int64_t top = family.bounds.back();
  if (family.measure == Measure::Count) return text + std::to_string(top);
  return text + std::to_string(top / 1'000'000'000) + " s";
}

std::string labels_of(const Family& family) {
  std::string text;
  for (const LabelShape& label : family.labels()) {
    text += (text.empty() ? "`" : "; `") + std::string(label.key) + "`";
    std::string_view between = ": ";
    for (const std::string_view value : label.values) {
      text.append(between).append(value);
      between = " ";
    }
  }
  return text.empty() ? "-" : text;
}

void print_metric_rows() {
  for (const Family& family : kMetrics.families()) {
    print("| `" + std::string(family.name) + "` | " + type_of(family) + " | " + labels_of(family) +
          " | " + std::string(family.help) + " |\n");
  }
}

template <class E>
void print_event_row(const E& event) {
  const EventInfo& info = E::kInfo;
  std::string fields;
  event.each([&fields](std::string_view key, const auto&) {
    fields += (fields.empty() ? "`" : " `") + std::string(key) + "`";
  });
  constexpr std::string_view kScopes[] = {"process", "session", "either"};
  print("| `" + std::string(info.name) + "` | " + std::string(text_of(info.level)) + " | " +
        std::string(kScopes[static_cast<std::size_t>(info.scope)]) + " | " + fields + " | " +
        std::string(info.help) + " | " +
        (info.metric.empty() ? "-" : "`" + std::string(info.metric) + "`") + " |\n");
}

void print_event_rows() {
  std::apply([](const auto&... event) { (print_event_row(event), ...); }, Events());
}

}  // namespace
}  // namespace postern::metrics

int main(int argc, char** argv) {
  const std::string_view what = argc == 2 ? argv[1] : "";
  if (what == "exposition") {
    postern::metrics::print_exposition();
  } else if (what == "metrics") {
    postern::metrics::print_metric_rows();
  } else if (what == "events") {
    postern::metrics::print_event_rows();
  } else {
    return 64;  // EX_USAGE
  }
  return 0;
}
