// Views of a mailbox as POP3 clients see them, from session to session.

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

class ViewSession {
 public:
  explicit ViewSession(std::vector<std::string> assignments)
      : world_({.assignments = std::move(assignments)}) {
    world_.dialer().set_host([this](net::Stream s) { server_.take(std::move(s)); });
  }

  // "Subject: 1" and so on, in a new message with that UID.
  void add(std::uint32_t uid, std::string_view date = "01-Jan-2024 00:00:00 +0000") {
    store_.inbox("joe").add(StoredMail{.uid = uid, .octets = octets_, .date = std::string(date)});
  }

  std::string poll(std::string_view commands, std::string_view user = "joe") {
    const auto client = world_.connect("pop3");
    world_.loop().settle();
    client->heard().clear();
    client->say("USER " + std::string(user) + "\r\nPASS secret\r\n" + std::string(commands) +
                "QUIT\r\n");
    world_.loop().settle();
    return client->heard();
  }

  [[nodiscard]] std::string left() { return store_.inbox("joe").text(); }

  [[nodiscard]] const std::vector<std::string>& asked() const { return server_.asked(); }

 private:
  std::shared_ptr<const std::string> octets_ =
      std::make_shared<const std::string>("Subject: x\r\n\r\n");
  World world_;
  MailStore store_ = MailStore::with_account("joe", "secret");
  MailServer server_{world_.loop(), store_};
};

TEST(ViewSession, M133_DeletingTheNewestBringsNoOlderOnesBack) {
  ViewSession session({"pop3.max_messages=2"});
  for (std::uint32_t uid = 1; uid <= 4; ++uid)
    session.add(uid);
  ASSERT_TRUE(session.poll("STAT\r\nDELE 2\r\n").contains("+OK 2 28\r\n"));
  ASSERT_EQ(session.left(), "1 2 3");

  EXPECT_TRUE(session.poll("STAT\r\nUIDL\r\n").contains("+OK 1 14\r\n"));

  session.add(5);
  session.add(6);
  const std::string heard = session.poll("UIDL\r\n");
  EXPECT_TRUE(heard.contains("1 0000000500000001\r\n2 0000000600000001\r\n.\r\n")) << heard;
}

TEST(ViewSession, M133_WhatDoesNotShowIsNotDeleted) {
  ViewSession session({"pop3.max_messages=1"});
  session.add(1);
  session.add(2);

  session.poll("DELE 1\r\n");

  EXPECT_EQ(session.left(), "1");
}

TEST(ViewSession, M134_ARecentViewShowsWhatArrivedLatelyAndDeletesNothing) {
  ViewSession session({"pop3.recent_prefix=recent:", "pop3.delete_on_retr=true"});
  session.add(1);
  session.add(2, "01-Jan-2100 00:00:00 +0000");
  ASSERT_TRUE(session.poll("STAT\r\n").contains("+OK 2 28\r\n")) << "all, without the word";

  const std::string heard = session.poll("STAT\r\nUIDL\r\nRETR 1\r\nDELE 1\r\n", "recent:joe");

  EXPECT_TRUE(heard.contains("+OK 1 14\r\n")) << heard;
  EXPECT_TRUE(heard.contains("1 0000000200000001\r\n.\r\n")) << heard;
  EXPECT_TRUE(heard.contains("-ERR")) << heard;
  EXPECT_TRUE(heard.ends_with("+OK bye\r\n")) << heard;
  EXPECT_EQ(session.left(), "1 2(\\Seen)");
}

TEST(ViewSession, M134_ARecentViewCostsNoCommandMoreThanAWarmIndexDoes) {
  ViewSession session({"pop3.recent_prefix=recent:"});
  session.add(1);
  session.add(2, "01-Jan-2100 00:00:00 +0000");
  session.poll("STAT\r\n");
  const std::size_t cold = session.asked().size();
  session.poll("STAT\r\n");
  const std::size_t warm = session.asked().size() - cold;

  session.poll("STAT\r\n", "recent:joe");

  EXPECT_EQ(session.asked().size() - cold - warm, warm);
}

TEST(ViewSession, ARecentViewMayDeleteWhereThatIsWanted) {
  ViewSession session({"pop3.recent_prefix=recent:", "pop3.recent_delete=true"});
  session.add(1);
  session.add(2, "01-Jan-2100 00:00:00 +0000");

  session.poll("DELE 1\r\n", "recent:joe");

  EXPECT_EQ(session.left(), "1");
}

}  // namespace
}  // namespace postern::proxy
