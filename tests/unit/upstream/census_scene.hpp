// A census of a known mailbox, at a server in the hands of the test.

#pragma once

#include "upstream/imap_census.hpp"
#include "wire/imap_response.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/world.hpp"

namespace postern::upstream {

// "2 5 6"
inline std::string text_of(const ListedMessages& messages) {
  std::string text;
  for (const ListedMessage& each : messages)
    text += (text.empty() ? "" : " ") + std::to_string(wire::raw(each.uid));
  return text;
}

inline std::string line_of(std::uint32_t number, std::uint32_t uid) {
  return "* " + std::to_string(number) + " FETCH (UID " + std::to_string(uid) + " RFC822.SIZE " +
         std::to_string(uid * 10) + " INTERNALDATE \"01-Jan-2024 00:00:00 +0000\")\r\n";
}

class CensusScene {
 public:
  // Answers a command, which comes without its tag, by all lines but the tagged one. That says OK,
  // unless "NO" stands in front of them.
  using Server = std::function<std::string(const std::string& command)>;

  CensusScene() {
    world_.dialer().set_host([this](net::Stream stream) {
      server_ = std::make_unique<test::Peer>(world_.loop(), std::move(stream));
    });
    account_.user = "joe";
    account_.secret = wire::Secret(std::string_view("secret"));
  }

  // The last visit found these.
  void know(const std::vector<std::uint32_t>& uids) {
    std::vector<ListedMessage> messages;
    for (const std::uint32_t uid : uids)
      messages.push_back({.uid = wire::Uid{uid}, .received = 1, .size = uid * 10});
    known.messages = std::move(messages);
    known.uid_next = uids.empty() ? 1 : uids.back() + 1;
    known.complete = true;
  }

  // The server tells without being asked.
  void tell(std::string_view line) {
    Ear& ear = news;
    ear.hear(wire::imap::parse_response(line));
  }

  // The verdict at a server with those capabilities, which has told that so many are there; or the
  // kind of what failed.
  std::string count(std::string_view capabilities, std::uint32_t exists, const Server& server) {
    return take(What::Count, capabilities, exists, server);
  }

  std::string search_all(std::string_view capabilities,
                         std::uint32_t exists,
                         const Server& server) {
    return take(What::SearchAll, capabilities, exists, server);
  }

  std::string look_for_strangers(std::string_view capabilities, const Server& server) {
    return take(What::Strangers, capabilities, 1, server);
  }

  [[nodiscard]] std::string left() const { return text_of(known.messages); }

  MailboxNews news{wire::imap::OpenFor::Reading};
  KnownMailbox known;
  bool resynced = false;
  bool changed = false;
  std::vector<std::string> asked;

 private:
  enum class What : std::uint8_t { Count, SearchAll, Strangers };

  std::string take(What what,
                   std::string_view capabilities,
                   std::uint32_t exists,
                   const Server& server) {
    tell("* " + std::to_string(exists) + " EXISTS");
    scope_.spawn(visit(what));
    world_.loop().settle();
    const std::string list = std::string(capabilities) + " AUTH=PLAIN SASL-IR";
    say("* OK [CAPABILITY " + list + "] ready\r\n");
    const std::string login = hear();
    say(login.substr(0, login.find(' ')) + " OK [CAPABILITY " + list + "] in\r\n");
    while (!end_) {
      const std::string line = hear();
      if (!line.ends_with("\r\n")) return "nothing is asked, and nothing comes of it";
      answer(line, server);
    }
    return std::exchange(end_, {}).value();
  }

  void answer(const std::string& line, const Server& server) {
    const std::size_t blank = line.find(' ');
    const std::string tag = line.substr(0, blank);
    asked.push_back(line.substr(blank + 1, line.size() - blank - 3));
    std::string lines = server(asked.back());
    const bool is_refusal = lines.starts_with("NO");
    if (is_refusal) lines.erase(0, 2);
    say(lines + tag + (is_refusal ? " NO no\r\n" : " OK done\r\n"));
  }

  void say(const std::string& octets) {
    server_->say(octets);
    world_.loop().settle();
  }

  std::string hear() {
    world_.loop().settle();
    return std::exchange(server_->heard(), {});
  }

  net::Task<> visit(What what) {
    const auto link = co_await world_.snapshot().upstreams.front()->call({account_, facts_, log_});
    Census census(*link, news, known, resynced);
    auto told = co_await attempt(ask(census, what));
    changed = census.changed();
    end_ = told ? std::move(*told) : std::string(net::name_of(told.error().kind));
  }

  static net::Task<std::string> ask(Census& census, What what) {
    switch (what) {
      case What::Count: {
        const auto verdict = co_await census.count("");
        co_return name_of(verdict);
      }
      case What::SearchAll: {
        const auto verdict = co_await census.search_all();
        co_return name_of(verdict);
      }
      case What::Strangers:
        break;
    }
    const bool found = co_await census.finds_strangers();
    co_return found ? "strangers" : "none";
  }

  static std::string name_of(Census::Verdict verdict) {
    switch (verdict) {
      case Census::Verdict::Proven:
        return "proven";
      case Census::Verdict::Searched:
        return "searched";
      case Census::Verdict::Unproven:
        return "unproven";
      case Census::Verdict::BrokeRules:
        return "broke rules";
    }
    return "none";
  }

  test::World world_;
  metrics::Log nowhere_{{.descriptor = -1}, {.level = metrics::Level::Error}};
  metrics::SessionLog log_{nowhere_, {.session = "s1"}};
  Account account_;
  ClientFacts facts_;
  std::unique_ptr<test::Peer> server_;
  std::optional<std::string> end_;
  net::Scope scope_{[](const net::Error&) {}};
};

}  // namespace postern::upstream
