// From one accepted configuration to what sessions see of it.
//
// Each worker builds a Snapshot of its own: the servers in it stand on the worker's loop. Tests
// build theirs by the same function, on a loop whose clock they turn.

#pragma once

#include "conf/settings.hpp"
#include "metrics/names.hpp"
#include "proxy/services.hpp"
#include "proxy/tls_files.hpp"

#include <memory>
#include <string>

namespace postern::proxy {

// What a snapshot is made from; the same for all workers.
struct Blueprint {
  std::shared_ptr<const conf::Settings> settings;
  std::shared_ptr<const TlsFiles> tls;
  std::shared_ptr<const upstream::OwnAddresses> own_addresses;
};

// Where it is to stand. `share` is how many workers there are.
struct Ground {
  net::Loop& loop;
  net::Dialer& dialer;
  net::Random& random;
  metrics::Recorder& recorder;
  metrics::Names& names;
  unsigned share;
};

[[nodiscard]] std::shared_ptr<const Snapshot> build_snapshot(const Blueprint& blueprint,
                                                             const Ground& ground);

// A protocol as operators count it.
[[nodiscard]] metrics::Protocol counted(conf::Protocol protocol);

// What greetings call this machine: as configured, or its host name.
[[nodiscard]] std::string own_name(const conf::Settings& settings);

}  // namespace postern::proxy
