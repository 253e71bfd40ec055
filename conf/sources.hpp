// Where a configuration comes from: the main file, what it includes, and --set on the command
// line. All of it becomes one document, whose nodes know their files; nothing here knows what a
// key means, except for "include".

#pragma once

#include "conf/codec.hpp"
#include "conf/document.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace postern::conf {

inline constexpr std::size_t kIncludedFilesMax = 100;

// The main file with everything that it includes, as one document; nothing if the main file cannot
// be read or has a syntax error. An included file that fails leaves the reading incomplete.
std::optional<Node> read_files(const std::filesystem::path& file, Reading& reading);

// The same for a text in memory, whose include is not followed.
std::optional<Node> read_text_source(std::string_view text,
                                     std::string_view name,
                                     Reading& reading);

// Puts "key=value" of --set upon the document, each over what was there. A value that is no TOML
// is taken as text, so that quotes can stay away from the shell.
void put_assignments(std::span<const std::string> assignments, Node& root, Reading& reading);

}  // namespace postern::conf
