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

TEST(Options, UidlImportTakesAFile) {
  const auto options = read({"uidl", "import", "x.uidls", "--force", "-c", "a.toml"});

  ASSERT_TRUE(options);
  EXPECT_EQ(options->action, Action::ImportUidls);
  EXPECT_EQ(options->uidl_file, "x.uidls");
  EXPECT_TRUE(options->force);
  EXPECT_EQ(options->request.file, "a.toml");
  EXPECT_FALSE(read({"uidl", "import"}));
  EXPECT_FALSE(read({"uidl"}));
}

TEST(Options, UidlToolsAreToldWhomToAsk) {
  const auto from = read({"uidl", "export", "--from", "pop3s://a", "--users", "u", "--jobs", "3"});
  ASSERT_TRUE(from);
  EXPECT_EQ(from->action, Action::ExportUidls);
  EXPECT_EQ(from->tour.from, "pop3s://a");
  EXPECT_EQ(from->tour.at_a_time, 3U);
  EXPECT_EQ(from->tour.mailbox, "INBOX");

  const auto both =
      read({"uidl", "audit", "--from", "pop3://a", "--to", "pop3://b", "--users", "u", "--clear"});
  ASSERT_TRUE(both);
  EXPECT_EQ(both->action, Action::AuditUidls);
  EXPECT_EQ(both->tour.to, "pop3://b");
  EXPECT_TRUE(both->tour.in_clear);
  EXPECT_FALSE(read({"uidl", "audit", "--from", "pop3://a", "--users", "u"}));
  EXPECT_FALSE(read({"uidl", "export", "--from", "pop3s://a", "--users", "u", "--jobs", "0"}));
}

}  // namespace
}  // namespace postern::proxy
