// What a "no" means: codes first, then words, then where it was said.

#include "upstream/refusal.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::upstream {
namespace {

using net::Kind;
using wire::imap::Condition;

ImapAnswer answer(Condition condition, std::string code, std::string text) {
  ImapAnswer made;
  made.condition = condition;
  made.code = std::move(code);
  made.text = std::move(text);
  return made;
}

Kind to_login(Condition condition, std::string code, std::string text) {
  return login_refusal(answer(condition, std::move(code), std::move(text)), {}).kind;
}

TEST(LoginRefusal, M044_CodesOfWrongCredentialsAreRefusals) {
  for (const char* const code : {"AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED"})
    EXPECT_EQ(to_login(Condition::No, code, "try again later"), Kind::Refused);
}

TEST(LoginRefusal, M045_CodesOfTroubleAreTemporary) {
  for (const char* const code : {"UNAVAILABLE", "SERVERBUG", "CORRUPTION", "CLIENTBUG", "CANNOT"})
    EXPECT_EQ(to_login(Condition::No, code, "wrong password"), Kind::Unavailable);
}

TEST(LoginRefusal, M046_CodesAndWordsOfTooManySessionsAreInUse) {
  EXPECT_EQ(to_login(Condition::No, "INUSE", ""), Kind::InUse);
  EXPECT_EQ(to_login(Condition::No, "LIMIT", "Rate limit"), Kind::InUse);
  EXPECT_EQ(to_login(Condition::No, "", "Too many simultaneous connections"), Kind::InUse);
  EXPECT_EQ(to_login(Condition::No, "ALERT", "TOO MANY connections"), Kind::InUse);
}

TEST(LoginRefusal, M047_WithoutCodeWordsDecideAndElseItIsTheCredentials) {
  EXPECT_EQ(to_login(Condition::No, "", "LOGIN failed"), Kind::Refused);
  EXPECT_EQ(to_login(Condition::No, "", "Temporary error, Try Again later"), Kind::Unavailable);
  EXPECT_EQ(to_login(Condition::No, "", "Request is throttled."), Kind::Unavailable);
  EXPECT_EQ(to_login(Condition::Bad, "", "command unknown"), Kind::Denied);
  EXPECT_EQ(to_login(Condition::Bad, "", "internal error"), Kind::Unavailable);
}

TEST(LoginRefusal, PermanentTroubleIsDenied) {
  for (const char* const code : {"CONTACTADMIN", "NOPERM", "PRIVACYREQUIRED"})
    EXPECT_EQ(to_login(Condition::No, code, ""), Kind::Denied);
}

TEST(LoginRefusal, CodeAndWordsAreKeptForWhoeverTellsThem) {
  const net::Error refusal = login_refusal(answer(Condition::No, "ContactAdmin", "call 555"), {});

  EXPECT_EQ(refusal.code, "CONTACTADMIN");
  EXPECT_EQ(refusal.said, "call 555");
}

TEST(ByeRefusal, M045_AServerThatHangsUpHasJudgedNobody) {
  const auto bye = [](const char* text) {
    return bye_refusal(answer(Condition::Bye, "", text), {}).kind;
  };

  EXPECT_EQ(bye("shutting down"), Kind::Unavailable);
  EXPECT_EQ(bye("authentication failed"), Kind::Unavailable);
  EXPECT_EQ(bye("Too many connections"), Kind::InUse);
}

TEST(OpenRefusal, M043_OnlyAMailboxThatIsNotThereIsGone) {
  const auto open = [](Condition condition, const char* code, const char* text) {
    return open_refusal(answer(condition, code, text), {}).kind;
  };

  EXPECT_EQ(open(Condition::No, "NONEXISTENT", ""), Kind::Gone);
  EXPECT_EQ(open(Condition::No, "TRYCREATE", ""), Kind::Gone);
  EXPECT_EQ(open(Condition::No, "", "no such mailbox"), Kind::Unavailable);
  EXPECT_EQ(open(Condition::Bad, "", "User is authenticated but not connected."),
            Kind::Unavailable);
}

TEST(Backoff, IsReadAndBounded) {
  EXPECT_EQ(suggested_backoff("Request is throttled. Suggested Backoff Time: 5000 milliseconds"),
            std::chrono::milliseconds(5000));
  EXPECT_EQ(suggested_backoff("suggested backoff time: 99999999999"), kBackoffMax);
  EXPECT_FALSE(suggested_backoff("Suggested Backoff Time: soon"));
  EXPECT_FALSE(suggested_backoff("wrong password"));
}

}  // namespace
}  // namespace postern::upstream
