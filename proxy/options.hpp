// The command line.

#pragma once

#include "conf/load.hpp"

#include <expected>
#include <string>

namespace postern::proxy {

enum class Action : unsigned char { Run, Check, Config, Health };

struct Options {
  Action action = Action::Run;
  conf::Request request{.file = "/etc/postern/postern.toml"};
  bool online = false;  // check: connect to the upstreams as well
};

// What is not to be gone on with: text to be printed, and the status to exit with.
struct Exit {
  int status;
  std::string text;
};

std::expected<Options, Exit> read_options(int count, char** arguments);

}  // namespace postern::proxy
