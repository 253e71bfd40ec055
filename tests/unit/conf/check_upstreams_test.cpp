// Cross checks of upstreams and routes: loops, clear text, certificates that nobody checks,
// routes that lead nowhere or are never reached. The whole line that is told is compared.

#include "conf/findings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/conf/loading.hpp"

namespace postern::conf {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kListener =
    "listener.pop3 = { protocol = 'pop3', tls = 'off', cleartext_login = 'local', listen = "
    "['127.0.0.1:1143'] }\n";

std::vector<std::string> problems_of_upstream(std::string_view upstream) {
  return lines_of(
      load_text(std::string(kListener) + "[upstream.imap]\n" + std::string(upstream), "f"));
}

TEST(CheckUpstreams, T069_RefusesOurOwnListenerAsUpstream) {
  for (const auto* host : {"127.0.0.1", "localhost", "127.0.0.2", "[::1]"}) {
    const auto url = "url = 'imap://" + std::string(host) + ":1143'\n";
    EXPECT_THAT(problems_of_upstream(url),
                ElementsAre(HasSubstr("f:3:7: error: upstream.imap.url: ")))
        << host;
  }
  EXPECT_THAT(
      problems_of_upstream("url = 'imap://127.0.0.1:1143'\n"),
      ElementsAre(
          "f:3:7: error: upstream.imap.url: \"127.0.0.1:1143\" is our own [listener.pop3]"));
}

TEST(CheckUpstreams, T069_RefusesOurOwnListenerAsBackend) {
  EXPECT_THAT(
      problems_of_upstream("url = 'imap://h:1143'\nbackends = ['192.0.2.1', '127.0.0.1']\n"),
      ElementsAre(
          "f:4:12: error: upstream.imap.backends: \"127.0.0.1:1143\" is our own [listener.pop3]"));
}

TEST(CheckUpstreams, T069_RefusesLoopbackBehindAListenerOnAllAddresses) {
  EXPECT_THAT(
      lines_of(load_text(
          "listener.pop3 = { protocol = 'pop3', tls = 'off', cleartext_login = 'local' }\n"
          "upstream.imap.url = 'imap://localhost:110'\n",
          "f")),
      ElementsAre(
          "f:2:21: error: upstream.imap.url: \"localhost:110\" is our own [listener.pop3]"));
}

TEST(CheckUpstreams, T069_LetsOtherPortsAndHostsBe) {
  EXPECT_THAT(problems_of_upstream("url = 'imap://127.0.0.1:1144'\n"), IsEmpty());
  EXPECT_THAT(problems_of_upstream("url = 'imap://192.0.2.1:1143'\n"), IsEmpty());
}

TEST(CheckUpstreams, T007_WarnsWhenCertificatesAreNotChecked) {
  EXPECT_THAT(
      problems_of_upstream("url = 'imaps://h'\nverify = 'none'\n"),
      ElementsAre(
          "f:4:10: warning: upstream.imap.verify: the certificate is not checked: whoever sits in "
          "between reads passwords"));
}

TEST(CheckUpstreams, T007_ChecksChainAndNameUnlessTold) {
  EXPECT_EQ(settings_upon_base("").upstreams.at(0).verify.kind, Verify::Kind::Full);
  EXPECT_EQ(settings_upon_base("").upstreams.at(0).ca_file, "system");
}

TEST(CheckUpstreams, T006_WarnsWhenPasswordsMayCrossTheNetworkInClear) {
  for (const auto* tls : {"off", "opportunistic"}) {
    EXPECT_THAT(
        problems_of_upstream("url = 'imap://h'\ntls = '" + std::string(tls) + "'\n"),
        ElementsAre("f:4:7: warning: upstream.imap.tls: passwords may cross the network in clear"));
  }
  EXPECT_THAT(problems_of_upstream("url = 'imap://127.0.0.1'\ntls = 'off'\n"), IsEmpty());
  EXPECT_THAT(
      problems_of_upstream("url = 'imap://h'\nbackends = ['127.0.0.1', '::1']\ntls = 'off'\n"),
      IsEmpty());
  EXPECT_THAT(problems_of_upstream("url = 'imap://h'\n"), IsEmpty());
}

TEST(CheckUpstreams, WantsAClientCertificateAndItsKeyTogether) {
  EXPECT_THAT(problems_of_upstream("url = 'imaps://h'\nclient_key = '/k'\n"),
              ElementsAre("f:4:14: error: upstream.imap.client_key: client_certificate and "
                          "client_key go together"));
  EXPECT_THAT(
      problems_of_upstream("url = 'imaps://h'\nclient_certificate = '/c'\n"),
      ElementsAre(
          "f:4:22: error: upstream.imap.client_certificate: client_certificate and client_key go "
          "together"));
}

TEST(CheckUpstreams, T074_LooksAtTheFilesThatItNames) {
  const Folder folder;
  folder.write("open.key", "x", std::filesystem::perms(0644));
  folder.write("cert.pem", "x");

  const auto outcome =
      load({folder.write("f.toml",
                         std::string(kListener) +
                             "[upstream.imap]\nurl = 'imaps://h'\nca_file = 'none.pem'\n"
                             "client_certificate = 'cert.pem'\nclient_key = 'open.key'\n"),
            {}});

  EXPECT_THAT(lines_of(outcome),
              ElementsAre(HasSubstr(":4:11: error: upstream.imap.ca_file: "),
                          HasSubstr(":6:14: error: upstream.imap.client_key: ")));
}

TEST(CheckUpstreams, WantsTimesInTheirOrder) {
  EXPECT_THAT(
      problems_of_upstream("url = 'imaps://h'\nconnect_timeout = '11s'\nbreaker.backoff = '31s'\n"),
      ElementsAre(
          "f:4:19: error: upstream.imap.connect_timeout: it must not exceed connect_timeout_total",
          "f:5:19: error: upstream.imap.breaker.backoff: it must not exceed breaker.backoff_max"));
}

TEST(CheckRoutes, RefusesAnUpstreamThatIsNotThere) {
  EXPECT_THAT(problems_upon_base(
                  "[[route]]\nuser = 'a'\nupstream = 'imapp'\n[[route]]\nupstream = 'imap'\n"),
              ElementsAre("f:15:12: error: route.1.upstream: there is no [upstream.imapp], did you "
                          "mean \"imap\"?"));
}

TEST(CheckRoutes, WantsOneForSeveralUpstreams) {
  EXPECT_THAT(
      problems_upon_base("[upstream.b]\nurl = 'imaps://b'\n"),
      ElementsAre(
          "f: error: route: there is none, but several upstreams of a kind: add [[route]] with "
          "upstream = \"NAME\""));
}

TEST(CheckRoutes, WarnsOfAnUpstreamWithoutOne) {
  EXPECT_THAT(problems_upon_base("[upstream.b]\nurl = 'imaps://b'\n[[route]]\nupstream = 'imap'\n"),
              ElementsAre("f:13:1: warning: upstream.b: no route leads here"));
}

TEST(CheckRoutes, TakesReferralsForAWayToAnUpstreamThatIsThere) {
  EXPECT_THAT(problems_upon_base("[upstream.b]\nurl = 'imaps://b'\n[[route]]\nupstream = 'imap'\n"
                                 "[imap]\nreferrals = ['b']\n"),
              IsEmpty());
  EXPECT_THAT(problems_upon_base("[imap]\nreferrals = ['imap', 'imep']\n"),
              ElementsAre(HasSubstr("error: imap.referrals: there is no [upstream.imep], did you "
                                    "mean \"imap\"?")));
}

TEST(CheckRoutes, WarnsOfRoutesThatNobodyReaches) {
  EXPECT_THAT(
      problems_upon_base("[[route]]\nuser = 'a'\nupstream = 'imap'\n[[route]]\nupstream = 'imap'\n"
                         "[[route]]\nuser = 'b'\nupstream = 'imap'\n"),
      ElementsAre("f:18:1: warning: route.3: never reached: route 2 takes every user"));
}

TEST(CheckRoutes, CountsARouteOfOneProtocolAsOneThatMayPass) {
  EXPECT_THAT(
      problems_upon_base(
          "[[route]]\nprotocol = 'pop3'\nupstream = 'imap'\n[[route]]\nupstream = 'imap'\n"),
      IsEmpty());
}

TEST(CheckRoutes, T039_LeavesRegularExpressionsAsTextWithTheirPlace) {
  const auto outcome = load_upon_base("[[route]]\nuser = 're:(a+)+$'\nupstream = 'imap'\n");

  ASSERT_TRUE(outcome.settings);
  EXPECT_EQ(outcome.settings->routes.at(0).user, "re:(a+)+$");
  EXPECT_EQ(*outcome.origins.find("route.1.user"), (Place{"f", 14, 8}));
}

}  // namespace
}  // namespace postern::conf
