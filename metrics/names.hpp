// Small numbers for the names that the configuration gives to listeners, upstreams and
// certificates.
//
// A name keeps its number until the process ends, also when a reload takes it out of the
// configuration, so its counters go on when it comes back. There is room for 63 names of each sort;
// all further ones share the number of a last name, "other".
//
// Names are looked up when the configuration is loaded and when a session starts; from then on the
// session keeps the number.

#pragma once

#include "metrics/label_values.hpp"

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace postern::metrics {

struct ConfiguredUpstream {
  std::string name;
  std::size_t backends = 1;
};

// What the loaded configuration names: these and no other series are shown.
struct Configured {
  std::vector<Protocol> protocols;
  std::vector<std::string> listeners;
  std::vector<ConfiguredUpstream> upstreams;
  std::vector<std::string> certificates;
  std::size_t workers = 1;
};

// One sort of names. Numbers are positions.
struct NameTable {
  struct Entry {
    std::string name;
    bool configured = false;
    std::size_t backends = 0;      // as configured now
    std::size_t backends_max = 0;  // as ever configured
  };

  // The number of the name, which is added if it is new.
  std::size_t take(std::string_view name);

  std::vector<Entry> entries;
};

// All names at one moment.
struct NameTables {
  NameTable listeners;
  NameTable upstreams;
  NameTable certificates;
  std::bitset<kLabel<Protocol>.size> protocols;
  std::bitset<kLabel<Protocol>.size> protocols_ever;
  std::size_t workers = 0;
  std::size_t workers_max = 0;
};

// May be used by any thread.
class Names {
 public:
  // Called at start and after each accepted reload. Counters of names that are gone stay visible,
  // gauges do not.
  void configure(const Configured& configured);

  [[nodiscard]] Listener listener(std::string_view name);
  [[nodiscard]] Upstream upstream(std::string_view name);
  [[nodiscard]] Certificate certificate(std::string_view name);

  [[nodiscard]] NameTables tables() const;

 private:
  mutable std::mutex mutex_;
  NameTables tables_;
};

}  // namespace postern::metrics
