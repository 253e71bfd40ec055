// Links that are kept for a user's next session: for whom, and for how long.

#include "proxy/pop3_session.hpp"

#include <gtest/gtest.h>

#include "tests/unit/proxy/poll_scene.hpp"

namespace postern::proxy {
namespace {

using std::chrono::seconds;

class KeptLinkTest : public testing::Test, protected PollScene {
 protected:
  KeptLinkTest() : PollScene({"upstream.imap.park=30s"}) { add(); }
};

TEST_F(KeptLinkTest, T059_TheNextSessionOfTheUserHasTheLink) {
  EXPECT_TRUE(poll().contains("+OK 1 16\r\n"));
  add();

  EXPECT_TRUE(poll().contains("+OK 2 32\r\n"));

  EXPECT_EQ(server().connections(), 1);
  EXPECT_EQ(logins(), 1);
  EXPECT_EQ(server().live(), 1);
  EXPECT_EQ(world().metric("postern_upstream_connections_reused_total{upstream=\"imap\"}"), 1);
}

TEST_F(KeptLinkTest, T059_AnotherSecretIsAskedTheUpstream) {
  poll();

  EXPECT_TRUE(poll("STAT\r\n", {.password = "guess"}).contains("-ERR [AUTH]"));

  EXPECT_EQ(logins(), 2);
  EXPECT_EQ(server().connections(), 2);
}

TEST_F(KeptLinkTest, T059_ALinkInUseIsNobodyElses) {
  poll();
  const auto first = log_in();

  EXPECT_TRUE(poll().contains("+OK 1 16\r\n"));

  EXPECT_EQ(server().connections(), 2);
}

TEST_F(KeptLinkTest, T059_ItIsKeptForItsTimeOnly) {
  poll();

  world().loop().turn_clock(seconds(31));
  world().loop().settle();

  EXPECT_EQ(server().live(), 0);
  EXPECT_EQ(server().asked().back(), "LOGOUT");
}

TEST_F(KeptLinkTest, ALinkThatBrokeMeanwhileCostsNothingButTime) {
  poll();
  server().crash();
  world().loop().settle();

  EXPECT_TRUE(poll().contains("+OK 1 16\r\n"));

  EXPECT_EQ(logins(), 2);
}

TEST_F(KeptLinkTest, WhatASessionDeletedIsGoneInTheNext) {
  add();
  poll("DELE 1\r\n");

  EXPECT_TRUE(poll("UIDL 1\r\nSTAT\r\n").contains("+OK 1 16\r\n"));

  EXPECT_EQ(server().connections(), 1);
}

TEST_F(KeptLinkTest, ASessionWithoutQuitLeavesNone) {
  const auto client = log_in();

  client->close();
  world().loop().settle();

  EXPECT_EQ(server().live(), 0);
}

}  // namespace
}  // namespace postern::proxy
