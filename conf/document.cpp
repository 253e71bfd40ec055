// The one place that knows toml++. It throws on bad syntax, which is caught here, and what it
// says is put into our own words where those help more, or where it would repeat a value. It
// stops at the first mistake of a file, so that is all that is told of such a file.

#include "conf/document.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <iterator>
#include <optional>
#include <utility>

namespace postern::conf {

namespace {

Place place_of(const toml::source_region& region, std::string_view name) {
  return {std::string(name), region.begin.line, region.begin.column};
}

// Turns the library's tree into ours; remembers the first place that nests too deeply.
class Converter {
 public:
  explicit Converter(std::string_view name) : name_(name) {}

  Node convert(const toml::node& node) {
    Node result{place_of(node.source(), name_), Date{}};
    if (const auto* table = node.as_table()) {
      result.value = convert_table(*table);
    } else if (const auto* array = node.as_array()) {
      result.value = convert_array(*array);
    } else if (const auto* text = node.as_string()) {
      result.value = text->get();
    } else if (const auto* integer = node.as_integer()) {
      result.value = integer->get();
    } else if (const auto* real = node.as_floating_point()) {
      result.value = real->get();
    } else if (const auto* truth = node.as_boolean()) {
      result.value = truth->get();
    }
    return result;
  }

  [[nodiscard]] const std::optional<Place>& too_deep() const { return too_deep_; }

 private:
  bool enter(const toml::node& node) {
    if (depth_++ <= kDepthMax) return true;  // the document itself does not count
    if (!too_deep_) too_deep_ = place_of(node.source(), name_);
    return false;
  }

  Table convert_table(const toml::table& table) {
    Table result;
    if (enter(table)) {
      for (const auto& [key, node] : table) {
        result.push_back({std::string(key.str()), place_of(key.source(), name_), convert(node)});
      }
      std::ranges::sort(result, {}, &Entry::key);
    }
    --depth_;
    return result;
  }

  Array convert_array(const toml::array& array) {
    Array result;
    if (enter(array)) {
      for (const auto& node : array)
        result.push_back(convert(node));
    }
    --depth_;
    return result;
  }

  std::string_view name_;
  std::size_t depth_ = 0;
  std::optional<Place> too_deep_;
};

// The text of one line, counted from 1.
std::string_view line_at(std::string_view text, std::uint32_t line) {
  for (std::uint32_t skipped = 1; skipped < line; ++skipped) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    if (text.empty()) return {};
  }
  return text.substr(0, text.find('\n'));
}

// True if the value on that line begins with a letter, digit or colon: text without its quotes.
bool has_bare_value(std::string_view line) {
  constexpr std::string_view kBlank = " \t";
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return false;
  const auto start = line.find_first_not_of(kBlank, equals + 1);
  if (start == std::string_view::npos) return false;
  return !std::string_view("\"'[{#").contains(line[start]);
}

// The library's words, without those that lead on, and never with a number from the file.
std::string describe(std::string_view description, std::string_view line) {
  constexpr std::array<std::string_view, 4> kOfBareValues{
      "integer", "floating-point", "value type", "while parsing time"};
  const auto says = [description](std::string_view word) { return description.contains(word); };
  if ((std::ranges::any_of(kOfBareValues, says) || says("boolean") || says("date")) &&
      has_bare_value(line)) {
    return R"(not a value: text, durations such as "30s", sizes such as "64KiB", rates and )"
           "addresses stand in quotes";
  }
  const auto colon = description.find(": ");
  const bool led_on =
      description.starts_with("Error while parsing") && colon != std::string_view::npos;
  std::string result(led_on ? description.substr(colon + 2) : description);
  if (result.contains("control characters")) result = "a quote is not closed on its line";
  return result;
}

Problem syntax_problem(Place place, std::string what) {
  return {Severity::Error, std::move(place), "syntax", std::move(what)};
}

std::optional<Problem> find_bound_broken(std::string_view text, std::string_view name) {
  const std::string file(name);
  if (text.size() > kFileOctetsMax) {
    return syntax_problem({.file = file},
                          fmt::format("a file has at most {} octets", kFileOctetsMax));
  }
  std::uint32_t line = 1;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (end > kLineOctetsMax) {
      return syntax_problem({file, line, 1},
                            fmt::format("a line has at most {} octets", kLineOctetsMax));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line;
  }
  return std::nullopt;
}

// Visits the tables that have a header of their own; the last one visited is open at the end.
void find_last_header(const toml::node& node, std::string_view text, const toml::table*& last) {
  if (const auto* array = node.as_array()) {
    for (const auto& item : *array)
      find_last_header(item, text, last);
  }
  const auto* table = node.as_table();
  if (table == nullptr) return;
  const auto begin = table->source().begin;
  const auto line = line_at(text, begin.line);
  const bool has_header = begin.column <= line.size() && line[begin.column - 1] == '[';
  if (has_header && (last == nullptr || last->source().begin < begin)) last = table;
  for (const auto& [key, item] : *table)
    find_last_header(item, text, last);
}

const toml::key* find_key(const toml::table& table, std::string_view dotted) {
  const auto dot = dotted.find('.');
  const auto found = table.find(dotted.substr(0, dot));
  if (found == table.end()) return nullptr;
  if (dot == std::string_view::npos) return &found->first;
  const auto* inner = found->second.as_table();
  return inner == nullptr ? nullptr : find_key(*inner, dotted.substr(dot + 1));
}

// Where the key of a "cannot redefine" was set first. The library does not say, so the part of the
// text before the offending line is read once more.
std::optional<Place> find_first_setting(std::string_view key,
                                        std::string_view text_before,
                                        std::string_view name) {
  try {
    const toml::table before = toml::parse(text_before, name);
    const toml::table* open = nullptr;
    find_last_header(before, text_before, open);
    const toml::key* first = open == nullptr ? nullptr : find_key(*open, key);
    if (first == nullptr) first = find_key(before, key);
    if (first == nullptr) return std::nullopt;
    return place_of(first->source(), name);
  } catch (const toml::parse_error&) {
    return std::nullopt;  // the line before is part of the same value
  }
}

Problem explain(const toml::parse_error& error, std::string_view text, std::string_view name) {
  const auto place = place_of(error.source(), name);
  const auto line = line_at(text, place.line);
  const std::string_view description = error.description();
  const auto open = description.find('\'');
  const auto close = description.rfind('\'');
  if (description.contains("cannot redefine") && open < close && !line.empty()) {
    const auto key = description.substr(open + 1, close - open - 1);
    const auto text_before = text.substr(0, static_cast<std::size_t>(line.data() - text.data()));
    if (const auto first = find_first_setting(key, text_before, name)) {
      return {Severity::Error,
              place,
              std::string(key),
              fmt::format("set twice, first at {}", conf::text(*first))};
    }
  }
  return syntax_problem(place, describe(description, line));
}

bool is_array_of_tables(const Node& node) {
  const auto* array = node.as<Array>();
  const auto is_table = [](const Node& item) { return item.as<Table>() != nullptr; };
  return array != nullptr && !array->empty() && std::ranges::all_of(*array, is_table);
}

// One merge, on its way down the tree.
class Merger {
 public:
  Merger(Clash clash, Problems& problems) : clash_(clash), problems_(problems) {}

