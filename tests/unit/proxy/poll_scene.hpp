// A user, joe, who polls an IMAP server in memory through the gateway, one session after the other.

#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/mail_server.hpp"
#include "tests/support/world.hpp"

namespace postern::proxy {

// Who comes.
struct Visitor {
  std::string_view user = "joe";
  std::string_view password = "secret";
};

class PollScene {
 public:
  static constexpr std::string_view kAskAll = "STAT\r\nLIST\r\nUIDL\r\n";

  explicit PollScene(std::vector<std::string> assignments)
      : world_({.assignments = std::move(assignments)}) {
    serve({});
  }

  // From now on the mailbox is served so.
  void serve(test::MailServerWishes wishes) {
    world_.dialer().set_host(nullptr);
    server_.emplace(world_.loop(), store_, std::move(wishes));
    world_.dialer().set_host([this](net::Stream s) { server_->take(std::move(s)); });
  }

  [[nodiscard]] test::World& world() { return world_; }

  [[nodiscard]] test::MailServer& server() { return *server_; }

  [[nodiscard]] test::MailStore& store() { return store_; }

  [[nodiscard]] test::StoredMailbox& inbox() { return store_.inbox("joe"); }

  // New mail of 16 octets.
  void add(std::string_view date = "01-Jan-2024 00:00:00 +0000") {
    inbox().add(test::StoredMail{.octets = octets_, .date = std::string(date)});
  }

  // A whole session, QUIT included, and the time that a refusal is delayed by; what the client
  // heard behind the greeting.
  std::string poll(std::string_view commands = kAskAll, const Visitor& visitor = {}) {
    const auto client = world_.connect("pop3");
    world_.loop().settle();
    client->heard().clear();
    client->say(login_of(visitor) + std::string(commands) + "QUIT\r\n");
    world_.loop().settle();
    world_.loop().turn_clock(std::chrono::seconds(5));
    world_.loop().settle();
    return client->heard();
  }

  // A session that goes on: it is logged in, and that is all.
  [[nodiscard]] std::unique_ptr<test::Peer> log_in() {
    auto client = world_.connect("pop3");
    client->say(login_of({}));
    world_.loop().settle();
    return client;
  }

  // How often the server was shown a password.
  [[nodiscard]] std::ptrdiff_t logins() const {
    return std::ranges::count_if(server_->asked(), [](const std::string& command) {
      return command.starts_with("LOGIN") || command.starts_with("AUTHENTICATE");
    });
  }

 private:
  static std::string login_of(const Visitor& visitor) {
    return "USER " + std::string(visitor.user) + "\r\nPASS " + std::string(visitor.password) +
           "\r\n";
  }

  std::shared_ptr<const std::string> octets_ =
      std::make_shared<const std::string>("Subject: one\r\n\r\n");
  test::World world_;
  test::MailStore store_ = test::MailStore::with_account("joe", "secret");
  std::optional<test::MailServer> server_;
};

}  // namespace postern::proxy
