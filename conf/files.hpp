// A look at the files that a configuration names.
//
// Everything here is bounded: only regular files are read, and only up to a limit. Answers are
// phrases for a Problem ("cannot be opened: No such file or directory"), without the path.

#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>

namespace postern::conf {

// The whole file. The main configuration file may also be a pipe, which may_be_pipe allows.
std::expected<std::string, std::string> read_file(const std::filesystem::path& path,
                                                  std::size_t octets_max,
                                                  bool may_be_pipe = false);

// Why we could not read the file, if so.
std::optional<std::string> why_unreadable(const std::filesystem::path& path);

// Why the file is no place for a secret, if so: others may read it, or others may write it.
std::optional<std::string> why_not_private(const std::filesystem::path& path);

}  // namespace postern::conf
