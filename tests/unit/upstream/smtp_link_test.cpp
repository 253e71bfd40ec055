// The conversation on a link, up to where it may not go on.

#include "upstream/smtp_link.hpp"

#include "metrics/registry.hpp"
#include "net/memory_stream.hpp"
#include "net/scope.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/peer.hpp"
#include "tests/unit/metrics/log_support.hpp"

namespace postern::upstream {
namespace {

using net::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using wire::smtp::Reply;

// A link, and the server at its other end.
class SmtpLinkTest : public testing::Test {
 protected:
  SmtpLinkTest() {
    registry_.names().configure({.upstreams = {{.name = "smtp"}}});
    auto [near, far] = memory_pair(loop_, net::Origin::Upstream, net::Origin::Client);
    server_ = std::make_unique<test::Peer>(loop_, std::move(far));
    link_ = std::make_unique<SmtpLink>(std::move(near),
                                       LinkContext{loop_,
                                                   settings_,
                                                   registry_.recorder(),
                                                   registry_.names().upstream("smtp"),
                                                   session_log_,
                                                   links_});
    link_->set_offer({});
  }

  ~SmtpLinkTest() override { link_ = nullptr; }

  void send(std::string commands) {
    scope_.spawn(sending(std::move(commands)));
    loop_.settle();
  }

  // Waits for so many replies, or as many as come before an error.
  void listen(int replies) {
    error_.reset();
    scope_.spawn(listening(replies));
    loop_.settle();
  }

  void say(std::string_view octets) {
    server_->say(octets);
    loop_.settle();
  }

  // After one command, what the server makes of it; the error, if it is one.
  std::optional<Kind> kind_after(std::string_view octets) {
    send("NOOP\r\n");
    listen(1);
    say(octets);
    return error_ ? std::optional(error_->kind) : std::nullopt;
  }

  // What the server hears when the link is dropped.
  std::string last_words() {
    loop_.settle();
    server_->heard().clear();
    link_ = nullptr;
    loop_.settle();
    return server_->heard();
  }

  std::string log_text() {
    log_.flush(std::chrono::seconds(10));
    return file_.text();
  }

  net::Loop loop_{net::Time(std::chrono::hours(1))};
  metrics::MemoryFile file_;
  metrics::Registry registry_;
  metrics::Log log_{{.descriptor = file_.descriptor(), .key = {}},
                    {.level = metrics::Level::Debug}};
  metrics::SessionLog session_log_{log_, {.session = "s1", .listener = "submission"}};
  conf::Upstream settings_;
  std::size_t links_ = 0;
  std::unique_ptr<test::Peer> server_;
  std::unique_ptr<SmtpLink> link_;
  std::vector<Reply> replies_;
  std::optional<net::Error> error_;
  net::Scope scope_{[](const net::Error&) {}};

 private:
  net::Task<> sending(std::string commands) {
    (void)co_await attempt(link_->send(commands, link_->command_deadline()));
  }

  net::Task<> listening(int replies) {
    for (int i = 0; i < replies; ++i) {
      auto reply = co_await attempt(link_->reply(link_->command_deadline()));
      if (!reply) {
        error_ = reply.error();
        co_return;
      }
      replies_.push_back(std::move(*reply));
    }
  }
};

TEST_F(SmtpLinkTest, TakesRepliesToAGroupOneByOne) {
  send("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nRSET\r\n");
  listen(3);
  say("250 2.1.0 ok\r\n550-5.1.1 no\r\n550 5.1.1 such user\r\n250 ok\r\n");

  ASSERT_EQ(replies_.size(), 3U);
  EXPECT_EQ(replies_[0].code, 250);
  EXPECT_EQ(replies_[1].code, 550);
  EXPECT_THAT(replies_[1].lines, ElementsAre("no", "such user"));
  EXPECT_EQ(replies_[2].code, 250);
  EXPECT_TRUE(link_->usable());
}

TEST_F(SmtpLinkTest, IsOfUseAgainOnlyAfterTheLastReplyIsTaken) {
  send("MAIL FROM:<a@x>\r\nRSET\r\n");
  listen(1);
  say("250 ok\r\n250 ok\r\n");

  EXPECT_FALSE(link_->usable());
  listen(1);
  EXPECT_TRUE(link_->usable());
}

TEST_F(SmtpLinkTest, TracesShowVerbsButNoAddressAndNoCredential) {
  send("MAIL FROM:<joe@example.org>\r\n");
  (void)link_->send_login("AUTH PLAIN AGpvZQBzZWNyZXQ=\r\n", link_->command_deadline());
  (void)link_->answer("c2VjcmV0\r\n", link_->command_deadline());
  loop_.settle();

  EXPECT_THAT(log_text(), HasSubstr("MAIL"));
  EXPECT_THAT(log_text(), HasSubstr("<login>"));
  EXPECT_THAT(log_text(), Not(HasSubstr("joe@")));
  EXPECT_THAT(log_text(), Not(HasSubstr("AGpvZQBz")));
  EXPECT_THAT(log_text(), Not(HasSubstr("c2Vjcm")));
}

TEST_F(SmtpLinkTest, GarbageEndsIt) {
  EXPECT_EQ(kind_after("hello\r\n"), Kind::Malformed);
  EXPECT_FALSE(link_->usable());
  EXPECT_EQ(last_words(), "");
}

TEST_F(SmtpLinkTest, LinesOfDifferentCodesEndIt) {
  EXPECT_EQ(kind_after("250-yes\r\n550 no\r\n"), Kind::Malformed);
}

TEST_F(SmtpLinkTest, ALineBeyondBoundsEndsIt) {
  EXPECT_EQ(kind_after("250 " + std::string(wire::smtp::kReplyLineOctetsMax, 'x') + "\r\n"),
            Kind::Malformed);
}

TEST_F(SmtpLinkTest, AReplyOfTooManyLinesEndsIt) {
  std::string reply;
  for (std::size_t i = 0; i <= wire::smtp::kReplyLinesMax; ++i)
    reply += "250-more\r\n";
  EXPECT_EQ(kind_after(reply), Kind::Malformed);
}

TEST_F(SmtpLinkTest, AServerThatLeavesWithinAReplyIsGone) {
  send("NOOP\r\n");
  listen(1);
  say("250-yes\r\n250 a");
  server_->close();
  loop_.settle();

  ASSERT_TRUE(error_);
  EXPECT_EQ(error_->kind, Kind::Closed);
  EXPECT_FALSE(link_->usable());
}

TEST_F(SmtpLinkTest, ASilentServerIsGivenUp) {
  send("NOOP\r\n");
  listen(1);
  loop_.turn_clock(settings_.command_timeout + std::chrono::seconds(1));

  ASSERT_TRUE(error_);
  EXPECT_EQ(error_->kind, Kind::Timeout);
  EXPECT_EQ(last_words(), "");
}

TEST_F(SmtpLinkTest, A421IsToldAndIsTheLastWord) {
  send("NOOP\r\n");
  listen(1);
  say("421 4.3.2 going down\r\n");

  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].code, 421);
  EXPECT_FALSE(link_->usable());
  EXPECT_EQ(last_words(), "");
}

