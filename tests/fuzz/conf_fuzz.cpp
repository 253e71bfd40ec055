// Hostile configuration text: no crash, bounded problems, and what loads is shown so that it loads
// again as the same. Secrets planted by the input must not come out anywhere.
//
// The input is TOML; behind a NUL follow --set assignments, one a line. Nothing of disk or
// environment is touched.

#include "conf/dump.hpp"
#include "conf/load.hpp"
#include "conf/overrides.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace postern::conf;

constexpr std::size_t kAssignmentsMax = 16;
constexpr std::size_t kReadableOctetsMax = std::size_t{1} << 20U;

void expect(bool claim) {
  if (!claim) std::abort();
}

std::vector<std::string> split_assignments(std::string_view text) {
  std::vector<std::string> assignments;
  while (!text.empty() && assignments.size() < kAssignmentsMax) {
    const auto end = std::min(text.find('\n'), text.size());
    assignments.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return assignments;
}

void check_problems(const Outcome& outcome) {
  bool has_error = false;
  for (const Problem& problem : outcome.problems) {
    const auto line = text(problem);
    for (const char c : line)
      expect(c >= 0x20 && c < 0x7f);
    has_error = has_error || problem.severity == Severity::Error;
  }
  expect(outcome.problems.size() <= Problems::kProblemsMax + 1);
  expect(has_error != outcome.settings.has_value());
}

void check_settings(const Outcome& outcome) {
  const Settings& settings = *outcome.settings;
  for (const Upstream& upstream : settings.upstreams) {
    for (const Route& route : settings.routes) {
      const auto pop3 = effective_pop3(settings, settings.listeners.front(), &upstream, &route);
      expect(pop3.idle_timeout >= std::chrono::minutes{10});
    }
  }
  const auto shown = dump(settings, outcome.origins);
  if (shown.size() > kReadableOctetsMax) return;
  const auto again = load_text(shown, "f");
  expect(again.settings.has_value());
  expect(fingerprint_text(*again.settings) == fingerprint_text(settings));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t count) {
  const std::string input(octets, octets + count);
  const auto end = std::min(input.find('\0'), input.size());
  const auto toml = std::string_view(input).substr(0, end);
  const auto rest = std::string_view(input).substr(std::min(end + 1, input.size()));

  const auto outcome = load_text(toml, "f", split_assignments(rest));
  check_problems(outcome);
  if (outcome.settings) check_settings(outcome);
  return 0;
}
