// The effective configuration: every setting with its value, defaults included.
//
// The text is TOML that load() takes back, except that secrets given as text have become "***".

#pragma once

#include "conf/problem.hpp"
#include "conf/settings.hpp"

#include <string>

namespace postern::conf {

// Each line ends with a comment that says where the value came from: file:line, or "default".
std::string dump(const Settings& settings, const Origins& origins);

// The same without the comments: equal texts mean the same configuration, wherever its files lie.
// For a digest that shows whether several machines run the same.
std::string fingerprint_text(const Settings& settings);

}  // namespace postern::conf
