// The door of this floor: a configuration file becomes Settings, or all its problems at once.
//
// Nothing here prints, exits or throws. Warnings come with the settings; a single error means that
// there are none, so whoever reloads keeps what it had.

#pragma once

#include "conf/problem.hpp"
#include "conf/settings.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::conf {

struct Request {
  std::filesystem::path file;
  std::vector<std::string> assignments;  // "key=value" of --set, over the file; the last one wins
};

struct Outcome {
  std::optional<Settings> settings;  // none if one of the problems is an error
  std::vector<Problem> problems;     // by file and position
  Origins origins;                   // of all values that were taken
};

// Reads the file, what it includes, and the secrets that it names; looks at certificate files.
Outcome load(const Request& request);

// The same for a text in memory. Touches neither disk nor environment: include is not followed,
// secrets other than text stay empty, files are not looked at. `name` is what places say.
Outcome load_text(std::string_view text,
                  std::string_view name,
                  std::span<const std::string> assignments = {});

}  // namespace postern::conf
