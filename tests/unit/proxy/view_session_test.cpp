// Views of a mailbox as POP3 clients see them, from session to session.

#include "proxy/pop3_session.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/proxy/poll_scene.hpp"

namespace postern::proxy {
namespace {

constexpr Visitor kRecently{.user = "recent:joe"};
constexpr const char* kLate = "01-Jan-2100 00:00:00 +0000";

TEST(ViewSession, M133_DeletingTheNewestBringsNoOlderOnesBack) {
  PollScene session({"pop3.max_messages=2"});
  for (int mail = 1; mail <= 4; ++mail)
    session.add();
  ASSERT_TRUE(session.poll("STAT\r\nDELE 2\r\n").contains("+OK 2 32\r\n"));
  ASSERT_EQ(session.inbox().text(), "1 2 3");

  EXPECT_TRUE(session.poll("STAT\r\nUIDL\r\n").contains("+OK 1 16\r\n"));

  session.add();
  session.add();
  const std::string heard = session.poll("UIDL\r\n");
  EXPECT_TRUE(heard.contains("1 0000000500000001\r\n2 0000000600000001\r\n.\r\n")) << heard;
}

TEST(ViewSession, M133_WhatDoesNotShowIsNotDeleted) {
  PollScene session({"pop3.max_messages=1"});
  session.add();
  session.add();

  session.poll("DELE 1\r\n");

  EXPECT_EQ(session.inbox().text(), "1");
}

TEST(ViewSession, M134_ARecentViewShowsWhatArrivedLatelyAndDeletesNothing) {
  PollScene session({"pop3.recent_prefix=recent:", "pop3.delete_on_retr=true"});
  session.add();
  session.add(kLate);
  ASSERT_TRUE(session.poll("STAT\r\n").contains("+OK 2 32\r\n")) << "all, without the word";

  const std::string heard = session.poll("STAT\r\nUIDL\r\nRETR 1\r\nDELE 1\r\n", kRecently);

  EXPECT_TRUE(heard.contains("+OK 1 16\r\n")) << heard;
  EXPECT_TRUE(heard.contains("1 0000000200000001\r\n.\r\n")) << heard;
  EXPECT_TRUE(heard.contains("-ERR")) << heard;
  EXPECT_TRUE(heard.ends_with("+OK bye\r\n")) << heard;
  EXPECT_EQ(session.inbox().text(), "1 2(\\Seen)");
}

TEST(ViewSession, M134_ARecentViewCostsNoCommandMoreThanAWarmIndexDoes) {
  PollScene session({"pop3.recent_prefix=recent:"});
  session.add();
  session.add(kLate);
  session.poll("STAT\r\n");
  const std::size_t cold = session.server().asked().size();
  session.poll("STAT\r\n");
  const std::size_t warm = session.server().asked().size() - cold;

  session.poll("STAT\r\n", kRecently);

  EXPECT_EQ(session.server().asked().size() - cold - warm, warm);
}

TEST(ViewSession, ARecentViewMayDeleteWhereThatIsWanted) {
  PollScene session({"pop3.recent_prefix=recent:", "pop3.recent_delete=true"});
  session.add();
  session.add(kLate);

  session.poll("DELE 1\r\n", kRecently);

  EXPECT_EQ(session.inbox().text(), "1");
}

}  // namespace
}  // namespace postern::proxy
