// The certificates of a configuration, read from its files and made into what workers need.
//
// Everything is read once, on the main thread, at start, at reload and when a file has changed;
// workers make their own TLS contexts from it. What cannot be used is a problem with the place in
// the configuration where it was named.

#pragma once

#include "conf/problem.hpp"
#include "conf/settings.hpp"
#include "net/ticket_keys.hpp"
#include "net/tls_context.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace postern::proxy {

// A served certificate, for those who watch its end.
struct ServedCertificate {
  std::string name;  // of its profile
  std::chrono::system_clock::time_point not_after;
};

struct TlsFiles {
  // How many days before its end a certificate is worth a warning.
  static constexpr std::chrono::days kExpiresSoon{21};

  std::vector<net::ServerTls> listeners;  // as Settings::listeners; no hosts where TLS is off
  std::vector<net::ClientTls> upstreams;  // as Settings::upstreams
  std::vector<ServedCertificate> certificates;
};

// Reads them. Problems: a certificate that is not there, has expired, does not belong to its key or
// does not cover its names.
TlsFiles read_tls_files(const conf::Settings& settings,
                        const conf::Origins& origins,
                        std::shared_ptr<net::TicketKeys> tickets,
                        conf::Problems& problems);

// The files themselves, to be watched: path and time of last change.
class FileWatch {
 public:
  explicit FileWatch(const conf::Settings& settings);

  // Whether one of them has changed since the last call.
  [[nodiscard]] bool changed();

 private:
  struct File {
    std::filesystem::path path;
    std::filesystem::file_time_type written;
  };

  std::vector<File> files_;
};

}  // namespace postern::proxy
