// Who may connect.

#include "proxy/admission.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace postern::proxy {
namespace {

using metrics::RejectReason;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class AdmissionTest : public testing::Test {
 protected:
  Admission::Answer ask(std::string_view from) {
    return admission_.ask(
        *net::Address::parse(from, 50000), listener_, settings_, connections_max_, now_);
  }

  // Somebody who stays.
  bool comes(std::string_view from) {
    auto answer = ask(from);
    if (answer.admitted) guests_.push_back(std::move(*answer.admitted));
    return answer.admitted.has_value();
  }

  Admission admission_;
  conf::Settings settings_;
  conf::Listener listener_;
  std::size_t connections_max_ = 1000;
  net::Time now_{hours(100)};
  std::vector<Admitted> guests_;
};

TEST_F(AdmissionTest, T045_OneAddressHasSoManyConnections) {
  settings_.limits.per_address_connections = 2;
  EXPECT_TRUE(comes("192.0.2.1"));
  EXPECT_TRUE(comes("192.0.2.1"));

  EXPECT_EQ(ask("192.0.2.1").reason, RejectReason::PerAddress);

  EXPECT_FALSE(ask("192.0.2.1").admitted);
  EXPECT_TRUE(comes("192.0.2.2"));
  guests_.erase(guests_.begin());
  EXPECT_TRUE(comes("192.0.2.1"));
}

TEST_F(AdmissionTest, T045_OneIpv6NetworkIsOneAddress) {
  settings_.limits.per_address_connections = 1;
  EXPECT_TRUE(comes("2001:db8::1"));

  EXPECT_FALSE(comes("2001:db8::2"));

  EXPECT_TRUE(comes("2001:db8:0:1::1"));
}

TEST_F(AdmissionTest, T045_OneAddressHasSoManyNewConnectionsInATime) {
  settings_.limits.per_address_new = conf::Rate{3, minutes(1)};
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(ask("192.0.2.1").admitted);

  EXPECT_EQ(ask("192.0.2.1").reason, RejectReason::Rate);

  EXPECT_FALSE(ask("192.0.2.1").admitted);
  now_ += minutes(1);
  EXPECT_TRUE(ask("192.0.2.1").admitted);
}

TEST_F(AdmissionTest, LimitsOfAnAddressMayBeOff) {
  settings_.limits.per_address_connections = std::nullopt;
  settings_.limits.per_address_new = std::nullopt;

  for (int i = 0; i < 500; ++i)
    EXPECT_TRUE(comes("192.0.2.1"));

  EXPECT_EQ(admission_.connections(), 500U);
  guests_.clear();
  EXPECT_EQ(admission_.connections(), 0U);
}

TEST_F(AdmissionTest, WhoIsDeniedIsBlockedAlsoWhereItIsAllowed) {
  listener_.allow = {*conf::Network::parse("192.0.2.0/24")};
  listener_.deny = {*conf::Network::parse("192.0.2.66")};

  EXPECT_TRUE(ask("192.0.2.1").admitted);
  EXPECT_EQ(ask("192.0.2.66").reason, RejectReason::Blocked);
  EXPECT_FALSE(ask("192.0.2.66").admitted);
  EXPECT_FALSE(ask("198.51.100.1").admitted);
}

TEST_F(AdmissionTest, NobodyComesInWhileMemoryIsShort) {
  admission_.set_short_of_memory(true);
  EXPECT_EQ(ask("192.0.2.1").reason, RejectReason::Memory);
  EXPECT_FALSE(ask("192.0.2.1").admitted);

  admission_.set_short_of_memory(false);

  EXPECT_TRUE(ask("192.0.2.1").admitted);
}

TEST_F(AdmissionTest, T044_AtTheLimitOneMoreComesInForSomebodyToGo) {
  connections_max_ = 1;
  EXPECT_TRUE(comes("192.0.2.1"));

  const auto answer = ask("192.0.2.2");

  EXPECT_TRUE(answer.admitted);
  EXPECT_TRUE(answer.full);
}

}  // namespace
}  // namespace postern::proxy
