// What the cross checks have in common: a problem is noted under its dotted key, at the place
// where that was written, unless the value of the key was refused already. Then the default
// stands in its place, and nothing that follows from it would be true.

#pragma once

#include "conf/codec.hpp"
#include "conf/settings.hpp"

#include <filesystem>
#include <set>
#include <string>

namespace postern::conf {

class Findings {
 public:
  explicit Findings(Reading& reading) : reading_(reading) {}

  void error(const std::string& key, std::string what);
  void warning(const std::string& key, std::string what);

  [[nodiscard]] bool was_refused(const std::string& key) const {
    return reading_.refused.contains(key);
  }

  // An error if the file cannot be read; each file is looked at once.
  void expect_readable(const std::string& key, const std::filesystem::path& path);

  // Likewise, and an error if the file is open to others.
  void expect_private(const std::string& key, const std::filesystem::path& path);

 private:
  // True the first time.
  bool note(const std::filesystem::path& path);

  Reading& reading_;
  std::set<std::filesystem::path> looked_at_;
};

void check_tls(const Settings& settings, Findings& findings);
void check_listeners(const Settings& settings, Findings& findings);
void check_upstreams(const Settings& settings, Findings& findings);
void check_routes(const Settings& settings, Findings& findings);
void check_submission(const Settings& settings, Findings& findings);

}  // namespace postern::conf