TEST_F(SmtpLinkTest, A421ThatCameUnaskedIsTheReplyToTheNextCommand) {
  send("NOOP\r\n");
  listen(1);
  say("250 ok\r\n421 4.3.2 going down\r\n");
  send("MAIL FROM:<a@x>\r\n");
  listen(1);

  ASSERT_EQ(replies_.size(), 2U);
  EXPECT_EQ(replies_[1].code, 421);
}

TEST_F(SmtpLinkTest, AnyOtherReplyBeforeItsCommandEndsIt) {
  send("NOOP\r\n");
  listen(1);
  say("250 ok\r\n250 taken\r\n");
  send("MAIL FROM:<a@x>\r\n");
  listen(1);

  ASSERT_TRUE(error_);
  EXPECT_EQ(error_->kind, Kind::Malformed);
  EXPECT_FALSE(link_->usable());
}

TEST_F(SmtpLinkTest, SaysQuitWhenNothingIsUnderWay) {
  send("RSET\r\n");
  listen(1);
  say("250 ok\r\n");
  EXPECT_EQ(last_words(), "QUIT\r\n");
}

TEST_F(SmtpLinkTest, SaysNothingWhileAReplyIsDue) {
  send("MAIL FROM:<a@x>\r\nDATA\r\n");
  listen(1);
  say("250 ok\r\n");
  EXPECT_EQ(last_words(), "");
}

TEST_F(SmtpLinkTest, SaysNothingInTheMiddleOfAMessage) {
  send("DATA\r\n");
  listen(1);
  say("354 go ahead\r\n");

  EXPECT_FALSE(link_->usable());
  EXPECT_EQ(last_words(), "");
}

TEST_F(SmtpLinkTest, AMessageIsOverWithTheReplyBehindIt) {
  send("DATA\r\n");
  listen(2);
  say("354 go ahead\r\n");
  say("250 2.0.0 queued\r\n");

  EXPECT_EQ(replies_.size(), 2U);
  EXPECT_TRUE(link_->usable());
}

TEST_F(SmtpLinkTest, SaysNothingAfterItWasGivenUp) {
  link_->give_up(Kind::Cancelled);
  EXPECT_FALSE(link_->usable());
  EXPECT_EQ(last_words(), "");
}

TEST_F(SmtpLinkTest, CountsCommandsByHowTheyWereAnswered) {
  send("NOOP\r\nNOOP\r\nNOOP\r\n");
  listen(3);
  say("250 ok\r\n502 what\r\n450 later\r\n");

  const std::string page = registry_.exposition();
  const std::string series = R"(postern_upstream_commands_total{upstream="smtp",command="noop",)";
  EXPECT_THAT(page, HasSubstr(series + "result=\"ok\"} 1"));
  EXPECT_THAT(page, HasSubstr(series + "result=\"bad\"} 1"));
  EXPECT_THAT(page, HasSubstr(series + "result=\"no\"} 1"));
}

}  // namespace
}  // namespace postern::upstream
