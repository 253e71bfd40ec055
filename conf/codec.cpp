// Values of the simple kinds. A refusal shows what was written, cut and escaped, and then what
// would be right, so that the operator need not open the reference. URLs are the exception: they
// are never shown.

#include "conf/codec.hpp"

#include "conf/address.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <iterator>
#include <utility>

namespace postern::conf {

namespace {

constexpr std::size_t kTextOctetsMax = 1'024;
constexpr std::size_t kSuggestionOctetsMax = 40;

constexpr std::string_view kTextHint = R"(text stands in quotes)";

// What the node is, for somebody who wrote the wrong kind.
std::string_view kind_of(const Node& node) {
  constexpr std::array<std::string_view, 7> kNames{
      "true or false", "a bare number", "a bare number", "text", "a date", "a list", "a table"};
  return kNames.at(node.value.index());
}

bool refuse_kind(const Input& in, std::string_view hint) {
  return refuse(in, fmt::format("{} stands here: {}", kind_of(in.node), hint));
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// Edits between two words (Levenshtein), counting two letters swapped as one slip, as typists do.
std::size_t slips_between(std::string_view left, std::string_view right) {
  std::vector<std::size_t> before(right.size() + 1);
  std::vector<std::size_t> above(right.size() + 1);
  for (std::size_t j = 0; j < above.size(); ++j)
    above[j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    std::vector<std::size_t> row(right.size() + 1);
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t differs = left[i - 1] == right[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + differs});
      const bool swapped =
          i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::exchange(above, std::move(row));
  }
  return above.back();
}

}  // namespace

bool refuse(const Input& in, std::string what) {
  in.reading.refused.insert(in.where);
  in.reading.problems.error(in.node.place, in.where, std::move(what));
  return false;
}

void warn(const Input& in, std::string what) {
  in.reading.problems.warning(in.node.place, in.where, std::move(what));
}

bool refuse_text(const Input& in, std::string_view text, std::string_view hint) {
  return refuse(in, fmt::format("{} is not right: {}", in_quotes(text), hint));
}

const std::string* read_text(const Input& in, std::string_view hint) {
  const auto* text = in.node.as<std::string>();
  if (text == nullptr) refuse_kind(in, hint);
  return text;
}

std::optional<std::string_view> did_you_mean(std::string_view written,
                                             std::span<const std::string_view> words) {
  if (written.size() > kSuggestionOctetsMax) return std::nullopt;
  std::optional<std::string_view> best;
  std::size_t least = std::max<std::size_t>(2, written.size() / 3) + 1;
  for (const auto word : words) {
    const auto slips = slips_between(written, word);
    if (slips >= least || slips >= word.size()) continue;
    least = slips;
    best = word;
  }
  return best;
}

std::string toml_text(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == 0x7f) {
      fmt::format_to(std::back_inserter(result), "\\u{:04x}", octet);
      continue;
    }
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

std::filesystem::path resolve(std::string_view path, const Place& place) {
  std::filesystem::path written(path);
  if (written.empty() || written.is_absolute()) return written;
  return std::filesystem::path(place.file).parent_path() / written;
}

std::string one_of(std::span<const std::string_view> words) {
  std::string result;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) result += i + 1 == words.size() ? " or " : ", ";
    result += fmt::format("\"{}\"", words[i]);
  }
  return result;
}

bool read_value(const Input& in, bool& out) {
  const auto* value = in.node.as<bool>();
  if (value == nullptr) return refuse_kind(in, "write true or false, without quotes");
  out = *value;
  return true;
}

bool read_value(const Input& in, std::uint32_t& out) {
  constexpr std::string_view kHint = "write a whole number, without quotes and unit";
  const auto* value = in.node.as<std::int64_t>();
  if (value == nullptr) return refuse_kind(in, kHint);
  if (*value < 0 || *value > std::numeric_limits<std::uint32_t>::max()) {
    return refuse(in, "the number is negative or does not fit into 32 bits");
  }
  out = static_cast<std::uint32_t>(*value);
  return true;
}

bool read_value(const Input& in, std::string& out) {
  const auto* text = read_text(in, kTextHint);
  if (text == nullptr) return false;
  if (has_control(*text)) return refuse_text(in, *text, "it holds a control character");
  if (text->size() > kTextOctetsMax) {
    return refuse_text(in, *text, fmt::format("it has more than {} octets", kTextOctetsMax));
  }
  const auto hint = in.rule.refusal == nullptr ? std::string_view{} : in.rule.refusal(*text);
  if (!hint.empty()) return refuse_text(in, *text, hint);
  out = *text;
  return true;
}

bool read_value(const Input& in, std::filesystem::path& out) {
  std::string text;
  if (!read_value(in, text)) return false;
  const bool is_word = in.rule.word != nullptr && text == in.rule.word;
  out = is_word ? std::filesystem::path(text) : resolve(text, in.node.place);
  return true;
}

// Not by the template: a URL may hold a password, so it is never shown.
bool read_value(const Input& in, Url& out) {
  const auto* text = read_text(in, kTextHint);
  if (text == nullptr) return false;
  auto url = parse_url(*text);
  if (!url) return refuse(in, fmt::format("the URL is not right: {}", url.error()));
  out = std::move(*url);
  return true;
}

std::optional<std::size_t> read_word(const Input& in,
                                     std::span<const std::string_view> known,
                                     std::span<const std::string_view> later) {
  const auto* text = read_text(in, fmt::format("write {}", one_of(known)));
  if (text == nullptr) return std::nullopt;
  const auto found = std::ranges::find(known, *text);
  if (found != known.end()) return static_cast<std::size_t>(found - known.begin());
  if (std::ranges::find(later, *text) != later.end()) {
    refuse(in, fmt::format("{} is not in this version: write {}", in_quotes(*text), one_of(known)));
    return std::nullopt;
  }
  const auto meant = did_you_mean(*text, known);
  const auto hint = meant ? fmt::format("did you mean \"{}\"?", *meant) : "write " + one_of(known);
  refuse_text(in, *text, hint);
  return std::nullopt;
}

const Array* read_list(const Input& in) {
  const auto* items = in.node.as<Array>();
  if (items == nullptr) {
    refuse_kind(in, R"(a list is written ["one", "two"])");
    return nullptr;
  }
  if (items->size() <= in.rule.items_max) return items;
  refuse(in, fmt::format("the list has more than {} items", in.rule.items_max));
  return nullptr;
}

std::string show_value(bool value) {
  return value ? "true" : "false";
}

std::string show_value(std::uint32_t value) {
  return fmt::format("{}", value);
}

std::string show_value(const std::string& value) {
  return toml_text(value);
}

std::string show_value(const std::filesystem::path& value) {
  return toml_text(value.string());
}

std::string type_name(Tag<bool> /*tag*/) {
  return "true or false";
}

std::string type_name(Tag<std::uint32_t> /*tag*/) {
  return "number";
}

std::string type_name(Tag<std::string> /*tag*/) {
  return "text";
}

std::string type_name(Tag<std::filesystem::path> /*tag*/) {
  return "path";
}

}  // namespace postern::conf
