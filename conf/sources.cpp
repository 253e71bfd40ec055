// Included files are read in the order of their patterns, and the files of one pattern by name.
// They may not include further ones, so there is no circle to guard against. Values of --set are
// checked like all others, but have no line to point at.

#include "conf/sources.hpp"

#include "conf/files.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <glob.h>
#include <utility>
#include <vector>

namespace postern::conf {

namespace {

constexpr std::string_view kCommandLine = "--set";

// What glob(3) found, given back when it goes.
class Matches {
 public:
  explicit Matches(const std::string& pattern) {
    status_ = glob(pattern.c_str(), 0, nullptr, &found_);
  }

  Matches(const Matches&) = delete;
  Matches& operator=(const Matches&) = delete;

  ~Matches() { globfree(&found_); }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> result;
    if (status_ == 0) result.assign(found_.gl_pathv, found_.gl_pathv + found_.gl_pathc);
    std::ranges::sort(result);
    return result;
  }

 private:
  glob_t found_{};
  int status_ = 0;
};

// The files to include, in the order of their patterns. A pattern may cover the main file, which is
// not read twice for that, and files that another pattern has brought.
class IncludeList {
 public:
  explicit IncludeList(std::string main) : main_(std::move(main)) {}

  // One item of "include"; a name without wildcards must exist, which shows when it is read.
  void add(const Input& item) {
    const auto* pattern = read_text(item, R"(write ["conf.d/*.toml"])");
    if (pattern == nullptr) return;
    if (pattern->empty() || pattern->contains('\0')) {
      refuse_text(item, *pattern, "write the name of a file, or a pattern");
      return;
    }
    const auto path = resolve(*pattern, item.node.place).string();
    const bool has_wildcards = path.find_first_of("*?[") != std::string::npos;
    const auto names = has_wildcards ? Matches(path).names() : std::vector<std::string>{path};
    for (const std::string& name : names) {
      if (!add_file(name, item)) return;
    }
  }

  std::vector<std::string> take() { return std::move(files_); }

 private:
  // False at the bound.
  bool add_file(const std::string& name, const Input& item) {
    std::error_code unequal_if_set;
    if (std::filesystem::equivalent(name, main_, unequal_if_set)) return true;
    if (std::ranges::find(files_, name) != files_.end()) return true;
    if (files_.size() == kIncludedFilesMax) {
      return refuse(item, fmt::format("there are more than {} files", kIncludedFilesMax));
    }
    files_.push_back(name);
    return true;
  }

  std::string main_;
  std::vector<std::string> files_;
};

std::vector<std::string> included_files(const Table& root,
                                        const std::string& main,
                                        Reading& reading) {
  const Entry* entry = find(root, "include");
  if (entry == nullptr) return {};
  const Rule rule;
  const std::string where = "include";
  const Input in{entry->node, where, rule, reading};
  const Array* items = read_list(in);
  if (items == nullptr) return {};
  IncludeList list(main);
  for (const Node& item : *items)
    list.add(in.item(item));
  return list.take();
}

std::optional<Node> read_one_file(const std::string& name, bool is_main, Reading& reading) {
  const auto text = read_file(name, kFileOctetsMax, is_main);
  if (!text) {
    reading.problems.error({name, 0, 0}, "file", text.error());
    return std::nullopt;
  }
  return read_text_source(*text, name, reading);
}

// Values from the command line have no line.
void forget_lines(Node& node) {
  node.place = {std::string(kCommandLine), 0, 0};
  if (auto* items = std::get_if<Array>(&node.value)) std::ranges::for_each(*items, forget_lines);
  auto* table = std::get_if<Table>(&node.value);
  if (table == nullptr) return;
  for (Entry& entry : *table) {
    entry.place = node.place;
    forget_lines(entry.node);
  }
}

bool is_dotted_key(std::string_view key) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !key.empty() && std::ranges::all_of(key, allowed) && !key.contains("..") &&
         !key.starts_with('.') && !key.ends_with('.');
}

// "key=value" as a document: as TOML if it is, else with the value as text. What begins like TOML
// must be TOML, so that an open bracket is an error and not a text.
std::expected<Node, Problem> parse_assignment(std::string_view key, std::string_view value) {
  const bool one_line = !value.contains('\n');
  auto document = one_line ? parse_document(fmt::format("{} = {}", key, value), kCommandLine)
                           : std::unexpected(Problem{});
  if (document) return document;
  if (one_line && !value.empty() && std::string_view("\"'[{").contains(value.front()))
    return document;
  return parse_document(fmt::format("{} = {}", key, toml_text(value)), kCommandLine);
}

}  // namespace

std::optional<Node> read_text_source(std::string_view text,
                                     std::string_view name,
                                     Reading& reading) {
  auto document = parse_document(text, name);
  if (document) return std::move(*document);
  reading.problems.add(std::move(document.error()));
  return std::nullopt;
}

std::optional<Node> read_files(const std::filesystem::path& file, Reading& reading) {
  auto root = read_one_file(file.string(), true, reading);
  if (!root) return std::nullopt;
  auto& table = std::get<Table>(root->value);
  for (const std::string& name : included_files(table, file.string(), reading)) {
    auto part = read_one_file(name, false, reading);
    if (!part) {
      reading.is_complete = false;
      continue;
    }
    auto& inner = std::get<Table>(part->value);
    if (const Entry* again = find(inner, "include")) {
      reading.problems.error(again->place, "include", "only the main file may include others");
      std::erase_if(inner, [](const Entry& entry) { return entry.key == "include"; });
    }
    merge(table, std::move(inner), Clash::Report, reading.problems);
  }
  return root;
}

void put_assignments(std::span<const std::string> assignments, Node& root, Reading& reading) {
  for (const std::string& assignment : assignments) {
    const auto equals = assignment.find('=');
    const auto key = std::string_view(assignment).substr(0, equals);
    if (equals == std::string::npos || !is_dotted_key(key) || key == "include") {
      reading.problems.error(
          {std::string(kCommandLine), 0, 0}, "command line", "write --set table.key=value");
      continue;
    }
    auto document = parse_assignment(key, std::string_view(assignment).substr(equals + 1));
    if (!document) {
      document.error().place = {std::string(kCommandLine), 0, 0};
      document.error().where = key;
      reading.problems.add(std::move(document.error()));
      continue;
    }
    forget_lines(*document);
    merge(std::get<Table>(root.value),
          std::move(std::get<Table>(document->value)),
          Clash::Replace,
          reading.problems);
  }
}

}  // namespace postern::conf
