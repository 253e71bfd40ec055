// What is wrong with a configuration, and where.
//
// A Problem is one line for a person:
//
//   postern.toml:68:1: error: listener.pop3s: unknown key "tsl", did you mean "tls"?
//
// Nothing here prints. Texts never contain the value of a secret; whatever they quote from the file
// is cut and stripped of control characters first (see in_quotes()).

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace postern::conf {

// Where something was written. Line 0 means the file as a whole; columns count characters from 1.
struct Place {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  friend bool operator==(const Place&, const Place&) = default;
};

enum class Severity { Error, Warning };

struct Problem {
  Severity severity = Severity::Error;
  Place place;
  std::string where;  // the dotted key or table it is about
  std::string what;   // what is wrong, and what would be right

  friend bool operator==(const Problem&, const Problem&) = default;
};

// "file:line:column", or just the file if the place has no line.
std::string text(const Place& place);

// The whole line, without its end.
std::string text(const Problem& problem);

// In double quotes: printable ASCII as it stands, the rest as escapes, cut after 64 octets.
std::string in_quotes(std::string_view value);

// Collects problems up to a bound: whoever has two hundred has one cause to find first.
class Problems {
 public:
  static constexpr std::size_t kProblemsMax = 200;

  void error(Place place, std::string_view where, std::string what);
  void warning(Place place, std::string_view where, std::string what);
  void add(Problem problem);

  [[nodiscard]] bool has_errors() const { return errors_ > 0; }

  [[nodiscard]] bool is_full() const { return problems_.size() >= kProblemsMax; }

  // All of them, by file and position, for good.
  std::vector<Problem> take();

 private:
  std::vector<Problem> problems_;
  std::size_t errors_ = 0;
  bool dropped_ = false;
};

// Where each value of the settings came from, by dotted key: "listener.pop3s.tls",
// "limits.per_address.new", "route.2.user" (routes count from 1). What is not in here is a default.
class Origins {
 public:
  void set(std::string key, Place place);

  [[nodiscard]] const Place* find(std::string_view key) const;

  // The place of the key, or of the innermost table around it that was written; else the main file.
  [[nodiscard]] Place nearest(std::string_view key) const;

 private:
  std::map<std::string, Place, std::less<>> places_;
};

}  // namespace postern::conf
