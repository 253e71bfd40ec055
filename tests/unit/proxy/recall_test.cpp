// Polls that follow each other so soon that they are answered from the index.

#include "proxy/pop3_session.hpp"

#include <gtest/gtest.h>

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
using test::StoredMail;
using test::World;

class RecallTest : public testing::Test {
 protected:
  RecallTest() {
    world_.dialer().set_host([this](net::Stream s) { server_.take(std::move(s)); });
    add("Subject: one\r\n\r\n");
  }

  void add(std::string_view octets) {
    const auto stored = std::make_shared<const std::string>(octets);
    store_.inbox("joe").add(StoredMail{.uid = ++last_uid_, .octets = stored});
  }

  // A whole session; what the client heard behind the greeting.
  std::string poll(std::string_view commands = "STAT\r\nLIST\r\nUIDL\r\n",
                   std::string_view password = "secret",
                   std::string_view listener = "pop3") {
    const auto client = world_.connect(listener);
    world_.loop().settle();
    client->heard().clear();
    client->say("USER joe\r\nPASS " + std::string(password) + "\r\n" + std::string(commands) +
                "QUIT\r\n");
    world_.loop().settle();
    world_.loop().turn_clock(seconds(5));  // what a refusal is delayed by
    world_.loop().settle();
    return client->heard();
  }

  World world_{{.assignments = {"pop3.poll_cache=30s"}}};
  MailStore store_ = MailStore::with_account("joe", "secret");
  MailServer server_{world_.loop(), store_};
  std::uint32_t last_uid_ = 0;
};

TEST_F(RecallTest, M132_ASecondPollHearsTheSameWithoutTheUpstream) {
  const std::string first = poll();
  ASSERT_TRUE(first.contains("+OK 1 16\r\n")) << first;

  EXPECT_EQ(poll(), first);

  EXPECT_EQ(server_.connections(), 1);
}

TEST_F(RecallTest, M132_AfterItsTimeTheUpstreamIsAskedAgain) {
  poll();
  add("Subject: two\r\n\r\n");
  EXPECT_TRUE(poll().contains("+OK 1 16\r\n")) << "what is new waits";
  world_.loop().turn_clock(seconds(30));

  EXPECT_TRUE(poll().contains("+OK 2 32\r\n"));

  EXPECT_EQ(server_.connections(), 2);
}

TEST_F(RecallTest, M132_T021_AnotherSecretIsRefusedByTheUpstreamAndEndsIt) {
  poll();

  EXPECT_TRUE(poll("", "guess").contains("-ERR [AUTH]"));
  world_.loop().turn_clock(seconds(5));
  EXPECT_EQ(server_.connections(), 2);

  EXPECT_TRUE(poll().contains("+OK 1 16\r\n"));
  EXPECT_EQ(server_.connections(), 3) << "one refusal ends it for the right secret, too";
}

TEST_F(RecallTest, M132_TheFirstRetrMakesTheLink) {
  poll();

  EXPECT_TRUE(poll("RETR 1\r\n").contains("Subject: one\r\n\r\n.\r\n"));

  EXPECT_EQ(server_.connections(), 2);
}

TEST_F(RecallTest, M132_QuitDeletesWhatWasMarked) {
  add("Subject: two\r\n\r\n");
  poll();

  EXPECT_TRUE(poll("DELE 1\r\n").ends_with("+OK bye\r\n"));

  EXPECT_EQ(store_.inbox("joe").mails.size(), 1);
  EXPECT_TRUE(poll().contains("+OK 1 16\r\n")) << "and the index knows";
}

TEST_F(RecallTest, M132_WhatWentMeanwhileIsGone) {
  poll();
  store_.inbox("joe").mails.clear();

  EXPECT_TRUE(poll("RETR 1\r\n").contains("-ERR")) << "and not somebody else's";
}

TEST_F(RecallTest, M132_AnotherUidvalidityEndsTheSession) {
  add("Subject: two\r\n\r\n");
  poll();
  store_.inbox("joe").uid_validity = 77;

  const std::string heard = poll("DELE 1\r\nRETR 2\r\n");

  EXPECT_TRUE(heard.contains("-ERR [SYS/TEMP]")) << heard;
  EXPECT_EQ(store_.inbox("joe").mails.size(), 2);
}

TEST_F(RecallTest, M132_ASecretThatChangedIsFoundOutByTheFirstNeed) {
  poll();
  store_.accounts.at("joe").password = "another";

  const std::string heard = poll("RETR 1\r\n");

  EXPECT_TRUE(heard.contains("-ERR [SYS/TEMP]")) << heard;
  EXPECT_FALSE(poll().contains("+OK logged in")) << "from now on the upstream decides";
}

}  // namespace
}  // namespace postern::proxy
