// Old POP3 servers, honest ones and others, as seen by whoever wants their UIDLs.

#include "upstream/pop3_link.hpp"

#include "net/scope.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/memory_dialer.hpp"
#include "tests/support/peer.hpp"

namespace postern::upstream {
namespace {

using test::MemoryDialer;
using test::Peer;
using testing::HasSubstr;

struct Seen {
  std::vector<Pop3Mail> mails;
  std::vector<std::optional<std::string>> headers;
  std::optional<net::Error> error;
};

net::Task<> look(net::Loop& loop, net::Dialer& dialer, Pop3Place place, Seen& seen) {
  const auto link = co_await Pop3Link::connect(loop, dialer, place);
  co_await link->log_in("joe", wire::Secret(std::string_view("secret")));
  seen.mails = co_await link->list();
  std::vector<wire::MessageNumber> numbers;
  for (const Pop3Mail& each : seen.mails)
    numbers.push_back(each.number);
  seen.headers = co_await link->headers(numbers);
  co_await link->quit();
}

net::Task<> look_and_tell(net::Loop& loop, net::Dialer& dialer, Pop3Place place, Seen& seen) {
  const auto done = co_await attempt(look(loop, dialer, std::move(place), seen));
  if (!done) seen.error = done.error();
}

class Pop3LinkTest : public testing::Test {
 protected:
  Pop3LinkTest() {
    dialer_.set_host(
        [this](net::Stream s) { server_ = std::make_unique<Peer>(loop_, std::move(s)); });
  }

  void begin(Pop3Place::Tls tls = Pop3Place::Tls::Off) {
    scope_.spawn(look_and_tell(loop_, dialer_, {.host = "old", .port = 110, .tls = tls}, seen_));
    loop_.settle();
  }

  // What was asked since the last answer.
  std::string answer(std::string_view octets) {
    server_->heard().clear();
    server_->say(octets);
    loop_.settle();
    return server_->heard();
  }

  void log_in(std::string_view capabilities) {
    begin();
    EXPECT_EQ(answer("+OK hello\r\n"), "USER joe\r\n");
    EXPECT_EQ(answer("+OK\r\n"), "PASS secret\r\n");
    EXPECT_EQ(answer("+OK\r\n"), "CAPA\r\n");
    EXPECT_EQ(answer(capabilities), "UIDL\r\n");
  }

  [[nodiscard]] net::Kind failed() const {
    return seen_.error ? seen_.error->kind : net::Kind::Internal;
  }

  net::Loop loop_{net::Time{std::chrono::hours(1)}};
  MemoryDialer dialer_{loop_, {}};
  std::unique_ptr<Peer> server_;
  Seen seen_;
  net::Scope scope_{[](const net::Error&) {}};
};

TEST_F(Pop3LinkTest, ReadsListsAndHeaders) {
  log_in("-ERR what?\r\n");
  EXPECT_EQ(answer("+OK\r\n1 a\r\n3 b c\r\n.\r\n"), "LIST\r\n");
  EXPECT_EQ(answer("+OK\r\n1 10\r\n3 20\r\n.\r\n"), "TOP 1 0\r\n");
  EXPECT_EQ(answer("+OK\r\nA: 1\r\n..x\r\n\r\n.\r\n"), "TOP 3 0\r\n");
  EXPECT_EQ(answer("-ERR no\r\n"), "QUIT\r\n");
  answer("+OK\r\n");

  EXPECT_FALSE(seen_.error);
  ASSERT_EQ(seen_.mails.size(), 2U);
  EXPECT_EQ(seen_.mails[1].number, wire::MessageNumber{3});
  EXPECT_EQ(seen_.mails[1].uidl, "b c");
  EXPECT_EQ(seen_.mails[1].octets, 20U);
  EXPECT_EQ(seen_.headers[0], "A: 1\r\n.x\r\n\r\n");
  EXPECT_EQ(seen_.headers[1], std::nullopt);
}

TEST_F(Pop3LinkTest, AsksForHeadersInOneGoWhereThatIsOffered) {
  log_in("+OK\r\nTOP\r\npipelining\r\n.\r\n");
  answer("+OK\r\n1 a\r\n2 b\r\n.\r\n");

  EXPECT_EQ(answer("+OK\r\n1 10\r\n2 20\r\n.\r\n"), "TOP 1 0\r\nTOP 2 0\r\n");
  EXPECT_EQ(answer("+OK\r\nA: 1\r\n.\r\n+OK\r\nB: 2\r\n.\r\n"), "QUIT\r\n");
  EXPECT_EQ(seen_.headers[1], "B: 2\r\n");
}

TEST_F(Pop3LinkTest, DoesWithoutAHeaderThatIsTooLarge) {
  log_in("-ERR\r\n");
  answer("+OK\r\n1 a\r\n.\r\n");
  answer("+OK\r\n1 10\r\n.\r\n");

  EXPECT_EQ(answer("+OK\r\n" + std::string(Pop3Link::kLineOctetsMax + 10, 'x') + "\r\n.\r\n"),
            "QUIT\r\n");
  EXPECT_EQ(seen_.headers[0], std::nullopt);
}

TEST_F(Pop3LinkTest, ARefusedLoginIsTold) {
  begin();
  answer("+OK\r\n");
  answer("+OK\r\n");
  answer("-ERR [AUTH] wrong\r\n");

  EXPECT_EQ(failed(), net::Kind::Refused);
  EXPECT_THAT(seen_.error->detail, HasSubstr("wrong"));
}

TEST_F(Pop3LinkTest, ListsThatDifferCountForNothing) {
  log_in("-ERR\r\n");
  answer("+OK\r\n1 a\r\n2 b\r\n.\r\n");
  answer("+OK\r\n1 10\r\n.\r\n");

  EXPECT_EQ(failed(), net::Kind::Malformed);
}

TEST_F(Pop3LinkTest, AListThatGoesBackCountsForNothing) {
  log_in("-ERR\r\n");
  answer("+OK\r\n2 a\r\n1 b\r\n.\r\n");

  EXPECT_EQ(failed(), net::Kind::Malformed);
}

TEST_F(Pop3LinkTest, AServerWithoutUidlCannotBeMovedFrom) {
  log_in("-ERR\r\n");
  answer("-ERR unknown command\r\n");

  EXPECT_EQ(failed(), net::Kind::Unavailable);
}

TEST_F(Pop3LinkTest, NoPasswordIsSaidWhereStlsIsRefused) {
  begin(Pop3Place::Tls::Stls);
  EXPECT_EQ(answer("+OK\r\n"), "STLS\r\n");
  EXPECT_EQ(answer("-ERR no TLS\r\n"), "");

  EXPECT_EQ(failed(), net::Kind::Tls);
}

TEST_F(Pop3LinkTest, OctetsBehindTheAnswerToStlsEndIt) {
  begin(Pop3Place::Tls::Stls);
  answer("+OK\r\n");
  answer("+OK begin\r\n+OK logged in\r\n");

  EXPECT_EQ(failed(), net::Kind::Malformed);
}

TEST_F(Pop3LinkTest, AServerThatSaysNothingIsGivenUp) {
  begin();
  loop_.turn_clock(Pop3Link::kPatience + std::chrono::seconds(5));

  EXPECT_EQ(failed(), net::Kind::Timeout);
}

}  // namespace
}  // namespace postern::upstream
