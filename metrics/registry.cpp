// The Registry: whose turn it is, and what is asked before a page is made.

#include "metrics/registry.hpp"

#include "metrics/exposition.hpp"

#include <utility>

namespace postern::metrics {

Registry::Registry() : scraped_(recorders_.emplace_back()) {}

Recorder& Registry::recorder() {
  const std::scoped_lock lock(mutex_);
  return recorders_.emplace_back();
}

void Registry::at_scrape(std::function<void(Recorder&)> report) {
  const std::scoped_lock lock(mutex_);
  reports_.push_back(std::move(report));
}

void Registry::describe(std::string_view name, std::vector<std::string> texts) {
  const std::scoped_lock lock(mutex_);
  infos_.insert_or_assign(std::string(name), std::move(texts));
}

std::string Registry::exposition() {
  const std::scoped_lock lock(mutex_);
  process_.report(scraped_);
  for (const auto& report : reports_)
    report(scraped_);
  return expose(recorders_, names_.tables(), infos_);
}

}  // namespace postern::metrics
