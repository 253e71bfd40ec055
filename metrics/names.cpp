// Names to numbers, by walking through at most 64 of them: nobody does this often.

#include "metrics/names.hpp"

#include <algorithm>
#include <utility>

namespace postern::metrics {

namespace {

constexpr std::size_t kNameOctetsMax = 64;
constexpr std::string_view kOther = "other";

// Whatever the configuration says, a label value is short and printable, or a scrape would fail.
std::string cleaned(std::string_view name) {
  std::string text(name.substr(0, kNameOctetsMax));
  std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '_');
  return text;
}

void forget(NameTable& table) {
  for (NameTable::Entry& entry : table.entries) {
    entry.configured = false;
    entry.backends = 0;
  }
}

void take_all(NameTable& table, const std::vector<std::string>& names) {
  forget(table);
  for (const std::string& name : names)
    table.entries[table.take(name)].configured = true;
}

void take_all(NameTable& table, const std::vector<ConfiguredUpstream>& upstreams) {
  forget(table);
  for (const ConfiguredUpstream& upstream : upstreams) {
    NameTable::Entry& entry = table.entries[table.take(upstream.name)];
    entry.configured = true;
    entry.backends = std::max(entry.backends, std::min(upstream.backends, kBackendsMax));
    entry.backends_max = std::max(entry.backends_max, entry.backends);
  }
}

}  // namespace

std::size_t NameTable::take(std::string_view name) {
  std::string wanted = cleaned(name);
  const auto at = [this](std::string_view text) {
    return static_cast<std::size_t>(std::ranges::find(entries, text, &Entry::name) -
                                    entries.begin());
  };
  const std::size_t known = at(wanted);
  if (known < entries.size()) return known;
  if (entries.size() + 1 == kNamesMax) {  // the last number is for all that have none
    if (const std::size_t other = at(kOther); other < entries.size()) return other;
    wanted = kOther;
  }
  if (entries.size() == kNamesMax) return at(kOther);
  entries.push_back({.name = std::move(wanted)});
  return entries.size() - 1;
}

void Names::configure(const Configured& configured) {
  const std::scoped_lock lock(mutex_);
  take_all(tables_.listeners, configured.listeners);
  take_all(tables_.upstreams, configured.upstreams);
  take_all(tables_.certificates, configured.certificates);
  tables_.protocols.reset();
  for (const Protocol protocol : configured.protocols)
    tables_.protocols.set(static_cast<std::size_t>(protocol));
  tables_.protocols_ever |= tables_.protocols;
  tables_.workers = std::min(configured.workers, kWorkersMax);
  tables_.workers_max = std::max(tables_.workers_max, tables_.workers);
}

Listener Names::listener(std::string_view name) {
  const std::scoped_lock lock(mutex_);
  return static_cast<Listener>(tables_.listeners.take(name));
}

Upstream Names::upstream(std::string_view name) {
  const std::scoped_lock lock(mutex_);
  return static_cast<Upstream>(tables_.upstreams.take(name));
}

Certificate Names::certificate(std::string_view name) {
  const std::scoped_lock lock(mutex_);
  return static_cast<Certificate>(tables_.certificates.take(name));
}

NameTables Names::tables() const {
  const std::scoped_lock lock(mutex_);
  return tables_;
}

}  // namespace postern::metrics
