// The document becomes Settings: names, unknown keys, bounds on numbers, and what follows by
// itself. Each test adds a few lines to a configuration that works, from line 13 on, so that
// places can be told exactly.

#include "conf/assemble.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/conf/loading.hpp"

namespace postern::conf {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Assemble, TheBaseOfTheseTestsIsFreeOfProblems) {
  const auto outcome = load_text(kBase, "f");

  EXPECT_THAT(lines_of(outcome), IsEmpty());
  EXPECT_TRUE(outcome.settings);
}

TEST(Assemble, SuggestsTheKeyThatWasMeant) {
  EXPECT_THAT(
      problems_upon_base(
          "[listener.pop3s]\nprotocol = 'pop3'\nlisten = [':995']\ntsl = 'implicit'"),
      ElementsAre(R"(f:16:1: error: listener.pop3s: unknown key "tsl", did you mean "tls"?)"));
}

TEST(Assemble, SuggestsInsideInnerTablesAndAtTheTop) {
  EXPECT_THAT(
      problems_upon_base("[limits]\ntimeout = { logn = '5s' }\n[sever]\n"),
      ElementsAre(R"(f:14:13: error: limits.timeout: unknown key "logn", did you mean "login"?)",
                  R"(f:15:2: error: top level: unknown key "sever", did you mean "server"?)"));
}

TEST(Assemble, SuggestsNothingForAKeyThatIsLikeNone) {
  EXPECT_THAT(problems_upon_base("server.certificate_file = 'x'"),
              ElementsAre(R"(f:13:8: error: server: unknown key "certificate_file")"));
}

TEST(Assemble, SuggestsOverridesAsWell) {
  EXPECT_THAT(
      problems_upon_base("upstream.imap.pop = {}\nupstream.imap.pop3.sen = 'retr'"),
      ElementsAre(
          R"(f:13:15: error: upstream.imap: unknown key "pop", did you mean "pop3"?)",
          R"(f:14:20: error: upstream.imap.pop3: unknown key "sen", did you mean "seen"?)"));
}

TEST(Assemble, RefusesTablesOfLaterVersionsAsSuch) {
  EXPECT_THAT(problems_upon_base("[lookup.x]\n[oauth.x]"),
              ElementsAre("f:13:2: error: lookup: not in this version",
                          "f:14:2: error: oauth: not in this version"));
}

TEST(Assemble, NamesTheRequiredKeysThatAreMissing) {
  EXPECT_THAT(
      problems_upon_base("[listener.x]\nlisten = [':1']\n[upstream.y]\n[[route]]\nuser = 'a'\n"
                         "[[route]]\nupstream = 'imap'"),
      ElementsAre(R"(f:13:1: error: listener.x: "protocol" is missing: what is spoken)",
                  R"(f:15:1: error: upstream.y: "url" is missing: "imaps://HOST", "imap://HOST", )"
                  R"("submissions://HOST", "submission://HOST", "smtp://HOST")",
                  R"(f:15:1: warning: upstream.y: no route leads here)",
                  R"(f:16:1: error: route.1: "upstream" is missing: the )"
                  R"([upstream.NAME] where those users live)"));
}

TEST(Assemble, WantsANameForTablesThatHaveOne) {
  EXPECT_THAT(
      load_text("listener = 5\nupstream.url = 'imap://x'\ntls.'a b' = {}\n", "f").problems.size(),
      5U);
  EXPECT_THAT(
      lines_of(load_text("listener = 5\nupstream.url = 'imap://x'\ntls.'a b' = {}\n", "f")),
      ElementsAre(
          "f: error: listener: there is none: add [listener.pop3] with protocol = \"pop3\"",
          "f: error: upstream: there is none: add [upstream.imap] with url = \"imaps://HOST\"",
          "f:1:12: error: listener: write [listener.NAME]",
          R"(f:2:10: error: upstream: "url" stands in no named table: )"
          R"(write [upstream.NAME] above it)",
          R"(f:3:5: error: tls: "a b" is no name: at most 32 letters, digits, "-", "_")"));
}

TEST(Assemble, RefusesWhatIsNoTable) {
  EXPECT_THAT(
      problems_upon_base("server = 5\nroute = 'x'\nlimits.timeout = '5s'\n"
                         "pop3 = []\nlistener.pop3.pop3 = 1\n"),
      ElementsAre("f:13:10: error: server: a table stands here: [server]",
                  "f:14:9: error: route: routes are written [[route]]",
                  "f:15:18: error: limits.timeout: a table stands here, with keys of its own",
                  "f:16:8: error: pop3: a table stands here: [pop3]",
                  "f:17:22: error: listener.pop3.pop3: a table stands here: [listener.pop3.pop3]"));
}

