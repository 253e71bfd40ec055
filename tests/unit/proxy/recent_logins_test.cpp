// Who may send because mail was read from the same place: that account, from that address, for a
// while, and not too often.

#include "proxy/recent_logins.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::proxy {
namespace {

using Advice = RecentLogins::Advice;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr net::Time kNow{hours(100)};

net::Address at(const std::string& text, std::uint16_t port = 4711) {
  return *net::Address::parse(text, port);
}

class RecentLoginsTest : public testing::Test {
 protected:
  Advice ask(const std::string& from, const std::string& sender, net::Time now = kNow) {
    return logins_.consult(at(from, 99), sender, settings_, now);
  }

  conf::Submission settings_;
  RecentLogins logins_;
};

TEST_F(RecentLoginsTest, S041_OnlyTheAddressAndItsAccountMaySend) {
  logins_.note(at("192.0.2.7"), "joe@example.net", "joe@example.net", kNow);
  logins_.note(at("2001:db8::7"), "ann", "ann@example.net", kNow);

  EXPECT_EQ(ask("192.0.2.7", "joe@example.net"), Advice::Send);
  EXPECT_EQ(ask("192.0.2.7", "Joe@Example.Net"), Advice::Send);
  EXPECT_EQ(ask("192.0.2.7", "ann@example.net"), Advice::Stranger);
  EXPECT_EQ(ask("192.0.2.8", "joe@example.net"), Advice::Stranger);
  EXPECT_EQ(ask("2001:db8::7", "ann@example.net"), Advice::Send) << "the upstream's name";
  EXPECT_EQ(ask("2001:db8::8", "ann@example.net"), Advice::Stranger) << "not the /64";
}

TEST_F(RecentLoginsTest, S041_ALoginIsForgottenAfterAWhile) {
  logins_.note(at("192.0.2.7"), "joe@example.net", "joe@example.net", kNow);

  EXPECT_EQ(ask("192.0.2.7", "joe@example.net", kNow + minutes(30) - seconds(1)), Advice::Send);
  EXPECT_EQ(ask("192.0.2.7", "joe@example.net", kNow + minutes(30)), Advice::Stranger);
  logins_.note(at("192.0.2.7"), "joe@example.net", "joe@example.net", kNow + minutes(40));
  EXPECT_EQ(ask("192.0.2.7", "joe@example.net", kNow + minutes(69)), Advice::Send);
}

TEST_F(RecentLoginsTest, S041_SoManyMessagesAnHourAndAnotherLoginIsNoWayAround) {
  logins_.note(at("192.0.2.7"), "joe@example.net", "joe@example.net", kNow);
  logins_.note(at("192.0.2.7"), "ann@example.net", "ann@example.net", kNow);
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(ask("192.0.2.7", "joe@example.net"), Advice::Send) << i;

  logins_.note(at("192.0.2.7"), "joe@example.net", "joe@example.net", kNow + minutes(50));
  EXPECT_EQ(ask("192.0.2.7", "joe@example.net", kNow + minutes(50)), Advice::TooMany);
  EXPECT_EQ(ask("192.0.2.7", "ann@example.net"), Advice::Send) << "each account by itself";
  EXPECT_EQ(ask("192.0.2.7", "joe@example.net", kNow + minutes(60)), Advice::Send);

  settings_.pop_rate.reset();
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(ask("192.0.2.7", "joe@example.net"), Advice::Send);
}

TEST_F(RecentLoginsTest, S041_AnAddressHasSoManyAccountsAndTheOldestGoes) {
  for (std::size_t i = 0; i <= RecentLogins::kAccountsMax; ++i) {
    const std::string user = std::to_string(i) + "@example.net";
    logins_.note(at("192.0.2.7"), user, user, kNow + seconds(i));
  }

  EXPECT_EQ(ask("192.0.2.7", "0@example.net"), Advice::Stranger);
  EXPECT_EQ(ask("192.0.2.7", "1@example.net"), Advice::Send);
  EXPECT_EQ(ask("192.0.2.7", "8@example.net"), Advice::Send);
}

TEST_F(RecentLoginsTest, S041_TheTableIsBoundedAndTheOldestAddressesGo) {
  const auto address = [](std::size_t i) {
    return "10." + std::to_string(i >> 16U) + "." + std::to_string((i >> 8U) & 255U) + "." +
           std::to_string(i & 255U);
  };
  for (std::size_t i = 0; i <= RecentLogins::kAddressesMax; ++i) {
    logins_.note(
        at(address(i)), "joe@example.net", "joe@example.net", kNow + std::chrono::milliseconds(i));
  }

  EXPECT_EQ(ask(address(0), "joe@example.net"), Advice::Stranger);
  EXPECT_EQ(ask(address(RecentLogins::kAddressesMax / 2), "joe@example.net"), Advice::Send);
  EXPECT_EQ(ask(address(RecentLogins::kAddressesMax), "joe@example.net"), Advice::Send);
}

}  // namespace
}  // namespace postern::proxy
