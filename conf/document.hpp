// A TOML file as a tree of our own: values with their places, and nothing of the TOML library.
//
// The rest of the floor reads this tree, so the library stays behind one source file. A tree is
// bounded in size and depth before anything else looks at it. Several trees become one by merge().

#pragma once

#include "conf/problem.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace postern::conf {

inline constexpr std::size_t kFileOctetsMax = std::size_t{1} << 20U;

// A dotted key may nest as deep as its line is long, and the library recurses.
inline constexpr std::size_t kLineOctetsMax = 8'192;

// The deepest setting has five keys; beyond this somebody is playing.
inline constexpr std::size_t kDepthMax = 12;

struct Node;
struct Entry;

// TOML knows dates and times; no setting does.
struct Date {};

using Array = std::vector<Node>;
using Table = std::vector<Entry>;  // sorted by key

struct Node {
  Place place;
  std::variant<bool, std::int64_t, double, std::string, Date, Array, Table> value;

  template <class T>
  [[nodiscard]] const T* as() const {
    return std::get_if<T>(&value);
  }
};

struct Entry {
  std::string key;
  Place place;  // of the key
  Node node;
};

const Entry* find(const Table& table, std::string_view key);

// Reads the text; `name` is what places say. The problem is a syntax error or a bound.
std::expected<Node, Problem> parse_document(std::string_view text, std::string_view name);

// What merge() does where both trees set one key.
enum class Clash {
  Report,   // a problem that names both places; the first value stays
  Replace,  // the later value wins, as the command line does over the file
};

// Adds what `from` says to `into`. Tables are joined key by key; with Clash::Report arrays of
// tables follow each other, so that every file may bring its routes.
void merge(Table& into, Table&& from, Clash clash, Problems& problems);

}  // namespace postern::conf
