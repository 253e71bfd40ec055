// Of what belongs to submissions in a configuration.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/conf/loading.hpp"

namespace postern::conf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kListener = "listener.submission.protocol = 'submission'\n";
constexpr std::string_view kRelay = "upstream.relay.url = 'submissions://smtp.example.net'\n";

std::string with(std::string_view more) {
  return std::string(kListener) + std::string(kRelay) + std::string(more);
}

TEST(CheckSubmission, NeedsNoRoutesWithOneServerOfEachKind) {
  const Settings settings = settings_upon_base(with(""));

  EXPECT_THAT(problems_upon_base(with("")), IsEmpty());
  ASSERT_EQ(settings.routes.size(), 2U);
  EXPECT_EQ(settings.listeners.back().listen.front().port, 587);
}

TEST(CheckSubmission, FindsTheUsualPortOfImplicitTls) {
  const Settings settings = settings_upon_base(with("listener.submission.tls = 'implicit'"));

  EXPECT_EQ(settings.listeners.back().listen.front().port, 465);
}

TEST(CheckSubmission, WaitsLongerForTheGreetingOfAMailServer) {
  const auto patience = [](std::string_view more) {
    const Settings settings = settings_upon_base(with(more));
    return settings.upstreams.back().greeting_timeout;
  };

  EXPECT_EQ(patience(""), std::chrono::seconds(60));
  EXPECT_EQ(patience("upstream.relay.greeting_timeout = '7s'"), std::chrono::seconds(7));
  EXPECT_EQ(settings_upon_base("").upstreams.front().greeting_timeout, std::chrono::seconds(15));
}

TEST(CheckSubmission, NeedsAServerToSendBy) {
  EXPECT_THAT(problems_upon_base(kListener),
              ElementsAre("f:13:32: error: listener.submission.protocol: no route leads to a "
                          "submission server: add [upstream.submission] with url = "
                          "\"submission://HOST\""));
}

TEST(CheckSubmission, NeedsAnImapServerToJudge) {
  EXPECT_THAT(problems_upon_base(with("submission.auth = 'trusted'\n"
                                      "[[route]]\nupstream = 'relay'\nprotocol = 'submission'")),
              testing::Contains("f:15:19: error: submission.auth: it needs an IMAP server: no "
                                "route leads to one"));
}

TEST(CheckSubmission, NeedsAnImapServerAndThePasswordForCopies) {
  EXPECT_THAT(problems_upon_base(with("submission.save_sent = 'on'\n"
                                      "[[route]]\nupstream = 'relay'\nprotocol = 'submission'")),
              testing::Contains("f:15:24: error: submission.save_sent: it needs an IMAP server: no "
                                "route leads to one"));
  EXPECT_THAT(problems_upon_base(with("submission.save_sent = 'on'\nauth.keep_secret = false")),
              ElementsAre("f:15:24: error: submission.save_sent: it needs the password: set "
                          "auth.keep_secret = true"));
  EXPECT_THAT(problems_upon_base(with("submission.save_sent = 'on'")), IsEmpty());
}

TEST(CheckSubmission, S041_WarnsOfEachListenerThatTakesMailWithoutALogin) {
  EXPECT_THAT(problems_upon_base(with("submission.auth = 'pop_before_smtp'")),
              ElementsAre("f:15:19: error: submission.auth: no submission listener has "
                          "pop_before_smtp = true"));
  EXPECT_THAT(problems_upon_base(with("listener.submission.pop_before_smtp = true")),
              ElementsAre("f:15:39: error: listener.submission.pop_before_smtp: it needs "
                          "submission.auth = \"pop_before_smtp\""));
  EXPECT_THAT(problems_upon_base(with("listener.pop3.pop_before_smtp = true")),
              ElementsAre("f:15:33: error: listener.pop3.pop_before_smtp: it is for submission "
                          "listeners"));
  EXPECT_THAT(problems_upon_base(with("submission.auth = 'pop_before_smtp'\n"
                                      "listener.submission.pop_before_smtp = true")),
              ElementsAre("f:16:39: warning: listener.submission.pop_before_smtp: whoever shares "
                          "an address with somebody who read mail may send in that user's name"));
  EXPECT_THAT(problems_upon_base(with("submission.auth = 'pop_before_smtp'\n"
                                      "listener.submission.pop_before_smtp = true\n"
                                      "submission.save_sent = 'on'")),
              testing::Contains("f:17:24: error: submission.save_sent: who sends without AUTH "
                                "shows no password to save with"));
}

TEST(CheckSubmission, RefusesRoutesToAServerOfTheOtherKind) {
  EXPECT_THAT(problems_upon_base(with("[[route]]\nupstream = 'relay'\nprotocol = 'pop3'\n"
                                      "[[route]]\nupstream = 'relay'\n"
                                      "[[route]]\nupstream = 'imap'")),
              testing::Contains("f:17:12: error: route.1.protocol: [upstream.relay] only takes "
                                "submissions"));
}

TEST(CheckSubmission, RefusesWaysToTellTheClientThatTheServerDoesNotHave) {
  EXPECT_THAT(problems_upon_base(with("upstream.relay.send_client_address = 'id'\n"
                                      "upstream.imap.send_client_address = 'xclient'")),
              testing::UnorderedElementsAre(
                  R"(f:15:38: error: upstream.relay.send_client_address: "id" is for IMAP )"
                  R"(servers: write "xclient" or "proxy_v2")",
                  R"(f:16:37: error: upstream.imap.send_client_address: "xclient" is for )"
                  R"(submission servers: write "id" or "proxy_v2")"));
}

}  // namespace
}  // namespace postern::conf
