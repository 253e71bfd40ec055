// The form of a problem is that of compilers, so that editors can jump to it. Keys and values of
// the file go through an escape, so a configuration cannot write to the terminal of whoever
// checks it.

#include "conf/problem.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <tuple>
#include <utility>

namespace postern::conf {

namespace {

constexpr std::size_t kQuotedOctetsMax = 64;

// Printable ASCII as it stands, the rest as escapes: one line stays one line.
std::string printable(std::string_view value) {
  std::string result;
  for (const char c : value) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet >= 0x20 && octet < 0x7f) {
      result += c;
    } else {
      fmt::format_to(std::back_inserter(result), "\\x{:02x}", octet);
    }
  }
  return result;
}

}  // namespace

std::string text(const Place& place) {
  if (place.line == 0) return place.file;
  return fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

std::string text(const Problem& problem) {
  const auto* const severity = problem.severity == Severity::Error ? "error" : "warning";
  return fmt::format("{}: {}: {}: {}",
                     text(problem.place),
                     severity,
                     printable(problem.where),
                     printable(problem.what));
}

std::string in_quotes(std::string_view value) {
  std::string escaped;
  for (const char c : value.substr(0, kQuotedOctetsMax)) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  const auto* const more = value.size() > kQuotedOctetsMax ? "..." : "";
  return fmt::format("\"{}\"{}", printable(escaped), more);
}

void Problems::error(Place place, std::string_view where, std::string what) {
  add({Severity::Error, std::move(place), std::string(where), std::move(what)});
}

void Problems::warning(Place place, std::string_view where, std::string what) {
  add({Severity::Warning, std::move(place), std::string(where), std::move(what)});
}

void Problems::add(Problem problem) {
  if (problem.severity == Severity::Error) ++errors_;
  if (is_full()) {
    dropped_ = true;
    return;
  }
  problems_.push_back(std::move(problem));
}

std::vector<Problem> Problems::take() {
  const auto by_place = [](const Problem& problem) {
    const Place& place = problem.place;
    return std::tie(place.file, place.line, place.column, problem.where, problem.what);
  };
  std::ranges::sort(problems_, {}, by_place);
  if (dropped_) {
    const Place place{.file = problems_.back().place.file};
    problems_.push_back({Severity::Error,
                         place,
                         "configuration",
                         fmt::format("more problems follow the first {}", kProblemsMax)});
  }
  return std::move(problems_);
}

void Origins::set(std::string key, Place place) {
  places_.insert_or_assign(std::move(key), std::move(place));
}

const Place* Origins::find(std::string_view key) const {
  const auto found = places_.find(key);
  return found == places_.end() ? nullptr : &found->second;
}

Place Origins::nearest(std::string_view key) const {
  while (true) {
    if (const Place* place = find(key)) return *place;
    if (key.empty()) return {};
    const auto dot = key.rfind('.');
    key = dot == std::string_view::npos ? std::string_view{} : key.substr(0, dot);
  }
}

}  // namespace postern::conf
