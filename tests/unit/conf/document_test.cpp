// TOML becomes our tree with places, syntax errors become problems that help, trees are merged.
// The words of toml++ are compared too: if a new version changes them, this is where it shows.

#include "conf/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace postern::conf {
namespace {

std::string error_of(std::string_view toml) {
  const auto document = parse_document(toml, "f");
  return document ? "" : text(document.error());
}

// The node at the end of the keys.
const Node& at(const Node& root, std::initializer_list<std::string_view> keys) {
  const Node* node = &root;
  for (const auto key : keys)
    node = &find(*node->as<Table>(), key)->node;
  return *node;
}

TEST(Document, KeepsValuesOfEachKindAndTheirPlaces) {
  const auto root =
      parse_document("[a]\nx = 'one'\ny.z = [1, 2.5,\n  true]\nd = 2024-01-01\n", "f");

  ASSERT_TRUE(root);
  EXPECT_EQ(*at(*root, {"a", "x"}).as<std::string>(), "one");
  EXPECT_EQ(at(*root, {"a", "x"}).place, (Place{"f", 2, 5}));
  const Array& list = *at(*root, {"a", "y", "z"}).as<Array>();
  EXPECT_EQ(*list[0].as<std::int64_t>(), 1);
  EXPECT_EQ(*list[1].as<double>(), 2.5);
  EXPECT_EQ(*list[2].as<bool>(), true);
  EXPECT_EQ(list[2].place, (Place{"f", 4, 3}));
  EXPECT_NE(at(*root, {"a", "d"}).as<Date>(), nullptr);
}

TEST(Document, KnowsTheKeysPlaceFromTheValues) {
  const auto root = parse_document("\n  key = 5\n", "f");

  const Entry* entry = find(*root->as<Table>(), "key");

  EXPECT_EQ(entry->place, (Place{"f", 2, 3}));
  EXPECT_EQ(entry->node.place, (Place{"f", 2, 9}));
}

TEST(Document, ExplainsValuesWithoutTheirQuotes) {
  constexpr std::string_view kHint = R"(not a value: text, durations such as "30s", sizes such as )"
                                     R"("64KiB", rates and addresses stand in quotes)";
  for (const auto* value : {"30s",
                            "1h30m",
                            "64KiB",
                            "75%",
                            "60/min",
                            "10.0.0.0/8",
                            "127.0.0.1:110",
                            ":110",
                            "yes",
                            "off",
                            "imaps://host",
                            "2001:db8::/32"}) {
    const auto problem = error_of(std::string("a = ") + value + "\n");
    EXPECT_TRUE(problem.starts_with("f:1:")) << problem;
    EXPECT_TRUE(problem.ends_with(kHint)) << problem;
  }
}

TEST(Document, ExplainsOtherMistakesAtTheirPlace) {
  EXPECT_EQ(error_of("a = \n"), R"(f:1:5: error: syntax: expected value, saw '\n')");
  EXPECT_EQ(error_of("a = \"open\nb = 1\n"),
            "f:1:10: error: syntax: a quote is not closed on its line");
  EXPECT_EQ(error_of("x = 1\n[server\n"), R"(f:2:8: error: syntax: expected ']', saw '\n')");
  EXPECT_EQ(error_of("a = [1 2]\n"),
            "f:1:8: error: syntax: expected comma or closing ']', saw '2'");
}

TEST(Document, NamesBothPlacesOfAKeySetTwice) {
  EXPECT_EQ(error_of("a = 1\n\na = 2\n"), "f:3:5: error: a: set twice, first at f:1:1");
  EXPECT_EQ(error_of("a = 1\n[x]\nb = 1\na = 1\n[y]\nb = 1\na = 3\na = 4\n"),
            "f:8:5: error: a: set twice, first at f:7:1");
  EXPECT_EQ(error_of("[x.y]\nb = 1\n[z]\n[x.y]\nc = 1\n"),
            "f:4:1: error: x.y: set twice, first at f:1:4");
  EXPECT_EQ(error_of("[[r]]\na = 1\n[[r]]\nb = 1\na = 1\na = 2\n"),
            "f:6:5: error: a: set twice, first at f:5:1");
}

TEST(Document, T070_DoesNotRepeatValuesOfABrokenLine) {
  for (const auto* value :
       {"hunter2", "99999999999999999999", "1hunter2", "\"x\"hunter2", "1e99999hunter2"}) {
    const auto problem = error_of(std::string("password = ") + value + "\n");
    EXPECT_NE(problem, "");
    EXPECT_THAT(problem, testing::Not(testing::HasSubstr("hunter")));
    EXPECT_THAT(problem, testing::Not(testing::HasSubstr("9999")));
  }
}

TEST(Document, HasBoundsForItsSizeItsLinesAndItsDepth) {
  EXPECT_EQ(error_of(std::string(kFileOctetsMax + 1, '\n')),
            "f: error: syntax: a file has at most 1048576 octets");
  EXPECT_EQ(error_of("x = 1\n# " + std::string(kLineOctetsMax, 'x')),
            "f:2:1: error: syntax: a line has at most 8192 octets");
  std::string deep = "a = ";
  for (int i = 0; i < 40; ++i)
    deep += "[";
  for (int i = 0; i < 40; ++i)
    deep += "]";
  EXPECT_EQ(error_of(deep), "f:1:17: error: syntax: tables and lists nest at most 12 deep");
}

TEST(Document, SurvivesTheDeepestKeyThatALineHolds) {
  std::string key = "a";
  while (key.size() + 2 < kLineOctetsMax - 4)
    key += ".a";

  EXPECT_THAT(error_of(key + " = 1\n"), testing::HasSubstr("nest at most 12 deep"));
}

TEST(Document, RefusesTextThatIsNoUtf8) {
  EXPECT_EQ(error_of("a = 1\n\xff\n"), "f:1:6: error: syntax: Encountered invalid utf-8 sequence");
}

Table table_of(std::string_view toml, std::string_view name) {
  auto root = parse_document(toml, name);
  EXPECT_TRUE(root);
  return std::move(std::get<Table>(root->value));
}

TEST(Merge, FillsOneTableFromTwoFiles) {
  Problems problems;
  Table into = table_of("[t]\na = 1\n[u]\nx = 1\n", "1");

  merge(into, table_of("[t]\nb = 2\n[v]\ny = 2\n", "2"), Clash::Report, problems);

  EXPECT_FALSE(problems.has_errors());
  EXPECT_EQ(find(*find(into, "t")->node.as<Table>(), "a")->place.file, "1");
  EXPECT_EQ(find(*find(into, "t")->node.as<Table>(), "b")->place.file, "2");
  EXPECT_NE(find(into, "u"), nullptr);
  EXPECT_NE(find(into, "v"), nullptr);
}

TEST(Merge, NamesBothPlacesOfAKeySetInTwoFiles) {
  Problems problems;
  Table into = table_of("[t]\nu.a = 1\n", "1");

  merge(into, table_of("\n[t.u]\na = 2\n", "2"), Clash::Report, problems);

  const auto taken = problems.take();
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(text(taken[0]), "2:3:1: error: t.u.a: set twice, first at 1:2:3");
  EXPECT_EQ(*find(*find(*find(into, "t")->node.as<Table>(), "u")->node.as<Table>(), "a")
                 ->node.as<std::int64_t>(),
            1);
}

TEST(Merge, AppendsArraysOfTablesButNotListsOfValues) {
  Problems problems;
  Table into = table_of("l = [1]\n[[r]]\na = 1\n", "1");

  merge(into, table_of("l = [2]\n[[r]]\na = 2\n", "2"), Clash::Report, problems);

  EXPECT_EQ(find(into, "r")->node.as<Array>()->size(), 2U);
  EXPECT_EQ(text(problems.take().at(0)), "2:1:1: error: l: set twice, first at 1:1:1");
}

TEST(Merge, ReplacesIfAskedTo) {
  Problems problems;
  Table into = table_of("a = 1\nb = 1\n[[r]]\nx = 1\n", "1");

  merge(into, table_of("a = 'new'\nr = []\n", "2"), Clash::Replace, problems);

  EXPECT_FALSE(problems.has_errors());
  EXPECT_EQ(*find(into, "a")->node.as<std::string>(), "new");
  EXPECT_EQ(*find(into, "b")->node.as<std::int64_t>(), 1);
  EXPECT_TRUE(find(into, "r")->node.as<Array>()->empty());
}

}  // namespace
}  // namespace postern::conf
