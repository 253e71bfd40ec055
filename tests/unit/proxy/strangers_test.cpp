// Many users on one loop, who share its blocks of memory: whatever the others do, who reads, who
// stops reading and who goes in the middle of a mail, nobody sees an octet of somebody else's.

#include "proxy/serve.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/support/mail_server.hpp"
#include "tests/support/world.hpp"

namespace postern::proxy {
namespace {

using test::MailServer;
using test::MailStore;
using test::Peer;
using test::World;

constexpr int kUsers = 6;

// Stands in all that is a user's, and in nothing else.
std::string mark_of(int user) {
  return "<<" + std::string(3, static_cast<char>('P' + user)) + ">>";
}

std::string name_of(int user) {
  return "u" + std::to_string(user);
}

// A mail of about so many octets that is the user's all over.
std::string mail_of(int user, std::size_t octets) {
  std::string mail = "Subject: " + mark_of(user) + "\r\n\r\n";
  while (mail.size() < octets)
    mail += mark_of(user) + " " + mark_of(user) + "\r\n";
  return mail;
}

// Someone who is connected.
struct Visit {
  int user = 0;
  std::unique_ptr<Peer> peer;
};

class StrangersTest : public testing::Test {
 protected:
  StrangersTest() {
    world_.dialer().set_host([this](net::Stream s) { server_.take(std::move(s)); });
    for (int user = 0; user < kUsers; ++user) {
      const MailStore one = MailStore::with_account(name_of(user), "pass" + mark_of(user));
      store_.accounts.insert(one.accounts.begin(), one.accounts.end());
      for (const std::size_t octets : std::vector<std::size_t>{100, 3000, 40'000, 300'000})
        store_.inbox(name_of(user)).add(mail_of(user, octets));
    }
  }

  void come(int user, bool speaks_imap) {
    Visit visit{.user = user, .peer = world_.connect(speaks_imap ? "imap" : "pop3")};
    const std::string name = name_of(user);
    const std::string password = "pass" + mark_of(user);
    visit.peer->say(speaks_imap ? "a LOGIN " + name + " \"" + password +
                                      "\"\r\nb SELECT INBOX\r\nc UID FETCH 1:* BODY.PEEK[]\r\n"
                                : "USER " + name + "\r\nPASS " + password +
                                      "\r\nLIST\r\nRETR 1\r\nRETR 2\r\nRETR 4\r\nRETR 3\r\n");
    visits_.push_back(std::move(visit));
  }

  // Something happens at random.
  void go_on() {
    if (visits_.size() < 4 || random_() % 3 == 0) {
      come(static_cast<int>(random_() % kUsers), random_() % 2 == 0);
    }
    const std::size_t which = random_() % visits_.size();
    switch (random_() % 6) {
      case 0:
        visits_[which].peer->stop_listening();
        break;
      case 1:
        visits_[which].peer->listen();
        break;
      case 2:
        leave(which);
        break;
      default:
        world_.loop().settle();
    }
  }

  void leave(std::size_t which) {
    Visit& visit = visits_[which];
    random_() % 2 == 0 ? visit.peer->close() : visit.peer->reset();
    world_.loop().settle();
    check(visit);
    visits_.erase(visits_.begin() + static_cast<std::ptrdiff_t>(which));
  }

  void check(const Visit& visit) {
    for (int user = 0; user < kUsers; ++user) {
      const bool is_heard = visit.peer->heard().contains(mark_of(user));
      if (user == visit.user) {
        own_ += is_heard ? 1 : 0;
      } else {
        EXPECT_FALSE(is_heard) << name_of(visit.user) << " heard of " << name_of(user);
      }
    }
  }

  std::mt19937_64 random_{63};
  World world_{{.next_piece = [this] { return 1 + random_() % 30'000; }}};
  MailStore store_;
  MailServer server_{world_.loop(), store_};
  std::vector<Visit> visits_;
  int own_ = 0;
};

TEST_F(StrangersTest, T063_NobodyHearsAnOctetOfAnother) {
  for (int step = 0; step < 1500; ++step)
    go_on();
  while (!visits_.empty())
    leave(0);

  EXPECT_GT(own_, 100) << "or nobody heard anything";
}

}  // namespace
}  // namespace postern::proxy