  void join(Table& into, Table&& from, const std::string& path) {
    Table added;
    for (Entry& entry : from) {
      const auto found = std::ranges::lower_bound(into, entry.key, {}, &Entry::key);
      if (found != into.end() && found->key == entry.key) {
        join_entry(*found, std::move(entry), path);
      } else {
        added.push_back(std::move(entry));
      }
    }
    std::ranges::move(added, std::back_inserter(into));
    std::ranges::sort(into, {}, &Entry::key);
  }

 private:
  void join_entry(Entry& into, Entry&& from, const std::string& path) {
    auto* old_table = std::get_if<Table>(&into.node.value);
    auto* new_table = std::get_if<Table>(&from.node.value);
    if (old_table != nullptr && new_table != nullptr) {
      join(*old_table, std::move(*new_table), path + from.key + ".");
    } else if (clash_ == Clash::Replace) {
      into = std::move(from);
    } else if (is_array_of_tables(into.node) && is_array_of_tables(from.node)) {
      auto& items = std::get<Array>(into.node.value);
      std::ranges::move(std::get<Array>(from.node.value), std::back_inserter(items));
    } else {
      problems_.error(
          from.place, path + from.key, fmt::format("set twice, first at {}", text(into.place)));
    }
  }

  Clash clash_;
  Problems& problems_;
};

}  // namespace

const Entry* find(const Table& table, std::string_view key) {
  const auto found = std::ranges::lower_bound(table, key, {}, &Entry::key);
  return found == table.end() || found->key != key ? nullptr : &*found;
}

std::expected<Node, Problem> parse_document(std::string_view text, std::string_view name) {
  if (auto problem = find_bound_broken(text, name)) return std::unexpected(std::move(*problem));
  try {
    const toml::table parsed = toml::parse(text, name);
    Converter converter(name);
    Node root = converter.convert(parsed);
    if (const auto& place = converter.too_deep()) {
      return std::unexpected(
          syntax_problem(*place, fmt::format("tables and lists nest at most {} deep", kDepthMax)));
    }
    return root;
  } catch (const toml::parse_error& error) {
    return std::unexpected(explain(error, text, name));
  }
}

void merge(Table& into, Table&& from, Clash clash, Problems& problems) {
  Merger(clash, problems).join(into, std::move(from), "");
}

}  // namespace postern::conf
