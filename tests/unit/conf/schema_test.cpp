// One setting is one row, one line of the reference and one line of the example: here they meet.
//
// If a test fails after a setting was added, it prints the line to put into conf/README.md.

#include "conf/schema.hpp"

#include "conf/dump.hpp"
#include "conf/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <ranges>
#include <set>
#include <string>

#include "tests/unit/conf/loading.hpp"

namespace postern::conf {
namespace {

using testing::Contains;
using testing::IsEmpty;

constexpr std::size_t kFileMax = 1'000'000;

std::string source_file(std::string_view name) {
  const auto text = read_file(std::filesystem::path(POSTERN_SOURCE_DIR) / "conf" / name, kFileMax);
  EXPECT_TRUE(text) << name;
  return text.value_or("");
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto line : std::views::split(text, '\n'))
    lines.emplace_back(line.begin(), line.end());
  return lines;
}

// "[listener.pop3]" and "[listener.NAME]" are one kind of table.
std::string kind_of(std::string_view header) {
  const auto dot = header.find('.');
  return dot == std::string_view::npos ? std::string(header)
                                       : std::string(header.substr(0, dot)) + ".NAME]";
}

// The headers and rows of the reference, as README.md must have them.
std::vector<std::string> reference_lines() {
  std::vector<std::string> lines;
  for (const Section& section : describe_schema()) {
    lines.push_back(fmt::format("### `{}`", section.header));
    for (const Described& setting : section.settings) {
      const auto value =
          setting.default_value == "required" ? "required" : "`" + setting.default_value + "`";
      lines.push_back(
          fmt::format("| `{}` | {} | {} | {} |", setting.key, setting.type, value, setting.help));
    }
  }
  return lines;
}

// One line of a dump of the example.
struct Shown {
  std::string table;
  std::string key;
  std::string value;
  std::size_t line;  // of the example; 0 for a default
};

std::vector<Shown> show_example() {
  const auto outcome = load_text(source_file("postern.toml"), "postern.toml");
  EXPECT_TRUE(outcome.settings) << lines_of(outcome).front();
  std::vector<Shown> shown;
  std::string table;
  for (const std::string& line : split_lines(dump(*outcome.settings, outcome.origins))) {
    if (line.starts_with('[')) table = kind_of(line);
    const auto equals = line.find(" = ");
    const auto comment = line.rfind(" # ");
    if (equals == std::string::npos) continue;
    auto value = line.substr(equals + 3, comment - equals - 3);
    value.erase(value.find_last_not_of(' ') + 1);
    const auto colon = line.rfind("postern.toml:");
    const auto number =
        colon == std::string::npos || colon < comment ? 0 : std::stoul(line.substr(colon + 13));
    shown.push_back({table, line.substr(0, equals), value, number});
  }
  return shown;
}

TEST(Reference, HasALineForEverySettingAndNoOther) {
  const auto readme = source_file("README.md");
  std::vector<std::string> found;
  for (const std::string& line : split_lines(readme.substr(readme.find("\n## Reference\n")))) {
    if (line.starts_with("### `[") || line.starts_with("| `")) found.push_back(line);
  }

  const auto expected = reference_lines();
  for (const auto& line : expected) {
    if (std::ranges::find(found, line) == found.end())
      ADD_FAILURE() << "it lacks this line:\n" << line;
  }
  for (const auto& line : found) {
    if (std::ranges::find(expected, line) == expected.end()) {
      ADD_FAILURE() << "this line belongs to no setting:\n" << line;
    }
  }
  EXPECT_TRUE(found == expected) << "the order is that of the schema";
}

TEST(Example, LoadsWithoutAnErrorAndWithTheOneWarningThatItSpeaksOf) {
  const auto outcome = load_text(source_file("postern.toml"), "postern.toml");

  EXPECT_TRUE(outcome.settings);
  EXPECT_THAT(
      lines_of(outcome),
      testing::ElementsAre(testing::HasSubstr("warning: tls.museum.min_version: TLS before 1.2")));
}

TEST(Example, ShowsEverySetting) {
  std::set<std::pair<std::string, std::string>> written;
  for (const Shown& one : show_example()) {
    if (one.line != 0) written.emplace(one.table, one.key);
  }

  for (const Section& section : describe_schema()) {
    for (const Described& setting : section.settings) {
      EXPECT_THAT(written, Contains(std::pair(section.header, setting.key)));
    }
  }
}

TEST(Example, MarksExactlyTheValuesThatAreNotDefaults) {
  std::map<std::pair<std::string, std::string>, std::string> defaults;
  for (const Section& section : describe_schema()) {
    for (const Described& setting : section.settings) {
      defaults[{section.header, setting.key}] = setting.default_value;
    }
  }
  const auto lines = split_lines(source_file("postern.toml"));
  for (const Shown& one : show_example()) {
    const auto& usual = defaults[{one.table, one.key}];
    if (one.line == 0 || usual == "required") continue;
    const auto& line = lines.at(one.line - 1);
    EXPECT_EQ(line.contains("# (*)"), one.value != usual) << line;
  }
}

TEST(Minimal, LoadsWithoutAWarningInLessThanTwentyLines) {
  const auto text = source_file("minimal.toml");
  const auto outcome = load_text(text, "minimal.toml");

  EXPECT_THAT(lines_of(outcome), IsEmpty());
  EXPECT_LT(split_lines(text).size(), 20U);
  EXPECT_EQ(find_named(outcome.settings->listeners, "pop3s")->listen.at(0).port, 995);
}

TEST(Schema, HasNoKeyTwiceInOneTable) {
  for (const Section& section : describe_schema()) {
    std::set<std::string> keys;
    for (const Described& setting : section.settings)
      EXPECT_TRUE(keys.insert(setting.key).second) << setting.key;
  }
}

TEST(Schema, HasDefaultsThatItsOwnRulesAllow) {
  for (const Section& section : describe_schema()) {
    if (section.header.contains("NAME") || section.header == "[[route]]") continue;
    std::string text = std::string(kBase) + section.header + "\n";
    for (const Described& setting : section.settings)
      text += setting.key + " = " + setting.default_value + "\n";
    EXPECT_THAT(lines_of(load_text(text, "f")), IsEmpty());
  }
}

TEST(Schema, HelpsInOneShortLine) {
  for (const Section& section : describe_schema()) {
    for (const Described& setting : section.settings) {
      EXPECT_FALSE(setting.help.empty()) << setting.key;
      EXPECT_LE(setting.help.size(), 95U) << setting.key;
      EXPECT_FALSE(setting.help.contains('|') || setting.help.ends_with('.')) << setting.key;
    }
  }
}

}  // namespace
}  // namespace postern::conf
