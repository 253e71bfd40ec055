// Files, what they include, and --set: order, precedence, and what is said when one is missing.
// The files are real ones, in a folder of each test.

#include "conf/sources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/conf/loading.hpp"

namespace postern::conf {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kPlain =
    "listener.pop3 = { protocol = 'pop3', tls = 'off', cleartext_login = 'local' }\n"
    "upstream.imap.url = 'imaps://h'\n";

// The problems, with the folder's path taken off.
std::vector<std::string> lines_in(const Folder& folder, const Outcome& outcome) {
  auto lines = lines_of(outcome);
  const auto prefix = folder.path("");
  for (auto& line : lines) {
    while (line.contains(prefix))
      line.erase(line.find(prefix), prefix.size());
  }
  return lines;
}

Outcome load_main(const Folder& folder, std::string_view text) {
  return load({folder.write("main.toml", text), {}});
}

Outcome load_set(std::vector<std::string> assignments) {
  return load_text(kPlain, "f", assignments);
}

TEST(Include, ReadsTheFilesOfAPatternByName) {
  const Folder folder;
  folder.write("conf.d/20.toml", "[[route]]\nuser = 'c'\nupstream = 'imap'\n");
  folder.write("conf.d/10.toml", "[[route]]\nuser = 'b'\nupstream = 'imap'\n");
  folder.write("conf.d/30.txt", "nonsense\n");

  const auto outcome = load_main(folder,
                                 "include = ['conf.d/*.toml']\n" + std::string(kPlain) +
                                     "[[route]]\nuser = 'a'\nupstream = 'imap'\n");

  ASSERT_TRUE(outcome.settings);
  std::string order;
  for (const Route& route : outcome.settings->routes)
    order += route.user;
  EXPECT_EQ(order, "abc");
}

TEST(Include, LetsSeveralFilesFillOneTable) {
  const Folder folder;
  folder.write("a.toml", "[pop3]\nlock = 'refuse'\n[listener.pop3]\nbacklog = 7\n");
  folder.write("b.toml", "[pop3]\nseen = 'never'\n");

  const auto outcome =
      load_main(folder,
                "include = ['a.toml', 'b.toml']\n[upstream.imap]\nurl = 'imaps://h'\n"
                "[listener.pop3]\nprotocol = 'pop3'\ntls = 'off'\ncleartext_login = 'local'\n");

  ASSERT_TRUE(outcome.settings);
  EXPECT_EQ(outcome.settings->pop3.lock, Lock::Refuse);
  EXPECT_EQ(outcome.settings->pop3.seen, Seen::Never);
  EXPECT_EQ(outcome.settings->listeners.at(0).backlog, 7U);
  EXPECT_EQ(outcome.origins.find("pop3.seen")->file, folder.path("b.toml"));
}

TEST(Include, NamesBothPlacesOfAKeySetInTwoFiles) {
  const Folder folder;
  folder.write("a.toml", "[pop3]\nlock = 'refuse'\n");
  folder.write("b.toml", "\n[pop3]\nlock = 'steal'\n");

  const auto outcome = load_main(folder, "include = ['*.toml']\n" + std::string(kPlain));

  EXPECT_FALSE(outcome.settings);
  EXPECT_THAT(lines_in(folder, outcome),
              Contains("b.toml:3:1: error: pop3.lock: set twice, first at a.toml:2:1"));
}

TEST(Include, ReadsAFileOnceHoweverOftenItMatches) {
  const Folder folder;
  folder.write("conf.d/a.toml", "[pop3]\nlock = 'refuse'\n");

  const auto outcome =
      load_main(folder, "include = ['conf.d/a.toml', 'conf.d/*.toml']\n" + std::string(kPlain));

  EXPECT_THAT(lines_of(outcome), IsEmpty());
}

TEST(Include, DoesNotReadTheMainFileAgain) {
  const Folder folder;

  EXPECT_THAT(lines_of(load_main(folder, "include = ['*.toml']\n" + std::string(kPlain))),
              IsEmpty());
}

TEST(Include, TakesAnEmptyFolderForFine) {
  const Folder folder;

  EXPECT_THAT(lines_of(load_main(folder, "include = ['conf.d/*.toml']\n" + std::string(kPlain))),
              IsEmpty());
}

TEST(Include, RefusesAFileThatIsNotThere) {
  const Folder folder;

  EXPECT_THAT(lines_in(folder, load_main(folder, "include = ['a.toml']\n" + std::string(kPlain))),
              ElementsAre("a.toml: error: file: cannot be opened: No such file or directory"));
}

TEST(Include, IsForTheMainFileOnly) {
  const Folder folder;
  folder.write("a.toml", "include = ['b.toml']\n");

  EXPECT_THAT(lines_in(folder, load_main(folder, "include = ['a.toml']\n" + std::string(kPlain))),
              ElementsAre("a.toml:1:1: error: include: only the main file may include others"));
}

TEST(Include, RefusesOtherThanAListOfTexts) {
  const Folder folder;

  EXPECT_THAT(
      lines_in(folder, load_main(folder, "include = 'a.toml'\n" + std::string(kPlain))),
      ElementsAre(
          R"(main.toml:1:11: error: include: text stands here: a list is written ["one", "two"])"));
  EXPECT_THAT(
      lines_in(folder, load_main(folder, "include = [7, '']\n" + std::string(kPlain))),
      ElementsAre(
          R"(main.toml:1:12: error: include: a bare number stands here: write ["conf.d/*.toml"])",
          R"(main.toml:1:15: error: include: "" is not right: write the )"
          R"(name of a file, or a pattern)"));
}

TEST(Include, HasABoundForTheNumberOfFiles) {
  const Folder folder;
  for (int i = 0; i < 101; ++i)
    folder.write("conf.d/" + std::to_string(i) + ".toml", "");

  EXPECT_THAT(
      lines_in(folder, load_main(folder, "include = ['conf.d/*.toml']\n" + std::string(kPlain))),
      ElementsAre("main.toml:1:12: error: include: there are more than 100 files"));
}

TEST(Include, TellsTheProblemsOfTheOtherFilesWhenOneIsBroken) {
  const Folder folder;
  folder.write("a.toml", "[listener.pop3\n");
  folder.write("b.toml", "[pop3]\nlock = 'x'\n[listener.other]\ntls = 'off'\n");

  const auto outcome = load_main(folder, "include = ['*.toml']\n[pop3]\nseen = 'x'\n");

  EXPECT_FALSE(outcome.settings);
  EXPECT_THAT(
      lines_in(folder, outcome),
      ElementsAre(
          R"(a.toml:1:15: error: syntax: expected ']', saw '\n')",
          R"(b.toml:2:8: error: pop3.lock: "x" is not right: write "none", "refuse" or "steal")",
          R"(main.toml:3:8: error: pop3.seen: "x" is not right: write )"
          R"("retr", "never" or "always")"));
}

TEST(Include, StartsAtTheFolderOfTheMainFile) {
  const Folder folder;
  folder.write("sub/a.toml", "pop3.lock = 'refuse'\n");
  const auto main = folder.write("sub/main.toml", "include = ['a.toml']\n" + std::string(kPlain));

  const auto outcome = load({main, {}});

  ASSERT_TRUE(outcome.settings);
  EXPECT_EQ(outcome.settings->pop3.lock, Lock::Refuse);
}

TEST(Paths, StartAtTheFolderOfTheFileThatNamesThem) {
  const Folder folder;
  folder.write("tls/a.pem", "x");
  folder.write("tls/a.key", "x");
  folder.write("tls/tls.toml", "[tls.default]\ncertificate = 'a.pem'\nprivate_key = 'a.key'\n");

  const auto outcome =
      load_main(folder, "include = ['tls/tls.toml']\nstate.path = ''\n" + std::string(kPlain));

  ASSERT_TRUE(outcome.settings);
  EXPECT_EQ(outcome.settings->tls.at(0).certificate, folder.path("tls/a.pem"));
  EXPECT_EQ(outcome.settings->state.path, "");
}

TEST(Set, StandsAboveTheFile) {
  const auto outcome = load_set({"upstream.imap.url=imaps://other", "pop3.lock=refuse"});

  ASSERT_TRUE(outcome.settings);
  EXPECT_EQ(outcome.settings->upstreams.at(0).url.to.host, "other");
  EXPECT_EQ(outcome.settings->pop3.lock, Lock::Refuse);
  EXPECT_EQ(*outcome.origins.find("pop3.lock"), (Place{"--set", 0, 0}));
}

TEST(Set, TakesTomlAndWhatIsNoneAsText) {
  const auto outcome = load_set({"server.workers=4",
                                 "pop3.utf8=false",
                                 "pop3.login_delay=5s",
                                 "log.level=\"debug\"",
                                 "listener.pop3.listen=[\"127.0.0.1:0\"]",
                                 "server.name=a.example"});

  ASSERT_TRUE(outcome.settings);
  EXPECT_EQ(outcome.settings->server.workers, 4U);
  EXPECT_FALSE(outcome.settings->pop3.utf8);
  EXPECT_EQ(outcome.settings->pop3.login_delay, 5s);
  EXPECT_EQ(outcome.settings->log.level, LogLevel::Debug);
  EXPECT_EQ(outcome.settings->listeners.at(0).listen.at(0).address, "127.0.0.1");
  EXPECT_EQ(outcome.settings->server.name, "a.example");
}

TEST(Set, LetsTheLastOneWin) {
  EXPECT_EQ(load_set({"server.workers=1", "server.workers=2"}).settings->server.workers, 2U);
}

TEST(Set, ReplacesRoutesWhole) {
  const auto outcome =
      load_text(std::string(kPlain) + "[[route]]\nuser = 'a'\nupstream = 'imap'\n",
                "f",
                std::vector<std::string>{"route=[{ user = 'b', upstream = 'imap' }]"});

  ASSERT_TRUE(outcome.settings);
  ASSERT_EQ(outcome.settings->routes.size(), 1U);
  EXPECT_EQ(outcome.settings->routes[0].user, "b");
}

TEST(Set, KeepsTheRestOfATable) {
  const auto outcome =
      load_set({"limits.per_address={ connections = 5 }", "limits.per_address.new=\"5/s\""});

  ASSERT_TRUE(outcome.settings);
  EXPECT_EQ(outcome.settings->limits.per_address_connections, 5U);
  EXPECT_EQ(outcome.settings->limits.per_address_new, (Rate{5, 1s}));
}

TEST(Set, IsCheckedLikeAFile) {
  EXPECT_THAT(
      lines_of(load_set({"pop3.idle_timeout=5s", "pop3.lokc=none"})),
      ElementsAre(R"(--set: error: pop3: unknown key "lokc", did you mean "lock"?)",
                  R"(--set: error: pop3.idle_timeout: "5s" is out of bounds: from "10m" to "1d")"));
}

TEST(Set, RefusesWhatIsNoAssignment) {
  for (const auto* text :
       {"", "pop3.lock", "=x", "pop3 lock=x", ".a=1", "a.=1", "a..b=1", "include=['x']", "a\n=1"}) {
    EXPECT_THAT(lines_of(load_set({text})),
                ElementsAre("--set: error: command line: write --set table.key=value"))
        << text;
  }
}

TEST(Set, RefusesTomlThatIsNotFinished) {
  EXPECT_THAT(lines_of(load_set({"listener.pop3.listen=[\"x\""})),
              ElementsAre(HasSubstr("--set: error: listener.pop3.listen: ")));
}

TEST(Set, DoesNotLetAValueBringFurtherKeys) {
  EXPECT_THAT(lines_of(load_set({"server.name=\"a\"\npop3.lock = \"none\""})),
              ElementsAre(HasSubstr("--set: error: server.name: ")));
}

}  // namespace
}  // namespace postern::conf
