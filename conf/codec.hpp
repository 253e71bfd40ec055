// How each kind of value is read from the document, shown again, and named in the reference.
//
// Three overloaded functions for each type: read_value() takes a node or says why not, show_value()
// gives TOML that reads back as the same value, type_name() is for people. Rows of the schema pick
// them by the type of their member, so a setting of a known kind needs nothing here.

#pragma once

#include "conf/document.hpp"
#include "conf/problem.hpp"
#include "conf/settings.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace postern::conf {

// What must hold of a value beyond its type.
struct Rule {
  using Refusal = std::string_view (*)(std::string_view text);

  std::int64_t low = std::numeric_limits<std::int64_t>::min();   // in milliseconds, octets, pieces
  std::int64_t high = std::numeric_limits<std::int64_t>::max();  // likewise
  Refusal refusal = nullptr;   // of texts: empty if it is right, else what would be right
  const char* word = nullptr;  // of paths: a word that is taken as it stands
  bool required = false;
  std::size_t items_max = 1'000;  // of lists
};

// What one reading of a configuration carries along.
struct Reading {
  Problems problems;
  Origins origins;                             // of values that were taken
  std::set<std::string, std::less<>> refused;  // keys of those that were not
  bool looks_at_disk = true;  // false: files, environment and credentials are not touched
  bool is_complete = true;    // false: a file is missing, so what seems absent may stand in there
};

// One value on its way in.
struct Input {
  const Node& node;
  const std::string& where;  // its dotted key
  const Rule& rule;
  Reading& reading;

  [[nodiscard]] Input item(const Node& part) const { return {part, where, rule, reading}; }
};

// Notes an error at the value's place; always false, so that readers can return it.
bool refuse(const Input& in, std::string what);

void warn(const Input& in, std::string what);

// The same for a text that is not right: shows it, and then what would be right.
bool refuse_text(const Input& in, std::string_view text, std::string_view hint);

// The word among `words` that somebody may have meant: within two slips, or a third of its length.
std::optional<std::string_view> did_you_mean(std::string_view written,
                                             std::span<const std::string_view> words);

// A TOML string in double quotes.
std::string toml_text(std::string_view text);

// The folder of the file that names the path is where relative paths start.
std::filesystem::path resolve(std::string_view path, const Place& place);

// The text, or null after a refusal with the hint.
const std::string* read_text(const Input& in, std::string_view hint);

// The items of a list, or null after a refusal.
const Array* read_list(const Input& in);

// The index of the word, for enumerations.
std::optional<std::size_t> read_word(const Input& in,
                                     std::span<const std::string_view> known,
                                     std::span<const std::string_view> later);

bool read_value(const Input& in, bool& out);
bool read_value(const Input& in, std::uint32_t& out);
bool read_value(const Input& in, std::string& out);
bool read_value(const Input& in, std::filesystem::path& out);
bool read_value(const Input& in, Url& out);
bool read_value(const Input& in, Verify& out);
bool read_value(const Input& in, UpstreamAuth& out);

std::string show_value(bool value);
std::string show_value(std::uint32_t value);
std::string show_value(const std::string& value);
std::string show_value(const std::filesystem::path& value);
std::string show_value(const Verify& value);
std::string show_value(const UpstreamAuth& value);

template <class T>
struct Tag {};

std::string type_name(Tag<bool>);
std::string type_name(Tag<std::uint32_t>);
std::string type_name(Tag<std::string>);
std::string type_name(Tag<std::filesystem::path>);
std::string type_name(Tag<Verify>);
std::string type_name(Tag<UpstreamAuth>);

// `"a", "b" or "c"`.
std::string one_of(std::span<const std::string_view> words);

}  // namespace postern::conf
