// What is said of an event besides its fields.

#pragma once

#include "metrics/line.hpp"

#include <cstdint>
#include <string_view>

namespace postern::metrics {

// Who logs an event: the process, a session (so it carries the session's fields), or either.
enum class Scope : std::uint8_t { Process, Session, Either };

struct EventInfo {
  std::string_view name;
  Level level = Level::Info;
  Scope scope = Scope::Process;
  std::string_view help;
  // Where it is counted; for each warning and error.
  std::string_view metric{};  // NOLINT(readability-redundant-member-init): may be left out
};

}  // namespace postern::metrics
