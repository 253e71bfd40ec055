// Sessions that have to go for another's sake.

#include "proxy/roster.hpp"

#include "net/memory_stream.hpp"
#include "net/scope.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/mail_server.hpp"
#include "tests/support/world.hpp"

namespace postern::proxy {
namespace {

using test::MailServer;
using test::MailStore;
using test::Peer;
using test::World;

class RosterTest : public testing::Test {
 protected:
  RosterTest() {
    world_.dialer().set_host([this](net::Stream s) { server_.take(std::move(s)); });
  }

  std::unique_ptr<Peer> connect() {
    auto client = world_.connect("pop3");
    world_.loop().settle();
    return client;
  }

  World world_{{.assignments = {"pop3.lock=steal"}}};
  MailStore store_ = MailStore::with_account("joe", "secret");
  MailServer server_{world_.loop(), store_};
};

TEST_F(RosterTest, T044_WhoHasWaitedLongestToLogInGoesFirst) {
  const auto first = connect();
  const auto second = connect();

  EXPECT_TRUE(world_.roster().make_room());
  world_.loop().settle();

  EXPECT_TRUE(first->end());
  EXPECT_FALSE(second->end());
}

TEST_F(RosterTest, T044_WhoWaitsForItsLoginOrIsLoggedInStays) {
  const auto waiting = connect();
  const auto logged_in = connect();
  logged_in->say("USER joe\r\nPASS secret\r\n");
  world_.loop().settle();
  world_.dialer().set_mood(test::MemoryDialer::Mood::IsSilent);
  waiting->say("USER joe\r\nPASS secret\r\n");
  world_.loop().settle();

  EXPECT_FALSE(world_.roster().make_room());

  EXPECT_FALSE(waiting->end());
  EXPECT_FALSE(logged_in->end());
}

TEST_F(RosterTest, WithoutNewcomersNobodyGoes) {
  EXPECT_FALSE(world_.roster().make_room());
}

TEST_F(RosterTest, M130_AThiefEndsTheOlderSession) {
  const auto first = connect();
  first->say("USER joe\r\nPASS secret\r\nSTAT\r\n");
  world_.loop().settle();
  const auto second = connect();
  second->say("USER joe\r\nPASS secret\r\n");
  world_.loop().settle();

  EXPECT_TRUE(first->end());
  EXPECT_FALSE(second->end());
}

TEST_F(RosterTest, AnEvictorThatComesTooLateFindsNobody) {
  Roster& roster = world_.roster();
  std::function<void()> evict;
  {
    auto [near, far] = memory_pair(world_.loop(), net::Origin::Client, net::Origin::Here);
    evict = roster.evictor(near);
    evict();
    roster.strike_off(near);
  }
  world_.loop().settle();
}

}  // namespace
}  // namespace postern::proxy
