// What is remembered of an upstream.

#include "upstream/profile.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::upstream {
namespace {

using wire::imap::Capability;

Profile knows(Capability capability) {
  Profile profile;
  profile.before_login.add(capability);
  return profile;
}

TEST(Profile, KnowsServersByTheirGreeting) {
  EXPECT_EQ(recognise("OK [CAPABILITY IMAP4rev1] Dovecot (Debian) ready."), Family::Dovecot);
  EXPECT_EQ(recognise("OK server ready Cyrus IMAP 3.6"), Family::Cyrus);
  EXPECT_EQ(recognise("OK Courier-IMAP ready. Copyright"), Family::Courier);
  EXPECT_EQ(recognise("OK The Microsoft Exchange IMAP4 service is ready."), Family::Exchange);
  EXPECT_EQ(recognise("OK Gimap ready for requests from 192.0.2.1"), Family::Gmail);
  EXPECT_EQ(recognise("OK ready"), Family::Other);
}

TEST(Profile, M060_OnlyServersKnownForItGetCommandsBehindALogin) {
  EXPECT_TRUE(traits_of(Family::Dovecot).pipelines_after_login);
  EXPECT_TRUE(traits_of(Family::Cyrus).pipelines_after_login);
  EXPECT_FALSE(traits_of(Family::Courier).pipelines_after_login);
  EXPECT_FALSE(traits_of(Family::Exchange).pipelines_after_login);
  EXPECT_FALSE(traits_of(Family::Other).pipelines_after_login);
}

TEST(Profiles, GreetingsThatDifferInNumbersAreOne) {
  Profiles profiles;
  profiles.keep("OK host7 ready at 12:01:02", knows(Capability::SaslIr));

  EXPECT_TRUE(profiles.find("OK host9 ready at 12:59:00").before_login.has(Capability::SaslIr));
  EXPECT_TRUE(profiles.find("OK other ready").before_login.empty());
}

TEST(Profiles, ARecordThatDeceivedIsDropped) {
  Profiles profiles;
  profiles.keep("OK ready", knows(Capability::SaslIr));

  profiles.drop("OK ready");

  EXPECT_TRUE(profiles.find("OK ready").before_login.empty());
}

TEST(Profiles, GreetingsWithoutEndTakeBoundedMemory) {
  Profiles profiles;
  for (std::size_t i = 0; i < 10 * Profiles::kGreetingsMax; ++i)
    profiles.keep(std::string(i + 1, 'x'), knows(Capability::SaslIr));
  std::size_t known = 0;
  for (std::size_t i = 0; i < 10 * Profiles::kGreetingsMax; ++i)
    known += profiles.find(std::string(i + 1, 'x')).before_login.empty() ? 0 : 1;

  EXPECT_LE(known, Profiles::kGreetingsMax);
}

}  // namespace
}  // namespace postern::upstream
