// Links that are kept for a user's next session: for whom, and for how long.

#include "proxy/pop3_session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "tests/support/mail_server.hpp"
#include "tests/support/world.hpp"

namespace postern::proxy {
namespace {

using std::chrono::seconds;
using test::MailServer;
using test::MailStore;
using test::Peer;
using test::StoredMail;
using test::World;

class KeptLinkTest : public testing::Test {
 protected:
  KeptLinkTest() {
    world_.dialer().set_host([this](net::Stream s) { server_.take(std::move(s)); });
    add("Subject: one\r\n\r\n");
  }

  void add(std::string_view octets) {
    const auto stored = std::make_shared<const std::string>(octets);
    store_.inbox("joe").add(StoredMail{.uid = ++last_uid_, .octets = stored});
  }

  // A whole session; what the client heard.
  std::string poll(std::string_view password = "secret", std::string_view commands = "STAT\r\n") {
    const auto client = world_.connect("pop3");
    world_.loop().settle();
    client->say("USER joe\r\nPASS " + std::string(password) + "\r\n" + std::string(commands) +
                "QUIT\r\n");
    world_.loop().settle();
    world_.loop().turn_clock(seconds(5));  // what a refusal is delayed by
    return client->heard();
  }

  [[nodiscard]] std::ptrdiff_t logins() const {
    return std::ranges::count_if(server_.asked(), [](const std::string& command) {
      return command.starts_with("LOGIN") || command.starts_with("AUTHENTICATE");
    });
  }

  World world_{{.assignments = {"upstream.imap.park=30s"}}};
  MailStore store_ = MailStore::with_account("joe", "secret");
  MailServer server_{world_.loop(), store_};
  std::uint32_t last_uid_ = 0;
};

TEST_F(KeptLinkTest, T059_TheNextSessionOfTheUserHasTheLink) {
  EXPECT_TRUE(poll().contains("+OK 1 16\r\n"));
  add("Subject: two\r\n\r\n");

  EXPECT_TRUE(poll().contains("+OK 2 32\r\n"));

  EXPECT_EQ(server_.connections(), 1);
  EXPECT_EQ(logins(), 1);
  EXPECT_EQ(server_.live(), 1);
}

TEST_F(KeptLinkTest, T059_AnotherSecretIsAskedTheUpstream) {
  poll();

  EXPECT_TRUE(poll("guess").contains("-ERR [AUTH]"));

  EXPECT_EQ(logins(), 2);
  EXPECT_EQ(server_.connections(), 2);
}

TEST_F(KeptLinkTest, T059_ALinkInUseIsNobodyElses) {
  poll();
  const auto first = world_.connect("pop3");
  first->say("USER joe\r\nPASS secret\r\n");
  world_.loop().settle();

  EXPECT_TRUE(poll().contains("+OK 1 16\r\n"));

  EXPECT_EQ(server_.connections(), 2);
}

TEST_F(KeptLinkTest, T059_ItIsKeptForItsTimeOnly) {
  poll();

  world_.loop().turn_clock(seconds(31));
  world_.loop().settle();

  EXPECT_EQ(server_.live(), 0);
  EXPECT_EQ(server_.asked().back(), "LOGOUT");
}

TEST_F(KeptLinkTest, ALinkThatBrokeMeanwhileCostsNothingButTime) {
  poll();
  server_.crash();
  world_.loop().settle();

  EXPECT_TRUE(poll().contains("+OK 1 16\r\n"));

  EXPECT_EQ(logins(), 2);
}

TEST_F(KeptLinkTest, WhatASessionDeletedIsGoneInTheNext) {
  add("Subject: two\r\n\r\n");
  poll("secret", "DELE 1\r\n");

  EXPECT_TRUE(poll("secret", "UIDL 1\r\nSTAT\r\n").contains("+OK 1 16\r\n"));

  EXPECT_EQ(server_.connections(), 1);
}

TEST_F(KeptLinkTest, ASessionWithoutQuitLeavesNone) {
  const auto client = world_.connect("pop3");
  client->say("USER joe\r\nPASS secret\r\n");
  world_.loop().settle();

  client->close();
  world_.loop().settle();

  EXPECT_EQ(server_.live(), 0);
}

}  // namespace
}  // namespace postern::proxy
