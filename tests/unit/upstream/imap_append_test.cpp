// APPEND against a server in the hands of the test: when the octets leave, and what is known when
// it goes wrong at any place.

#include "upstream/imap_append.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/world.hpp"

namespace postern::upstream {
namespace {

using net::Kind;

// Hands out what it was given, piece by piece.
class Pieces final : public OctetSource {
 public:
  explicit Pieces(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}

  net::Task<std::string_view> next() override {
    co_return at_ == pieces_.size() ? std::string_view() : std::string_view(pieces_[at_++]);
  }

 private:
  std::vector<std::string> pieces_;
  std::size_t at_ = 0;
};

class ImapAppendTest : public testing::Test {
 protected:
  ImapAppendTest() {
    world_.dialer().set_host([this](net::Stream stream) {
      server_ = std::make_unique<test::Peer>(world_.loop(), std::move(stream));
    });
    account_.user = "joe";
    account_.secret = wire::Secret(std::string_view("secret"));
  }

  // Appends pieces to Sent, on a link that was logged in to a server with those capabilities;
  // answers what the server hears of it. `announced` is what they are said to have together.
  std::string append(std::string_view capabilities,
                     std::vector<std::string> pieces,
                     std::optional<std::uint64_t> announced = {}) {
    std::uint64_t octets = 0;
    for (const std::string& piece : pieces)
      octets += piece.size();
    scope_.spawn(run(std::move(pieces), announced.value_or(octets)));
    world_.loop().settle();
    const std::string list = std::string(capabilities) + " AUTH=PLAIN SASL-IR";
    say("* OK [CAPABILITY " + list + "] ready\r\n");
    const std::string login = heard();
    say(login.substr(0, login.find(' ')) + " OK [CAPABILITY " + list + "] in\r\n");
    return with_tag(heard());
  }

  void say(const std::string& octets) {
    server_->say(octets);
    world_.loop().settle();
  }

  void answer(const std::string& words) { say(tag_ + " " + words + "\r\n"); }

  std::string heard() {
    world_.loop().settle();
    return std::exchange(server_->heard(), {});
  }

  [[nodiscard]] std::string ended() const {
    if (!end_) return "still on its way";
    return *end_ ? "done" : std::string(net::name_of(end_->error().kind));
  }

  void end_server() {
    server_->close();
    world_.loop().settle();
  }

  void wait(net::Duration duration) {
    world_.loop().turn_clock(duration);
    world_.loop().settle();
  }

  bool said_ = false;
  std::optional<net::Result<>> end_;

 private:
  std::string with_tag(std::string text) {
    tag_ = text.substr(0, text.find(' '));
    return "<tag>" + text.substr(std::min(tag_.size(), text.size()));
  }

  net::Task<> run(std::vector<std::string> pieces, std::uint64_t octets) {
    Pieces source(std::move(pieces));
    const auto link = co_await world_.snapshot().upstreams.front()->call({account_, facts_, log_});
    ImapAppend append(*link,
                      {.mailbox = "Sent", .flags = "(\\Seen)", .unix_time = 0, .octets = octets});
    end_ = co_await attempt(append.run(source));
    said_ = append.is_said();
  }

