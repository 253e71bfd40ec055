// The command line.

#include "proxy/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace postern::proxy {
namespace {

std::expected<Options, Exit> read(std::vector<std::string> words) {
  words.insert(words.begin(), "postern");
  std::vector<char*> arguments;
  for (std::string& word : words)
    arguments.push_back(word.data());
  return read_options(static_cast<int>(arguments.size()), arguments.data());
}

TEST(Options, TakeTheUsualFileUnlessTold) {
  const auto options = read({"run"});

  ASSERT_TRUE(options);
  EXPECT_EQ(options->action, Action::Run);
  EXPECT_EQ(options->request.file, "/etc/postern/postern.toml");
}

TEST(Options, MayStandOnEitherSideOfTheCommand) {
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"-c", "a.toml", "--set", "x.y=1", "check"},
                                             {"check", "--set", "x.y=1", "-c", "a.toml"}}) {
    const auto options = read(words);
    ASSERT_TRUE(options);
    EXPECT_EQ(options->action, Action::Check);
    EXPECT_EQ(options->request.file, "a.toml");
    EXPECT_EQ(options->request.assignments, std::vector<std::string>{"x.y=1"});
  }
}

TEST(Options, KeepAssignmentsInTheirOrder) {
  const auto options = read({"config", "--set", "a=1", "--set", "a=2"});

  ASSERT_TRUE(options);
  EXPECT_EQ(options->request.assignments, (std::vector<std::string>{"a=1", "a=2"}));
}

TEST(Options, OnlineBelongsToCheck) {
  EXPECT_TRUE(read({"check", "--online"})->online);
  EXPECT_FALSE(read({"run", "--online"}));
}

TEST(Options, MistakesAreToldWithTheStatusForThem) {
  for (const auto& words :
       std::vector<std::vector<std::string>>{{}, {"serve"}, {"run", "--no-such"}}) {
    const auto options = read(words);
    ASSERT_FALSE(options);
    EXPECT_EQ(options.error().status, 64);
    EXPECT_FALSE(options.error().text.empty());
  }
}

TEST(Options, VersionAndHelpAreNoMistakes) {
  for (const char* const word : {"--version", "--help"}) {
    const auto options = read({word});
    ASSERT_FALSE(options);
    EXPECT_EQ(options.error().status, 0);
    EXPECT_THAT(options.error().text, testing::HasSubstr("postern"));
  }
}

}  // namespace
}  // namespace postern::proxy
