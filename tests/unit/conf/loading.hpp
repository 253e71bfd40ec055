// What the tests of loading share: a working configuration to stand upon, its problems as lines,
// a folder of files and an environment variable that go away by themselves.

#pragma once

#include "conf/load.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace postern::conf {

// Twelve lines that load without a warning; what a test adds begins at line 13, at the top level.
inline constexpr std::string_view kBase =
    "tls.default.certificate = '/etc/postern/tls/default.pem'\n"
    "tls.default.private_key = '/etc/postern/tls/default.key'\n"
    "listener.pop3.protocol = 'pop3'\n"
    "upstream.imap.url = 'imaps://imap.example.net'\n"
    "\n\n\n\n\n\n\n\n";

inline std::vector<std::string> lines_of(const Outcome& outcome) {
  std::vector<std::string> lines;
  for (const Problem& problem : outcome.problems)
    lines.push_back(text(problem));
  return lines;
}

// Loads the base with the text behind it; places say "f".
inline Outcome load_upon_base(std::string_view text) {
  return load_text(std::string(kBase) + std::string(text), "f");
}

inline std::vector<std::string> problems_upon_base(std::string_view text) {
  return lines_of(load_upon_base(text));
}

// The settings of the base with the text behind it, which must be free of errors.
inline Settings settings_upon_base(std::string_view text) {
  Outcome outcome = load_upon_base(text);
  EXPECT_TRUE(outcome.settings) << (outcome.problems.empty() ? "" : lines_of(outcome).front());
  return outcome.settings ? std::move(*outcome.settings) : Settings{};
}

// A folder below the system's temporary one.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "postern-conf-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    path_ = name;
  }

  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  ~Folder() { std::filesystem::remove_all(path_); }

  // Writes a file, with the permissions of a secret unless told otherwise; answers with its path.
  std::string write(std::string_view name,
                    std::string_view text,
                    std::filesystem::perms permissions = std::filesystem::perms(0600)) const {
    const auto path = path_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    std::filesystem::permissions(path, permissions);
    return path.string();
  }

  [[nodiscard]] std::string path(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// An environment variable that is as before afterwards.
class Environment {
 public:
  Environment(std::string name, const std::string& value) : name_(std::move(name)) {
    setenv(name_.c_str(), value.c_str(), 1);
  }

  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  ~Environment() { unsetenv(name_.c_str()); }

 private:
  std::string name_;
};

}  // namespace postern::conf
