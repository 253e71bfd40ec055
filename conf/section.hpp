// Reads one table of the document into its struct, through the rows of the schema. Dots in the
// key of a row lead into inner tables, however those are written. A key that no row has is
// refused with the one that may have been meant; a key with a wrong value is refused and the
// others are read.

#pragma once

#include "conf/codec.hpp"
#include "conf/schema.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::conf {

// Notes a key that nobody knows, with the word that may have been meant.
void refuse_unknown_key(const Entry& entry,
                        std::string_view where,
                        std::span<const std::string_view> known,
                        Reading& reading);

template <class S>
class SectionReader {
 public:
  // `path` is the dotted name of the table; `others` are keys of it that somebody else reads.
  SectionReader(std::string path, Reading& reading, std::span<const std::string_view> others = {})
      : path_(std::move(path)), reading_(reading), others_(others) {}

  // Sets the members that the table names; answers with the rows that did.
  std::vector<const Setting<S>*> read(const Node& node, S& out) {
    const auto* table = node.as<Table>();
    if (table == nullptr) {
      reading_.problems.error(node.place, path_, fmt::format("a table stands here: [{}]", path_));
      return {};
    }
    reading_.origins.set(path_, node.place);
    read_table(*table, "", out);
    refuse_missing(node.place);
    return std::move(rows_);
  }

 private:
  void read_table(const Table& table, const std::string& prefix, S& out) {
    for (const Entry& entry : table) {
      if (reading_.problems.is_full()) return;
      const auto key = prefix + entry.key;
      const auto where = path_ + "." + key;
      if (const Setting<S>* row = find_row(key)) {
        written_.push_back(row);
        if (!row->member.read(Input{entry.node, where, row->rule, reading_}, out)) continue;
        reading_.origins.set(where, entry.node.place);
        rows_.push_back(row);
      } else if (leads_on(key)) {
        read_inner(entry, key, out);
      } else if (!prefix.empty() || std::ranges::find(others_, key) == others_.end()) {
        refuse_unknown_key(entry, inner_path(prefix), known_after(prefix), reading_);
      }
    }
  }

  void read_inner(const Entry& entry, const std::string& key, S& out) {
    const auto where = path_ + "." + key;
    const auto* inner = entry.node.as<Table>();
    if (inner == nullptr) {
      reading_.problems.error(entry.node.place, where, "a table stands here, with keys of its own");
      return;
    }
    reading_.origins.set(where, entry.node.place);
    read_table(*inner, key + ".", out);
  }

  void refuse_missing(const Place& place) {
    if (!reading_.is_complete) return;
    for (const auto& row : settings_of<S>()) {
      if (!row.rule.required || std::ranges::find(written_, &row) != written_.end()) continue;
      reading_.problems.error(
          place, path_, fmt::format("\"{}\" is missing: {}", row.key, row.help));
    }
  }

  static const Setting<S>* find_row(std::string_view key) {
    const auto rows = settings_of<S>();
    const auto found = std::ranges::find(rows, key, &Setting<S>::key);
    return found == rows.end() ? nullptr : &*found;
  }

  static bool leads_on(const std::string& key) {
    const auto inside = [begin = key + "."](const auto& row) { return row.key.starts_with(begin); };
    return std::ranges::any_of(settings_of<S>(), inside);
  }

  // The keys that may stand in the table of this prefix.
  std::vector<std::string_view> known_after(std::string_view prefix) const {
    std::vector<std::string_view> known;
    for (const auto& row : settings_of<S>()) {
      if (!row.key.starts_with(prefix)) continue;
      const auto rest = row.key.substr(prefix.size());
      known.push_back(rest.substr(0, rest.find('.')));
    }
    if (prefix.empty()) known.insert(known.end(), others_.begin(), others_.end());
    return known;
  }

  std::string inner_path(std::string_view prefix) const {
    return prefix.empty() ? path_ : path_ + "." + std::string(prefix.substr(0, prefix.size() - 1));
  }

  std::string path_;
  Reading& reading_;
  std::span<const std::string_view> others_;
  std::vector<const Setting<S>*> rows_;     // taken
  std::vector<const Setting<S>*> written_;  // taken or refused
};

}  // namespace postern::conf
