// Problems are lines for people: their form, their order, their number, and that they stay lines
// whatever the file holds. Origins fall back to what stands around a key.

#include "conf/problem.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::conf {
namespace {

TEST(Problem, IsOneLineInTheFormOfCompilers) {
  const Problem problem{
      Severity::Error, {"postern.toml", 68, 1}, "listener.pop3s", "unknown key \"tsl\""};

  EXPECT_EQ(text(problem), "postern.toml:68:1: error: listener.pop3s: unknown key \"tsl\"");
}

TEST(Problem, WithoutLineNamesTheFileOnly) {
  const Problem problem{Severity::Warning, {"--set", 0, 0}, "pop3.lock", "odd"};

  EXPECT_EQ(text(problem), "--set: warning: pop3.lock: odd");
}

TEST(Problem, StaysOneLineWhateverTheKeyHolds) {
  const Problem problem{Severity::Error, {"f", 1, 2}, "a\nb", "c\x1b[31m\xc3\xb6"};

  EXPECT_EQ(text(problem), R"(f:1:2: error: a\x0ab: c\x1b[31m\xc3\xb6)");
}

TEST(Quotes, EscapeAndCut) {
  EXPECT_EQ(in_quotes(R"(a"b\c)"), R"("a\"b\\c")");
  EXPECT_EQ(in_quotes("a\r\n"), R"("a\x0d\x0a")");
  EXPECT_EQ(in_quotes(std::string(65, 'x')), "\"" + std::string(64, 'x') + "\"...");
  EXPECT_EQ(in_quotes(std::string(64, 'x')), "\"" + std::string(64, 'x') + "\"");
}

TEST(Problems, ComeByFileAndPosition) {
  Problems problems;
  problems.error({"b", 1, 1}, "w", "3");
  problems.warning({"a", 10, 2}, "w", "2");
  problems.error({"a", 9, 30}, "w", "1");

  const auto taken = problems.take();

  std::vector<std::string> order;
  for (const auto& problem : taken)
    order.push_back(problem.what);
  EXPECT_THAT(order, testing::ElementsAre("1", "2", "3"));
}

TEST(Problems, KnowErrorsFromWarnings) {
  Problems problems;
  problems.warning({"a", 1, 1}, "w", "odd");
  EXPECT_FALSE(problems.has_errors());

  problems.error({"a", 1, 1}, "w", "bad");
  EXPECT_TRUE(problems.has_errors());
}

TEST(Problems, EndAtTheirBoundAndSaySo) {
  Problems problems;
  for (std::uint32_t line = 1; line <= 300; ++line)
    problems.error({"a", line, 1}, "w", "bad");

  const auto taken = problems.take();

  ASSERT_EQ(taken.size(), Problems::kProblemsMax + 1);
  EXPECT_EQ(text(taken.back()), "a: error: configuration: more problems follow the first 200");
}

TEST(Origins, FallBackToTheTableAroundAndThenToTheFile) {
  Origins origins;
  origins.set("", {"main.toml", 0, 0});
  origins.set("listener.pop3", {"main.toml", 7, 1});
  origins.set("listener.pop3.tls", {"main.toml", 9, 7});

  EXPECT_EQ(origins.nearest("listener.pop3.tls"), (Place{"main.toml", 9, 7}));
  EXPECT_EQ(origins.nearest("listener.pop3.listen"), (Place{"main.toml", 7, 1}));
  EXPECT_EQ(origins.nearest("server.name"), (Place{"main.toml", 0, 0}));
  EXPECT_EQ(origins.find("listener.pop3.listen"), nullptr);
}

}  // namespace
}  // namespace postern::conf
