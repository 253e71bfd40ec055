// One Relay, and the servers behind it in the hands of a test: each connection that it makes is a
// Peer, who says and hears what the test wants.
//
//   RelayScene scene;
//   scene.enter(Standing::Own);
//   scene.say("220 ready\r\n");
//   EXPECT_EQ(scene.heard(), "EHLO gate.example.net\r\n");
//
// The upstream is imap.example.net (whose certificate there is), without TLS unless the test
// changes the settings; the client is joe at 192.0.2.7, whose password is "secret".

#pragma once

#include "metrics/registry.hpp"
#include "net/scope.hpp"
#include "upstream/relay.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/memory_dialer.hpp"
#include "tests/support/peer.hpp"
#include "tests/support/world.hpp"
#include "tests/unit/metrics/log_support.hpp"

namespace postern::upstream {

class RelayScene {
 public:
  using Change = std::function<void(conf::Upstream&)>;

  explicit RelayScene(const Change& change = nullptr) : settings_(made(change)) {
    registry_.names().configure({.upstreams = {{.name = "smtp", .backends = 2}}});
    const std::shared_ptr<const net::TlsContext> tls =
        settings_.tls == conf::UpstreamTls::Off ? nullptr : test::client_tls();
    relay_ = std::make_unique<Relay>(Surroundings{loop, dialer, random_, registry_.recorder(), own},
                                     settings_,
                                     registry_.names().upstream("smtp"),
                                     tls,
                                     Relay::Terms{.own_name = "gate.example.net"});
    dialer.set_host([this](net::Stream stream) {
      peers_.push_back(std::make_unique<test::Peer>(loop, std::move(stream)));
      if (begins_with_tls) peers_.back()->start_tls(test::server_tls());
    });
    account.user = "joe";
    account.secret = wire::Secret(std::string_view("secret"));
    facts.client = *net::Address::parse("192.0.2.7", 50007);
    facts.listener = *net::Address::parse("203.0.113.1", 587);
  }

  RelayScene(const RelayScene&) = delete;
  RelayScene& operator=(const RelayScene&) = delete;

  ~RelayScene() {
    dialer.set_host(nullptr);
    result.reset();
  }

  [[nodiscard]] Relay& relay() { return *relay_; }

  // ---- what the gateway does
  void enter(Standing standing, bool with_account = true) {
    result.reset();
    scope_.spawn(entering({.account = with_account ? &account : nullptr,
                           .facts = facts,
                           .helo = helo,
                           .standing = standing,
                           .log = session_log_,
                           .answer = &answer}));
    loop.settle();
  }

  void visit() {
    found.reset();
    scope_.spawn(visiting());
    loop.settle();
  }

  // So many at a time want to know what is offered; `learned` counts those who have their answer.
  void learn(int many) {
    for (int i = 0; i < many; ++i)
      scope_.spawn(learning());
    loop.settle();
  }

  // Through EHLO to where the first command of a login comes, on a server with that offer; answers
  // that command.
  std::string up_to_login(std::string_view offer, Standing standing = Standing::Own) {
    enter(standing);
    say("220 smtp.example.net ESMTP\r\n");
    EXPECT_EQ(heard(), "EHLO gate.example.net\r\n");
    say(offer);
    return heard();
  }

  // The link that came about; none is a failure.
  SmtpLink& link() {
    EXPECT_TRUE(result && *result) << (result ? result->error().detail : "still on its way");
    return **result.value();
  }

  [[nodiscard]] net::Error error() const {
    EXPECT_TRUE(result && !*result);
    return result && !*result ? result->error()
                              : net::Error{net::Kind::Internal, net::Origin::Here, "no error"};
  }

  // ---- what the server does
  [[nodiscard]] test::Peer& server() { return *peers_.back(); }

  void say(std::string_view octets) {
    server().say(octets);
    loop.settle();
  }

  // What it has heard since it was asked last.
  std::string heard() {
    loop.settle();
    return peers_.empty() ? std::string() : std::exchange(server().heard(), {});
  }

  void secure_server() {
    server().start_tls(test::server_tls());
    loop.settle();
  }

  // ---- what the operator sees
  [[nodiscard]] std::string log_text() {
    log_.flush(std::chrono::seconds(10));
    return file_.text();
  }

  [[nodiscard]] bool shows(std::string_view line) {
    return registry_.exposition().find("\n" + std::string(line) + "\n") != std::string::npos;
  }

  net::Loop loop{net::Time(std::chrono::hours(1))};
  test::MemoryDialer dialer{loop, {}};
  OwnAddresses own;
  Account account;
  ClientFacts facts;
  std::string helo = "phone.example.org";
  AuthAnswer answer;
  bool begins_with_tls = false;
  int learned = 0;
  std::optional<net::Result<std::unique_ptr<SmtpLink>>> result;
  std::optional<net::Result<std::string>> found;

 private:
  static conf::Upstream made(const Change& change) {
    conf::Upstream settings;
    settings.name = "smtp";
    settings.url.to = {.host = "imap.example.net", .port = 587};  // as the certificate says
    settings.tls = conf::UpstreamTls::Off;
    if (change) change(settings);
    return settings;
  }

  net::Task<> entering(Sending sending) { result = co_await attempt(relay_->enter(sending)); }

  net::Task<> learning() {
    (void)co_await attempt(relay_->learn(session_log_));
    ++learned;
  }

  net::Task<> visiting() { found = co_await attempt(relay_->visit(session_log_)); }

  conf::Upstream settings_;
  metrics::MemoryFile file_;
  metrics::Registry registry_;
  metrics::Log log_{{.descriptor = file_.descriptor(), .key = {}},
                    {.level = metrics::Level::Debug}};
  metrics::SessionLog session_log_{log_, {.session = "s1", .listener = "submission"}};
  net::Random random_{1};
  std::vector<std::unique_ptr<test::Peer>> peers_;
  std::unique_ptr<Relay> relay_;
  net::Scope scope_{[](const net::Error&) {}};
};

}  // namespace postern::upstream
