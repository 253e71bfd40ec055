// Document, settings, checks: each step goes on past its errors, so that all are told at once. Only
// the cross checks need the whole picture: with a file missing, half of what they say would be
// wrong.

#include "conf/load.hpp"

#include "conf/assemble.hpp"
#include "conf/check.hpp"
#include "conf/sources.hpp"

#include <utility>

namespace postern::conf {

namespace {

Outcome finish(std::optional<Node> root,
               std::span<const std::string> assignments,
               Reading& reading) {
  std::optional<Settings> settings;
  if (root) {
    put_assignments(assignments, *root, reading);
    settings = assemble(*root, reading);
    if (reading.is_complete) check(*settings, reading);
  }
  if (reading.problems.has_errors()) settings.reset();
  return {std::move(settings), reading.problems.take(), std::move(reading.origins)};
}

}  // namespace

Outcome load(const Request& request) {
  Reading reading;
  reading.origins.set("", {request.file.string(), 0, 0});
  return finish(read_files(request.file, reading), request.assignments, reading);
}

Outcome load_text(std::string_view text,
                  std::string_view name,
                  std::span<const std::string> assignments) {
  Reading reading;
  reading.looks_at_disk = false;
  reading.origins.set("", {std::string(name), 0, 0});
  return finish(read_text_source(text, name, reading), assignments, reading);
}

}  // namespace postern::conf
