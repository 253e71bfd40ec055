// Polls that follow each other so soon that they are answered from the index.

#include "proxy/pop3_session.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/proxy/poll_scene.hpp"

namespace postern::proxy {
namespace {

using std::chrono::seconds;

class RecallTest : public testing::Test, protected PollScene {
 protected:
  RecallTest() : PollScene({"pop3.poll_cache=30s"}) { add(); }
};

TEST_F(RecallTest, M132_ASecondPollHearsTheSameWithoutTheUpstream) {
  const std::string first = poll();
  ASSERT_TRUE(first.contains("+OK 1 16\r\n")) << first;

  EXPECT_EQ(poll(), first);

  EXPECT_EQ(server().connections(), 1);
}

TEST_F(RecallTest, M132_AfterItsTimeTheUpstreamIsAskedAgain) {
  poll();
  add();
  EXPECT_TRUE(poll().contains("+OK 1 16\r\n")) << "what is new waits";
  world().loop().turn_clock(seconds(30));

  EXPECT_TRUE(poll().contains("+OK 2 32\r\n"));

  EXPECT_EQ(server().connections(), 2);
}

TEST_F(RecallTest, M132_T021_AnotherSecretIsRefusedByTheUpstreamAndEndsIt) {
  poll();

  EXPECT_TRUE(poll("", {.password = "guess"}).contains("-ERR [AUTH]"));
  world().loop().turn_clock(seconds(5));
  EXPECT_EQ(server().connections(), 2);

  EXPECT_TRUE(poll().contains("+OK 1 16\r\n"));
  EXPECT_EQ(server().connections(), 3) << "one refusal ends it for the right secret, too";
}

// What is flagged there may be somebody's, and is hidden when the list is asked for.
TEST(Recall, M132_NothingIsRecalledThatFlagsMayHide) {
  PollScene scene({"pop3.poll_cache=30s", "pop3.delete=move:Old"});
  scene.serve({.capabilities = "IMAP4rev1 ESEARCH"});  // neither UIDPLUS nor MOVE
  scene.add();
  scene.add();
  scene.inbox().mails.front().flags.insert("\\Deleted");
  const std::string first = scene.poll();
  ASSERT_TRUE(first.contains("+OK 1 16\r\n")) << first;

  EXPECT_EQ(scene.poll(), first);
}

TEST_F(RecallTest, M132_TheFirstRetrMakesTheLink) {
  poll();

  EXPECT_TRUE(poll("RETR 1\r\n").contains("Subject: one\r\n\r\n.\r\n"));

  EXPECT_EQ(server().connections(), 2);
}

TEST_F(RecallTest, M132_QuitDeletesWhatWasMarked) {
  add();
  poll();

  EXPECT_TRUE(poll("DELE 1\r\n").ends_with("+OK bye\r\n"));

  EXPECT_EQ(inbox().mails.size(), 1);
  EXPECT_TRUE(poll().contains("+OK 1 16\r\n")) << "and the index knows";
}

TEST_F(RecallTest, M132_WhatWentMeanwhileIsGone) {
  poll();
  inbox().mails.clear();

  EXPECT_TRUE(poll("RETR 1\r\n").contains("-ERR")) << "and not somebody else's";
}

TEST_F(RecallTest, M132_AnotherUidvalidityEndsTheSession) {
  add();
  poll();
  inbox().uid_validity = 77;

  const std::string heard = poll("DELE 1\r\nRETR 2\r\n");

  EXPECT_TRUE(heard.contains("-ERR [SYS/TEMP]")) << heard;
  EXPECT_EQ(inbox().mails.size(), 2);
}

TEST_F(RecallTest, M132_ASecretThatChangedIsFoundOutByTheFirstNeed) {
  poll();
  store().accounts.at("joe").password = "another";

  const std::string heard = poll("RETR 1\r\n");

  EXPECT_TRUE(heard.contains("-ERR [SYS/TEMP]")) << heard;
  EXPECT_FALSE(poll().contains("+OK logged in")) << "from now on the upstream decides";
}

}  // namespace
}  // namespace postern::proxy
