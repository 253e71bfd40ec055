// What clients hear: every kind of error, for everything that was asked.

#include "proxy/trouble.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace postern::proxy {
namespace {

using net::Kind;
using net::Origin;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using wire::pop3::ResponseCode;

constexpr std::array kAsked = {Asked::ToLogIn, Asked::ForMail, Asked::ForList, Asked::ToCommit};

std::vector<Kind> kinds() {
  std::vector<Kind> all;
  for (int i = 0; i <= static_cast<int>(Kind::Internal); ++i)
    all.push_back(static_cast<Kind>(i));
  return all;
}

// What an upstream wants its user to know.
net::Error contact_admin(Kind kind, std::string said) {
  return {kind, Origin::Upstream, "", std::move(said), "CONTACTADMIN"};
}

TEST(Trouble, M044_T020_OnlyRefusedCredentialsAreAuth) {
  for (const Kind kind : kinds()) {
    for (const Asked asked : kAsked) {
      const bool is_auth =
          words_for(asked, {kind, Origin::Upstream, ""}).code == ResponseCode::Auth;
      EXPECT_EQ(is_auth, asked == Asked::ToLogIn && kind == Kind::Refused) << net::name_of(kind);
    }
  }
}

TEST(Trouble, M048_WordsOfALoginTellFetchmailWhatItWantsToKnow) {
  for (const Kind kind : kinds()) {
    const Words words = words_for(Asked::ToLogIn, {kind, Origin::Upstream, ""});
    if (words.code == ResponseCode::Auth) {
      for (const char* const word : {"lock", "Lock", "wait", "unavailable"})
        EXPECT_THAT(words.text, Not(HasSubstr(word)));
    }
    if (words.code == ResponseCode::SysTemp) {
      EXPECT_THAT(words.text, HasSubstr("unavailable"));
      EXPECT_THAT(words.text, HasSubstr("wait"));
    }
    if (words.code == ResponseCode::InUse) EXPECT_THAT(words.text, HasSubstr("locked"));
  }
}

TEST(Trouble, M048_OurOwnTemporaryRefusalsSayUnavailableAndWait) {
  for (const std::string& reply : {refuse_throttled(), refuse_overload()}) {
    EXPECT_THAT(reply, StartsWith("-ERR [SYS/TEMP] "));
    EXPECT_THAT(reply, HasSubstr("unavailable"));
    EXPECT_THAT(reply, HasSubstr("wait"));
  }
  EXPECT_THAT(refuse_busy(), StartsWith("-ERR [IN-USE] "));
  EXPECT_THAT(refuse_login_delay(), StartsWith("-ERR [LOGIN-DELAY] "));
}

TEST(Trouble, T078_DetailsOfAnErrorAreNeverShown) {
  for (const Kind kind : kinds()) {
    for (const Asked asked : kAsked) {
      const std::string reply = refusal(asked, {kind, Origin::Upstream, "db3.internal is down"});
      EXPECT_THAT(reply, Not(HasSubstr("db3")));
      EXPECT_THAT(reply, StartsWith("-ERR "));
    }
  }
}

TEST(Trouble, T028_WordsOfTheUpstreamAreOneShortLineBehindOurCode) {
  const std::string said = "line\r\n+OK logged in\x1b[2J" + std::string(400, 'x');

  const std::string reply = refusal(Asked::ToLogIn, contact_admin(Kind::Denied, said));

  EXPECT_THAT(reply, StartsWith("-ERR [SYS/PERM] line"));
  EXPECT_LE(reply.size(), kSaidOctetsMax + std::string("-ERR [SYS/PERM] \r\n").size());
  for (const char octet : reply.substr(0, reply.size() - 2))
    EXPECT_TRUE(octet >= 0x20 && octet <= 0x7E);
}

TEST(Trouble, T028_WordsAreShownToLoginsOfTheUpstreamOnly) {
  const net::Error refused = contact_admin(Kind::Refused, "your cat's name is wrong");
  const net::Error later = contact_admin(Kind::Unavailable, "words");
  const net::Error unmeant{Kind::Unavailable, Origin::Upstream, "", "words", "SERVERBUG"};
  net::Error ours = contact_admin(Kind::Unavailable, "words");
  ours.origin = Origin::Here;

  EXPECT_THAT(refusal(Asked::ToLogIn, later), HasSubstr("words"));
  EXPECT_THAT(refusal(Asked::ToLogIn, unmeant), Not(HasSubstr("words")));
  EXPECT_THAT(refusal(Asked::ToLogIn, refused), Not(HasSubstr("cat")));
  EXPECT_THAT(refusal(Asked::ForMail, later), Not(HasSubstr("words")));
  EXPECT_THAT(refusal(Asked::ToLogIn, ours), Not(HasSubstr("words")));
}

TEST(Trouble, WordsWithoutAPrintableOctetGiveWayToOurs) {
  const std::string reply = refusal(Asked::ToLogIn, contact_admin(Kind::Denied, ""));

  EXPECT_EQ(reply, "-ERR [SYS/PERM] access denied by the mail server\r\n");
}

TEST(Trouble, TellsHowManyMessagesAreStillThere) {
  EXPECT_EQ(refuse_not_removed(2, 5), "-ERR [SYS/TEMP] 2 of 5 deleted messages not removed\r\n");
}

}  // namespace
}  // namespace postern::proxy
