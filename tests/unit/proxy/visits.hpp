// Many visits to a mailbox that lives its own life between them, through one gateway: what LIST and
// UIDL say each time, and what the server was asked for it.

#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/mail_server.hpp"
#include "tests/support/world.hpp"

namespace postern::test {

inline constexpr const char* kBare = "IMAP4rev1 UIDPLUS";
inline constexpr const char* kEsearch = "IMAP4rev1 UIDPLUS ESEARCH";
inline constexpr const char* kQresync = "IMAP4rev1 UIDPLUS ESEARCH ENABLE CONDSTORE QRESYNC";

// One line of the list that a client gets from LIST and UIDL together.
struct Shown {
  std::uint32_t validity = 0;
  std::uint32_t uid = 0;
  std::uint64_t size = 0;

  friend bool operator==(const Shown&, const Shown&) = default;
};

using ShownList = std::vector<Shown>;

inline ShownList list_of(const StoredMailbox& box, std::size_t window = 0) {
  ShownList list;
  const std::size_t hidden =
      window == 0 || box.mails.size() <= window ? 0 : box.mails.size() - window;
  for (std::size_t i = hidden; i < box.mails.size(); ++i)
    list.push_back({box.uid_validity, box.mails[i].uid, box.mails[i].size()});
  return list;
}

// What one visit made of the mailbox: nothing where the client was told that something failed.
inline std::optional<ShownList> parse_lists(std::string_view heard) {
  const auto next_line = [&heard] {
    const std::size_t end = std::min(heard.find("\r\n"), heard.size());
    const std::string_view line = heard.substr(0, end);
    heard.remove_prefix(std::min(end + 2, heard.size()));
    return line;
  };
  // Of "7 text", the text; up to the line with the dot.
  const auto listing = [&]() -> std::optional<std::vector<std::string>> {
    std::vector<std::string> texts;
    if (!next_line().starts_with("+OK")) return std::nullopt;
    while (true) {
      if (heard.empty()) return std::nullopt;
      const std::string_view line = next_line();
      if (line == ".") return texts;
      texts.emplace_back(line.substr(line.find(' ') + 1));
    }
  };
  while (!heard.empty() && next_line() != "+OK logged in") {
  }
  const auto sizes = listing();
  const auto uidls = sizes ? listing() : std::nullopt;
  if (!uidls || sizes->size() != uidls->size()) return std::nullopt;
  ShownList list;
  for (std::size_t i = 0; i < sizes->size(); ++i) {
    const std::string& uidl = uidls->at(i);
    list.push_back({static_cast<std::uint32_t>(std::stoul(uidl.substr(8), nullptr, 16)),
                    static_cast<std::uint32_t>(std::stoul(uidl.substr(0, 8), nullptr, 16)),
                    std::stoull(sizes->at(i))});
  }
  return list;
}

// A gateway that lives through many visits to one mailbox.
class Visits {
 public:
  explicit Visits(std::uint64_t seed = 1, std::vector<std::string> assignments = {})
      : world_({.assignments = std::move(assignments), .seed = seed}) {}

  // Joe's, unless it is somebody else who visits.
  [[nodiscard]] StoredMailbox& inbox() { return store_.inbox(user_); }

  // From now on this user visits, whose mailbox is made if it is not there.
  void turn_to(const std::string& user) {
    user_ = user;
    if (!store_.accounts.contains(user)) {
      store_.accounts.emplace(user, MailStore::with_account(user, "secret").accounts.at(user));
    }
  }

  [[nodiscard]] World& world() { return world_; }

  // From now on the mailbox is served so.
  void serve(MailServerWishes wishes) {
    world_.dialer().set_host(nullptr);
    server_ = std::make_unique<MailServer>(world_.loop(), store_, std::move(wishes));
    world_.dialer().set_host([this](net::Stream s) { server_->take(std::move(s)); });
  }

  void fill(std::uint32_t messages) {
    const auto octets = std::make_shared<const std::string>("Subject: x\r\n\r\n");
    for (std::uint32_t i = 0; i < messages; ++i)
      inbox().add(StoredMail{.octets = octets, .told_size = inbox().uid_next % 1000 + 10});
  }

  // Whoever has these UIDs goes.
  void expunge(const std::vector<std::uint32_t>& uids) {
    std::erase_if(inbox().mails, [&](const StoredMail& mail) {
      return std::ranges::find(uids, mail.uid) != uids.end();
    });
  }

  void expunge_all() { inbox().mails.clear(); }

  // All that a client hears that says this.
  std::string say(std::string_view commands) {
    const auto client = world_.connect("pop3");
    client->say("USER " + user_ + "\r\nPASS secret\r\n" + std::string(commands) + "QUIT\r\n");
    world_.loop().settle();
    std::string heard = std::move(client->heard());
    return heard;
  }

  std::optional<ShownList> look() {
    first_asked_ = server_->asked().size();
    heard_ = say("LIST\r\nUIDL\r\n");
    return parse_lists(heard_);
  }

  // What the server was asked during the last look that begins so.
  [[nodiscard]] std::vector<std::string> asked(std::string_view beginning) const {
    std::vector<std::string> asked;
    for (std::size_t i = first_asked_; i < server_->asked().size(); ++i) {
      if (server_->asked()[i].starts_with(beginning)) asked.push_back(server_->asked()[i]);
    }
    return asked;
  }

  [[nodiscard]] const std::string& heard() const { return heard_; }

  [[nodiscard]] double opened(std::string_view how) {
    return world_.metric("postern_pop3_maildrop_open_duration_seconds_count{cache=\"" +
                         std::string(how) + "\"}");
  }

 private:
  World world_;
  MailStore store_ = MailStore::with_account("joe", "secret");
  std::string user_ = "joe";
  std::unique_ptr<MailServer> server_;
  std::size_t first_asked_ = 0;
  std::string heard_;
};

}  // namespace postern::test