  test::World world_;
  metrics::Log nowhere_{{.descriptor = -1}, {.level = metrics::Level::Error}};
  metrics::SessionLog log_{nowhere_, {.session = "s1"}};
  Account account_;
  ClientFacts facts_;
  std::unique_ptr<test::Peer> server_;
  std::string tag_;
  net::Scope scope_{[](const net::Error&) {}};
};

constexpr std::string_view kHead = "<tag> APPEND \"Sent\" (\\Seen) \"01-Jan-1970 00:00:00 +0000\" ";

TEST_F(ImapAppendTest, WaitsForTheGoAhead) {
  EXPECT_EQ(append("IMAP4rev1", {"hello\r\n", "world\r\n"}), std::string(kHead) + "{14}\r\n");
  EXPECT_EQ(heard(), "");
  say("+ go on\r\n");
  EXPECT_EQ(heard(), "hello\r\nworld\r\n\r\n");
  EXPECT_EQ(ended(), "still on its way");

  answer("OK [APPENDUID 1 1] done");
  EXPECT_EQ(ended(), "done");
}

TEST_F(ImapAppendTest, SendsAShortMessageAtOnceWhereItMay) {
  const std::string all = std::string(kHead) + "{7+}\r\nhello\r\n\r\n";
  EXPECT_EQ(append("IMAP4rev1 LITERAL-", {"hello\r\n"}), all);
  answer("OK done");
  EXPECT_EQ(ended(), "done");
  EXPECT_EQ(append("IMAP4rev1 LITERAL+", {"hello\r\n"}), all);
}

TEST_F(ImapAppendTest, S038_ALargeMessageWaitsWhereItNeedNotSoThatQuotaComesFirst) {
  EXPECT_EQ(append("IMAP4rev1 LITERAL+", {std::string(4097, 'x')}),
            std::string(kHead) + "{4097}\r\n");
  answer("NO [OVERQUOTA] full");

  EXPECT_EQ(ended(), "denied");
  EXPECT_EQ(end_->error().code, "OVERQUOTA");
  EXPECT_FALSE(said_);
  EXPECT_FALSE(heard().contains("x"));
}

TEST_F(ImapAppendTest, S038_ARefusalIsForGoodUnlessItSaysOtherwise) {
  for (const auto& [words, kind] : std::vector<std::pair<std::string, std::string>>{
           {"NO [TOOBIG] too much", "denied"},
           {"NO no", "denied"},
           {"BAD what", "denied"},
           {"NO [AUTHORIZATIONFAILED] not yours", "denied"},
           {"NO [UNAVAILABLE] later", "unavailable"},
           {"NO [SERVERBUG] oops", "unavailable"},
           {"NO [INUSE] locked", "in_use"}}) {
    (void)append("IMAP4rev1", {"hello\r\n"});
    answer(words);
    EXPECT_EQ(ended(), kind) << words;
    EXPECT_FALSE(said_);

    (void)append("IMAP4rev1", {"hello\r\n"});
    say("+\r\n");
    answer(words);
    EXPECT_EQ(ended(), kind) << words;
    EXPECT_FALSE(said_) << "the server has answered";
  }
}

TEST_F(ImapAppendTest, S039_BeforeTheLastOctetNothingHasHappened) {
  (void)append("IMAP4rev1", {"hello\r\n"});
  end_server();
  EXPECT_EQ(ended(), "closed");
  EXPECT_FALSE(said_);
}

TEST_F(ImapAppendTest, S039_BehindTheLastOctetNobodyKnows) {
  (void)append("IMAP4rev1", {"hello\r\n"});
  say("+\r\n");
  end_server();
  EXPECT_EQ(ended(), "closed");
  EXPECT_TRUE(said_);

  (void)append("IMAP4rev1", {"hello\r\n"});
  say("+\r\n");
  wait(ImapAppend::kStoring + std::chrono::seconds(1));
  EXPECT_EQ(ended(), "timeout");
  EXPECT_TRUE(said_);
}

TEST_F(ImapAppendTest, S039_OctetsThatFailEndTheLinkInTheMiddle) {
  (void)append("IMAP4rev1", {"hello\r\n"}, 1000);
  say("+\r\n");

  EXPECT_EQ(ended(), "internal");
  EXPECT_FALSE(said_);
  EXPECT_EQ(heard(), "hello\r\n") << "no LOGOUT within a message";
}

TEST_F(ImapAppendTest, ADoneBeforeTheOctetsIsNotBelieved) {
  (void)append("IMAP4rev1", {"hello\r\n"});
  answer("OK done");

  EXPECT_EQ(ended(), "protocol");
  EXPECT_FALSE(said_);
}

}  // namespace
}  // namespace postern::upstream
