// The gate as SMTP has it, a server's first words, and what is known of its offer.

#include "upstream/relay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/upstream/relay_scene.hpp"

namespace postern::upstream {
namespace {

using net::Kind;
using testing::ElementsAre;
using wire::smtp::Extension;

constexpr std::string_view kPlain = "250-smtp.example.net\r\n250 AUTH PLAIN LOGIN\r\n";

// ---- the server's first words

TEST(Relay, GreetingsThatAreNone) {
  struct Case {
    std::string_view greeting;
    Kind kind;
  };

  for (const Case& each : {Case{"554 5.7.1 go away\r\n", Kind::Unavailable},
                           Case{"421 4.3.2 too busy\r\n", Kind::Unavailable},
                           Case{"250 hello\r\n", Kind::Malformed},
                           Case{"* OK IMAP4rev1\r\n", Kind::Malformed}}) {
    RelayScene scene;
    scene.enter(Standing::Own);
    scene.say(each.greeting);
    EXPECT_EQ(scene.error().kind, each.kind) << each.greeting;
    EXPECT_EQ(scene.heard(), "");
  }
}

TEST(Relay, AServerThatNeverGreetsIsGivenUp) {
  RelayScene scene;
  scene.enter(Standing::Own);
  scene.loop.turn_clock(scene.relay().settings().greeting_timeout + std::chrono::seconds(1));
  EXPECT_EQ(scene.error().kind, Kind::Timeout);
  EXPECT_EQ(scene.heard(), "");
}

TEST(Relay, AnEhloThatIsRefusedSaysWhose) {
  struct Case {
    std::string_view answer;
    Kind kind;
  };

  for (const Case& each : {Case{"550 5.7.1 not you\r\n", Kind::Denied},
                           Case{"450 4.7.1 later\r\n", Kind::Unavailable},
                           Case{"220 hello\r\n", Kind::Malformed}}) {
    RelayScene scene;
    EXPECT_EQ(scene.up_to_login(each.answer), "");
    EXPECT_EQ(scene.error().kind, each.kind) << each.answer;
  }
}

// ---- addresses

TEST(Relay, AnAddressThatWillNotTalkMakesWayForTheNext) {
  RelayScene scene([](conf::Upstream& s) {
    s.balance = conf::Balance::First;
    s.backends = {{.host = "one", .port = 587}, {.host = "two", .port = 587}};
  });
  scene.enter(Standing::Own);
  scene.say("421 4.3.2 too busy\r\n");
  EXPECT_THAT(scene.dialer.dialled(), ElementsAre("one:587", "two:587"));
  scene.say("220 x\r\n");
  scene.say(kPlain);
  scene.say("235 ok\r\n");
  EXPECT_TRUE(scene.link().usable());
}

TEST(Relay, AnUpstreamThatIsSickIsLeftAlone) {
  RelayScene scene;
  scene.dialer.set_mood(test::MemoryDialer::Mood::Refuses);
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(scene.relay().is_up());
    scene.enter(Standing::Own);
    EXPECT_EQ(scene.error().kind, Kind::NotListening);
  }
  EXPECT_FALSE(scene.relay().is_up());
  scene.enter(Standing::Own);
  EXPECT_EQ(scene.error().kind, Kind::Unavailable);
  EXPECT_EQ(scene.dialer.dialled().size(), 5U);
}

TEST(Relay, WrongPasswordsDoNotMakeAnUpstreamSick) {
  RelayScene scene;
  for (int i = 0; i < 10; ++i) {
    (void)scene.up_to_login(kPlain);
    scene.say("535 no\r\n");
    EXPECT_EQ(scene.error().kind, Kind::Refused);
  }
  EXPECT_TRUE(scene.relay().is_up());
}

TEST(Relay, LoginsThatArePutOffDoNotMakeAnUpstreamSick) {
  RelayScene scene;
  for (int i = 0; i < 10; ++i) {
    (void)scene.up_to_login(kPlain);
    scene.say("454 4.7.0 later\r\n");
    EXPECT_EQ(scene.error().kind, Kind::Unavailable);
  }
  EXPECT_TRUE(scene.relay().is_up());

  for (int i = 0; i < 5; ++i) {
    (void)scene.up_to_login(kPlain);
    scene.say("421 4.3.2 going down\r\n");
    EXPECT_EQ(scene.error().kind, Kind::Unavailable);
  }
  EXPECT_FALSE(scene.relay().is_up());
}

TEST(Relay, AnUpstreamThatIsThisGatewayIsALoop) {
  RelayScene scene;
  scene.own.add(*net::Address::parse("198.51.100.1", 587));
  scene.enter(Standing::Own);
  EXPECT_EQ(scene.error().kind, Kind::Denied);
  EXPECT_EQ(scene.heard(), "");
}

// ---- what is offered

TEST(Relay, KnowsNothingUntilItHasLooked) {
  RelayScene scene;
  EXPECT_FALSE(scene.relay().known());
  scene.visit();
  scene.say("220 smtp.example.net ESMTP\r\n");
  (void)scene.heard();
  scene.say("250-x\r\n250-SIZE 1000\r\n250 8BITMIME\r\n");

  EXPECT_EQ(scene.found->value(), "198.51.100.1:587, no TLS, 220 smtp.example.net ESMTP");
  EXPECT_EQ(scene.heard(), "QUIT\r\n");
  ASSERT_TRUE(scene.relay().known());
  EXPECT_EQ(scene.relay().known()->size_max, 1000U);
  EXPECT_TRUE(scene.relay().known()->has(Extension::EightBitMime));
}

TEST(Relay, ThoseWhoWantToKnowAtTheSameTimeAskOnce) {
  RelayScene scene;
  scene.learn(3);
  scene.say("220 smtp.example.net ESMTP\r\n");
  (void)scene.heard();
  scene.say("250-x\r\n250 8BITMIME\r\n");

  EXPECT_EQ(scene.learned, 3);
  EXPECT_EQ(scene.dialer.dialled().size(), 1U);
  EXPECT_TRUE(scene.relay().known());
}

TEST(Relay, WhatNobodyCouldLearnIsAskedForByTheNext) {
  RelayScene scene;
  scene.learn(3);
  scene.server().close();
  scene.loop.settle();
  EXPECT_EQ(scene.learned, 3);
  EXPECT_EQ(scene.dialer.dialled().size(), 1U);

  scene.learn(1);
  EXPECT_EQ(scene.dialer.dialled().size(), 2U);
}

TEST(Relay, ForgetsAnOfferAfterAWhile) {
  RelayScene scene;
  (void)scene.up_to_login(kPlain);
  EXPECT_TRUE(scene.relay().known());
  scene.loop.turn_clock(std::chrono::hours(1) + std::chrono::seconds(1));
  EXPECT_FALSE(scene.relay().known());
}

TEST(Relay, KnowsOnlyWhatAllItsServersHaveInCommon) {
  RelayScene scene([](conf::Upstream& s) {
    s.balance = conf::Balance::LeastConnections;
    s.backends = {{.host = "one", .port = 587}, {.host = "two", .port = 587}};
  });
  scene.enter(Standing::Trusted);
  scene.say("220 x\r\n");
  scene.say("250-x\r\n250-SIZE 2000\r\n250-DSN\r\n250 8BITMIME\r\n");
  EXPECT_TRUE(scene.relay().known()->has(Extension::Dsn));
  const std::unique_ptr<SmtpLink> kept = std::move(**scene.result);
  scene.enter(Standing::Trusted);
  scene.say("220 x\r\n");
  scene.say("250-x\r\n250-SIZE 1000\r\n250 8BITMIME\r\n");

  EXPECT_THAT(scene.dialer.dialled(), ElementsAre("one:587", "two:587"));
  EXPECT_FALSE(scene.relay().known()->has(Extension::Dsn));
  EXPECT_TRUE(scene.relay().known()->has(Extension::EightBitMime));
  EXPECT_EQ(scene.relay().known()->size_max, 1000U);
}

}  // namespace
}  // namespace postern::upstream
