// The command line.

#pragma once

#include "conf/load.hpp"
#include "proxy/uidl_tour.hpp"

#include <expected>
#include <filesystem>
#include <string>

namespace postern::proxy {

enum class Action : unsigned char {
  Run,
  Check,
  Config,
  Health,
  ImportUidls,
  ExportUidls,
  AuditUidls,
};

struct Options {
  Action action = Action::Run;
  conf::Request request{.file = "/etc/postern/postern.toml"};
  bool online = false;              // check: connect to the upstreams as well
  std::filesystem::path uidl_file;  // uidl import: to be read
  bool force = false;               // uidl import: however few messages are found again
  TourOptions tour;                 // uidl export and audit
};

// What is not to be gone on with: text to be printed, and the status to exit with.
struct Exit {
  int status;
  std::string text;
};

std::expected<Options, Exit> read_options(int count, char** arguments);

}  // namespace postern::proxy