TEST(Assemble, BoundsListenersUpstreamsProfilesAndRoutes) {
  std::string many;
  for (int i = 0; i < 65; ++i) {
    const auto n = std::to_string(100 + i);
    many += "[listener.l" + n + "]\nprotocol = 'pop3'\nlisten = [':" + n + "']\n";
    many += "[upstream.u" + n + "]\nurl = 'imaps://h'\n";
    many += "[tls.t" + n + "]\n";
  }
  for (int i = 0; i < 1'001; ++i)
    many += "[[route]]\nupstream = 'imap'\nuser = 'a'\n";

  const auto lines = problems_upon_base(many);

  EXPECT_THAT(lines, Contains(testing::EndsWith("error: listener: there are more than 64")));
  EXPECT_THAT(lines, Contains(testing::EndsWith("error: upstream: there are more than 64")));
  EXPECT_THAT(lines, Contains(testing::EndsWith("error: tls: there are more than 64")));
  EXPECT_THAT(lines, Contains(testing::EndsWith("error: route: there are more than 1000")));
}

TEST(Assemble, GivesListenersTheUsualPortOfTheirTls) {
  const auto settings = settings_upon_base(
      "[listener.a]\nprotocol = 'pop3'\ntls = 'implicit'\nlisten = ['192.0.2.1']\n"
      "[listener.b]\nprotocol = 'pop3'\ntls = 'implicit'\nlisten = ['127.0.0.9', '[::1]:1110', "
      "'fd:b']\n");

  const auto all = [](std::uint16_t port) { return Endpoint{Endpoint::Kind::Tcp, "", port, ""}; };
  EXPECT_THAT(find_named(settings.listeners, "pop3")->listen, ElementsAre(all(110)));

  EXPECT_THAT(find_named(settings.listeners, "b")->listen,
              ElementsAre(Endpoint{Endpoint::Kind::Tcp, "127.0.0.9", 995, ""},
                          Endpoint{Endpoint::Kind::Tcp, "::1", 1110, ""},
                          Endpoint{Endpoint::Kind::Inherited, "", std::nullopt, "b"}));
}

TEST(Assemble, T006_DemandsStarttlsOfAnUpstreamWithoutImplicitTls) {
  const auto settings =
      settings_upon_base("[upstream.b]\nurl = 'imap://b'\n[[route]]\nupstream = 'b'\n");

  EXPECT_EQ(find_named(settings.upstreams, "b")->tls, UpstreamTls::Starttls);
  EXPECT_EQ(find_named(settings.upstreams, "imap")->tls, UpstreamTls::Implicit);
}

TEST(Assemble, T006_RefusesTlsThatContradictsTheUrl) {
  EXPECT_THAT(
      problems_upon_base("upstream.imap.tls = 'starttls'"),
      ElementsAre("f:13:21: error: upstream.imap.tls: imaps:// is TLS from the first octet: write "
                  "\"implicit\", or leave it out"));
  EXPECT_THAT(problems_upon_base("upstream.imap.tls = 'implicit'"), IsEmpty());
  EXPECT_THAT(
      problems_upon_base(
          "[upstream.b]\nurl = 'imap://b'\ntls = 'implicit'\n[[route]]\nupstream = 'b'\n"
          "user = 'b*'\n[[route]]\nupstream = 'imap'\n"),
      ElementsAre(
          "f:15:7: error: upstream.b.tls: \"implicit\" needs a URL that begins with imaps://"));
}

TEST(Assemble, NeedsNoRouteForASingleUpstream) {
  const auto settings = settings_upon_base("");

  ASSERT_EQ(settings.routes.size(), 1U);
  EXPECT_EQ(settings.routes[0].user, "*");
  EXPECT_EQ(settings.routes[0].upstream, "imap");
  EXPECT_EQ(settings.routes[0].login_as, "{user}");
}

TEST(Assemble, KeepsRoutesInTheirOrder) {
  const auto settings = settings_upon_base(
      "[[route]]\nuser = 're:^a'\nupstream = 'imap'\nlogin_as = '{local}'\ndefault_domain = "
      "'example.net'\n"
      "lower_case = true\n[[route]]\nupstream = 'imap'\nprotocol = 'pop3'\n");

  ASSERT_EQ(settings.routes.size(), 2U);
  EXPECT_EQ(settings.routes[0].user, "re:^a");
  EXPECT_EQ(settings.routes[0].default_domain, "example.net");
  EXPECT_TRUE(settings.routes[0].lower_case);
  EXPECT_EQ(settings.routes[1].protocol, RouteProtocol::Pop3);
}

TEST(Assemble, LowersServerNamesAndNothingElse) {
  const auto settings =
      settings_upon_base("tls.default.server_names = ['Mail.EXAMPLE.net']\nserver.name = 'GW1'");

  EXPECT_THAT(settings.tls.at(0).server_names, ElementsAre("mail.example.net"));
  EXPECT_EQ(settings.server.name, "GW1");
}

TEST(Assemble, TellsManyProblemsOfManyTablesAtOnce) {
  const auto lines = problems_upon_base(
      "[server]\nworkers = 'x'\n[pop3]\nlock = 'x'\nuidl = 'x'\n[limits]\nmemory = '5'\n");

  EXPECT_EQ(lines.size(), 4U);
}

TEST(Assemble, EndsAtTheBoundOfProblemsWithUnknownKeysWithoutEnd) {
  std::string many = "[server]\n";
  for (int i = 0; i < 50'000; ++i)
    many += "k" + std::to_string(i) + "=1\n";

  EXPECT_EQ(problems_upon_base(many).size(), Problems::kProblemsMax + 1);
}

}  // namespace
}  // namespace postern::conf
