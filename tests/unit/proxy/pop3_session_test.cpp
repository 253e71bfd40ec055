// What a POP3 session holds and how it lets go: what a story cannot see from outside.

#include "proxy/pop3_session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "tests/support/mail_server.hpp"
#include "tests/support/world.hpp"

namespace postern::proxy {
namespace {

using std::chrono::seconds;
using test::MailServer;
using test::MailServerWishes;
using test::MailStore;
using test::Peer;
using test::StoredMail;
using test::World;

class Pop3SessionTest : public testing::Test {
 protected:
  Pop3SessionTest() {
    world_.dialer().set_host([this](net::Stream s) { server_.take(std::move(s)); });
  }

  void fill(std::uint32_t messages) {
    const auto octets = std::make_shared<const std::string>("Subject: x\r\n\r\n");
    for (std::uint32_t uid = 1; uid <= messages; ++uid)
      store_.inbox("joe").add(StoredMail{.uid = uid, .octets = octets});
  }

  // Says it, and answers what is heard.
  std::string say(Peer& client, std::string_view octets) {
    client.heard().clear();
    client.say(octets);
    world_.loop().settle();
    return client.heard();
  }

  std::unique_ptr<Peer> logged_in() {
    auto client = world_.connect("pop3");
    const std::string heard = say(*client, "USER joe\r\nPASS secret\r\nSTAT\r\n");
    EXPECT_TRUE(heard.contains("+OK logged in\r\n+OK ")) << heard;
    return client;
  }

  World world_;
  MailStore store_ = MailStore::with_account("joe", "secret");
  MailServer server_{world_.loop(), store_};
};

TEST_F(Pop3SessionTest, T047_AListThatNobodyTakesIsComposedAsItIsTaken) {
  fill(100'000);
  const auto client = logged_in();
  const std::size_t before = world_.loop().blocks().held();
  client->stop_listening();

  client->say("LIST\r\n");
  world_.loop().settle();

  EXPECT_LT(world_.loop().blocks().held() - before, std::size_t{1} << 20U);
  client->heard().clear();
  client->listen();
  world_.loop().settle();
  EXPECT_EQ(std::ranges::count(client->heard(), '\n'), 100'002);
  EXPECT_TRUE(client->heard().ends_with("100000 14\r\n.\r\n"));
}

// The second login asks for the list together with the mailbox, before the server could tell how
// many messages there are.
TEST_F(Pop3SessionTest, ALargeMailboxMayBeOpenedAndListedInOneWrite) {
  MailServer dovecot(world_.loop(), store_, {.greeting = "Dovecot ready."});
  world_.dialer().set_host([&dovecot](net::Stream s) { dovecot.take(std::move(s)); });
  fill(100'000);
  say(*logged_in(), "QUIT\r\n");

  const auto client = logged_in();

  EXPECT_TRUE(say(*client, "LIST\r\n").ends_with("100000 14\r\n.\r\n"));
}

TEST_F(Pop3SessionTest, T047_CommandsWithoutEndTakeNoMemory) {
  fill(10);
  const auto client = logged_in();
  std::string loop;
  for (int i = 0; i < 1000; ++i)
    loop += "DELE 1\r\nRSET\r\nNOOP\r\n";
  say(*client, loop);
  const std::size_t before = world_.loop().blocks().held();

  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(std::ranges::count(say(*client, loop), '\n'), 3000);

  EXPECT_LE(world_.loop().blocks().held(), before);
}

TEST_F(Pop3SessionTest, T047_OneClientsFloodDoesNotKeepOthersWaiting) {
  fill(10);
  const auto flooding = logged_in();
  const auto other = logged_in();
  std::string flood;
  for (int i = 0; i < 2000; ++i)
    flood += "NOOP\r\n";
  flooding->heard().clear();
  flooding->say(flood);
  other->heard().clear();
  other->say("NOOP\r\n");

  world_.loop().settle();

  EXPECT_EQ(other->heard(), "+OK\r\n");
  EXPECT_EQ(std::ranges::count(flooding->heard(), '\n'), 2000);
}

TEST_F(Pop3SessionTest, M040_WhoTakesOctetsSlowlyForTwentyMinutesIsNotIdle) {
  store_.inbox("joe").add("Subject: large\r\n\r\n" + std::string(4'000'000, 'x') + "\r\n");
  const auto client = logged_in();
  client->heard().clear();
  client->stop_listening();
  client->say("RETR 1\r\n");
  world_.loop().settle();

  for (int i = 0; i < 4; ++i) {
    world_.loop().turn_clock(std::chrono::minutes(6));
    client->take(500'000);
    world_.loop().settle();
    EXPECT_FALSE(client->end());
  }

  client->listen();
  world_.loop().settle();
  EXPECT_TRUE(client->heard().starts_with("+OK 4000020 octets\r\n"));
  EXPECT_TRUE(client->heard().ends_with("x\r\n.\r\n"));
}

TEST_F(Pop3SessionTest, F009_WhoTakesNothingIsCutOffWithoutADot) {
  store_.inbox("joe").add("Subject: large\r\n\r\n" + std::string(4'000'000, 'x') + "\r\n");
  const auto client = logged_in();
  client->heard().clear();
  client->stop_listening();
  client->say("RETR 1\r\n");
  world_.loop().settle();

  world_.loop().turn_clock(std::chrono::minutes(11));

  EXPECT_EQ(world_.sessions().live(), 0U);
  client->listen();
  world_.loop().settle();
  EXPECT_FALSE(client->heard().ends_with(".\r\n"));
  EXPECT_EQ(client->end(), net::Kind::Reset);
}

TEST_F(Pop3SessionTest, F004_AClientThatGoesDuringItsLoginLeavesNoLinkBehind) {
  auto client = world_.connect("pop3");
  client->say("USER joe\r\nPASS secret\r\n");
  client->reset();

  world_.loop().settle();
  world_.loop().turn_clock(seconds(1));

  EXPECT_EQ(server_.live(), 0U);
  EXPECT_EQ(world_.sessions().live(), 0U);
}

TEST_F(Pop3SessionTest, F001_AProbeIsNoSession) {
  auto client = world_.connect("pop3");
  world_.loop().settle();
  client->close();
  world_.loop().settle();

  EXPECT_EQ(world_.sessions().live(), 0U);
  EXPECT_EQ(
      world_.metric("postern_sessions_ended_total{protocol=\"pop3\",reason=\"client_closed\"}"), 0);
  EXPECT_TRUE(world_.dialer().dialled().empty());
}

TEST_F(Pop3SessionTest, M035_RepliesToOnePieceAreInTheOrderOfItsCommands) {
  fill(50);
  const auto client = logged_in();
  std::string commands;
  std::string replies;
  for (int i = 50; i > 0; --i) {
    commands += "LIST " + std::to_string(i) + "\r\n";
    replies += "+OK " + std::to_string(i) + " 14\r\n";
  }

  EXPECT_EQ(say(*client, commands), replies);
}

}  // namespace
}  // namespace postern::proxy
