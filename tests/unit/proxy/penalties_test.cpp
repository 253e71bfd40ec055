// What failed logins cost, and whom.

#include "proxy/penalties.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::proxy {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Advice = Penalties::Advice;

class PenaltiesTest : public testing::Test {
 protected:
  // A login by somebody at an address, refused.
  net::Duration refuse(std::string_view user, std::string_view password, std::string_view at) {
    const wire::Secret secret(password);
    return penalties_.refused({"imap", user, secret, *net::Address::parse(at, 0)}, settings_, now_);
  }

  Advice consult(std::string_view user, std::string_view password, std::string_view at) {
    const wire::Secret secret(password);
    return penalties_.consult({"imap", user, secret, *net::Address::parse(at, 0)}, settings_, now_);
  }

  Penalties penalties_;
  conf::Auth settings_;
  net::Time now_{hours(100)};
};

TEST_F(PenaltiesTest, T017_TheDelayDoublesWithEachFailureUpToItsEnd) {
  EXPECT_EQ(refuse("joe", "a", "192.0.2.1"), seconds(2));
  EXPECT_EQ(refuse("joe", "b", "192.0.2.1"), seconds(4));
  EXPECT_EQ(refuse("ann", "c", "192.0.2.1"), seconds(8));
  EXPECT_EQ(refuse("joe", "d", "192.0.2.1"), seconds(15));
  EXPECT_EQ(refuse("joe", "e", "192.0.2.1"), seconds(15));
}

TEST_F(PenaltiesTest, T017_OtherNetworksAreNotDelayedMore) {
  refuse("joe", "a", "192.0.2.1");
  refuse("joe", "b", "192.0.2.1");

  EXPECT_EQ(refuse("joe", "c", "192.0.2.2"), seconds(2));
}

TEST_F(PenaltiesTest, T017_OneIpv6NetworkIsOneClient) {
  refuse("joe", "a", "2001:db8::1");

  EXPECT_EQ(refuse("joe", "b", "2001:db8::ffff:1"), seconds(4));
  EXPECT_EQ(refuse("joe", "c", "2001:db8:0:1::1"), seconds(2));
}

TEST_F(PenaltiesTest, T017_AnOldPhoneWithOneWrongPasswordIsNoAttack) {
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(refuse("joe", "old", "192.0.2.1"), seconds(2));

  EXPECT_EQ(consult("ann", "right", "192.0.2.1"), Advice::Ask);
}

TEST_F(PenaltiesTest, T017_AfterManyFailuresANetworkIsNotAskedForUntilTheHourIsOver) {
  settings_.throttle_per_address = conf::Rate{3, hours(1)};
  settings_.throttle_per_user = std::nullopt;
  refuse("joe", "a", "192.0.2.1");
  refuse("ann", "b", "192.0.2.1");
  EXPECT_EQ(consult("bob", "right", "192.0.2.1"), Advice::Ask);

  refuse("eve", "c", "192.0.2.1");

  EXPECT_EQ(consult("bob", "right", "192.0.2.1"), Advice::Throttled);
  EXPECT_EQ(consult("bob", "right", "192.0.2.2"), Advice::Ask);
  now_ += minutes(59);
  EXPECT_EQ(consult("bob", "right", "192.0.2.1"), Advice::Throttled);
  now_ += minutes(1);
  EXPECT_EQ(consult("bob", "right", "192.0.2.1"), Advice::Ask);
}

TEST_F(PenaltiesTest, T017_NobodyLocksAUserOutFromElsewhere) {
  settings_.throttle_per_user = conf::Rate{2, hours(1)};
  refuse("joe", "a", "192.0.2.1");
  refuse("joe", "b", "192.0.2.1");

  EXPECT_EQ(consult("joe", "right", "192.0.2.1"), Advice::Throttled);
  EXPECT_EQ(consult("ann", "right", "192.0.2.1"), Advice::Ask);
  EXPECT_EQ(consult("joe", "right", "198.51.100.1"), Advice::Ask);
}

TEST_F(PenaltiesTest, T021_OnlyThatVeryPasswordOfThatUserIsKnownWrong) {
  refuse("joe", "wrong", "192.0.2.1");

  EXPECT_EQ(consult("joe", "wrong", "198.51.100.1"), Advice::KnownWrong);
  EXPECT_EQ(consult("joe", "wrong2", "192.0.2.1"), Advice::Ask);
  EXPECT_EQ(consult("ann", "wrong", "192.0.2.1"), Advice::Ask);
  EXPECT_EQ(consult("joewrong", "", "192.0.2.1"), Advice::Ask);
}

TEST_F(PenaltiesTest, T021_AWrongPasswordIsForgottenInTime) {
  refuse("joe", "wrong", "192.0.2.1");
  now_ += settings_.negative_ttl - std::chrono::milliseconds(1);
  EXPECT_EQ(consult("joe", "wrong", "192.0.2.1"), Advice::KnownWrong);

  now_ += std::chrono::milliseconds(1);

  EXPECT_EQ(consult("joe", "wrong", "192.0.2.1"), Advice::Ask);
}

TEST_F(PenaltiesTest, T043_WhatIsRememberedIsBounded) {
  for (unsigned i = 0; i < Penalties::kEntriesMax + 1000; ++i) {
    const std::string address = "10." + std::to_string(i >> 16U) + "." +
                                std::to_string((i >> 8U) & 255U) + "." + std::to_string(i & 255U);
    refuse("joe", "a", address);
  }

  EXPECT_LE(penalties_.tracked(), Penalties::kEntriesMax);
}

}  // namespace
}  // namespace postern::proxy
