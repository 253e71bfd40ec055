// Where does this user's mail live?
//
// The routes of the configuration, first match wins: a pattern for the user name leads to an
// upstream, and says under which name the user is known there. Names are octets and are mapped
// once, here, before every look-up and every key. Patterns are globs, or RE2 expressions, whose
// time is linear in the name whatever the pattern.

#pragma once

#include "conf/settings.hpp"
#include "net/result.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postern::upstream {

struct Destination {
  const conf::Route* route;
  std::size_t upstream;  // index in Settings::upstreams
  std::string login;     // the user name the upstream knows
};

class Directory {
 public:
  static constexpr std::size_t kUserOctetsMax = 512;

  // What is wrong with a route's expression; nothing if it is one RE2 takes.
  [[nodiscard]] static std::string expression_problem(const std::string& pattern);

  // The settings stay where they are as long as this lives, and have been checked.
  explicit Directory(const conf::Settings& settings);

  ~Directory();
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  // Fails with Kind::Refused for a user that no route of the protocol is for, or whose name cannot
  // be one.
  [[nodiscard]] net::Result<Destination> find(std::string_view user, conf::Protocol protocol) const;

  // Whether a route, which leads to `upstream`, is for clients of that protocol.
  [[nodiscard]] static bool is_for(const conf::Route& route,
                                   const conf::Upstream& upstream,
                                   conf::Protocol protocol);

 private:
  struct Entry;

  std::vector<Entry> entries_;
};

// "*" stands for any octets, "?" for one; everything else for itself, letters in either case.
// Linear in the text for each star.
[[nodiscard]] bool matches_glob(std::string_view pattern, std::string_view text);

// "{user}", "{local}" and "{domain}" replaced, once: what comes in is not looked at again.
[[nodiscard]] std::string expand(std::string_view form, std::string_view user);

}  // namespace postern::upstream
