// SASL mechanisms: what clients say, good and hostile, and what we say ourselves.

#include "wire/sasl.hpp"

#include "wire/base64.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace postern::wire::sasl {
namespace {

using namespace std::string_literals;

std::string why(const Step& step) {
  const auto* malformed = std::get_if<Malformed>(&step);
  return malformed == nullptr ? "" : std::string(malformed->why);
}

// "user/secret" of credentials, or what else came.
std::string outcome(const Step& step) {
  if (const auto* credentials = std::get_if<Credentials>(&step)) {
    return credentials->user + "/" + std::string(credentials->secret.reveal());
  }
  if (const auto* challenge = std::get_if<Challenge>(&step)) {
    return "challenge " + std::string(challenge->base64);
  }
  return std::holds_alternative<Cancelled>(step) ? "cancelled" : why(step);
}

std::string outcome(const std::optional<Credentials>& credentials) {
  return credentials ? credentials->user + "/" + std::string(credentials->secret.reveal()) : "no";
}

TEST(Mechanisms, AreFoundByNameInAnyCase) {
  for (const Mechanism mechanism : kMechanisms)
    EXPECT_EQ(find_mechanism(name(mechanism)), mechanism);
  EXPECT_EQ(find_mechanism("oAuthBearer"), Mechanism::OAuthBearer);
  EXPECT_EQ(find_mechanism("CRAM-MD5"), std::nullopt);
  EXPECT_EQ(find_mechanism(""), std::nullopt);
}

TEST(Mechanisms, TellTokensFromPasswords) {
  EXPECT_FALSE(takes_token(Mechanism::Plain));
  EXPECT_FALSE(takes_token(Mechanism::Login));
  EXPECT_TRUE(takes_token(Mechanism::XOAuth2));
  EXPECT_TRUE(takes_token(Mechanism::OAuthBearer));
}

TEST(Exchange, M024_TakesPlainWithInitialResponse) {
  Exchange exchange(Mechanism::Plain);

  EXPECT_EQ(outcome(exchange.begin(base64_encode("\0joe\0p w"s))), "joe/p w");
}

TEST(Exchange, M024_M025_AsksForPlainWithAnEmptyChallenge) {
  Exchange exchange(Mechanism::Plain);

  EXPECT_EQ(outcome(exchange.begin(std::nullopt)), "challenge ");
  EXPECT_EQ(outcome(exchange.answer(base64_encode("\0joe\0pw"s))), "joe/pw");
}

TEST(Exchange, M024_TakesEqualsAsTheEmptyInitialResponseOnly) {
  Exchange first(Mechanism::Plain);
  Exchange second(Mechanism::Plain);

  EXPECT_EQ(outcome(first.begin("=")), "invalid authentication message");
  EXPECT_EQ(outcome(second.begin(std::nullopt)), "challenge ");
  EXPECT_EQ(outcome(second.answer("=")), "invalid base64");
}

TEST(Exchange, M024_IsCancelledByAStar) {
  for (const Mechanism mechanism : kMechanisms) {
    Exchange exchange(mechanism);
    (void)exchange.begin(std::nullopt);
    EXPECT_EQ(outcome(exchange.answer("*")), "cancelled");
  }
}

TEST(Exchange, T019_AStarIsNoInitialResponse) {
  Exchange exchange(Mechanism::Plain);

  EXPECT_EQ(outcome(exchange.begin("*")), "invalid base64");
}

TEST(Exchange, AsksLoginForUserAndPassword) {
  Exchange exchange(Mechanism::Login);

  EXPECT_EQ(outcome(exchange.begin(std::nullopt)), "challenge " + base64_encode("Username:"));
  EXPECT_EQ(outcome(exchange.answer(base64_encode("joe"))),
            "challenge " + base64_encode("Password:"));
  EXPECT_EQ(outcome(exchange.answer(base64_encode("p w"))), "joe/p w");
}

TEST(Exchange, TakesTheUserOfLoginAsInitialResponse) {
  Exchange exchange(Mechanism::Login);

  EXPECT_EQ(outcome(exchange.begin(base64_encode("joe"))),
            "challenge " + base64_encode("Password:"));
  EXPECT_EQ(outcome(exchange.answer(base64_encode("pw"))), "joe/pw");
}

TEST(Exchange, M020_PassesAnEmptyPasswordOnToBeRefused) {
  Exchange plain(Mechanism::Plain);
  Exchange login(Mechanism::Login);
  (void)login.begin(base64_encode("joe"));

  EXPECT_EQ(outcome(plain.begin(base64_encode("\0joe\0"s))), "joe/");
  EXPECT_EQ(outcome(login.answer("")), "joe/");
}

TEST(Exchange, T019_LoginRefusesUsersAndPasswordsWithControlOctets) {
  for (const std::string& user : {""s, "a\0b"s, "a\rb"s, "a\nb"s, "\x1B"s}) {
    Exchange exchange(Mechanism::Login);
    EXPECT_EQ(outcome(exchange.begin(base64_encode(user))), "invalid user name");
  }
  for (const std::string& password : {"a\0b"s, "a\rb"s, "a\nb"s}) {
    Exchange exchange(Mechanism::Login);
    (void)exchange.begin(base64_encode("joe"));
    EXPECT_EQ(outcome(exchange.answer(base64_encode(password))), "invalid password");
  }
}

TEST(Exchange, T019_RefusesBrokenBase64) {
  for (const Mechanism mechanism : kMechanisms) {
    Exchange exchange(mechanism);
    EXPECT_EQ(outcome(exchange.begin("AGpvZQBwdw")), "invalid base64");
  }
}

TEST(Exchange, T019_TakesNothingBehindItsEnd) {
  Exchange done(Mechanism::Plain);
  (void)done.begin(base64_encode("\0joe\0pw"s));
  Exchange failed(Mechanism::Login);
  (void)failed.begin("!");
  Exchange cancelled(Mechanism::XOAuth2);
  (void)cancelled.answer("*");

  for (Exchange* exchange : {&done, &failed, &cancelled}) {
    EXPECT_EQ(outcome(exchange->answer(base64_encode("\0joe\0pw"s))), "authentication is over");
    EXPECT_EQ(outcome(exchange->answer("*")), "authentication is over");
  }
}

TEST(Plain, T019_NeedsExactlyTwoNuls) {
  EXPECT_EQ(outcome(parse_plain("\0joe\0pw"s)), "joe/pw");
  for (const std::string& message : {""s,
                                     "joe"s,
                                     "joe pw"s,
                                     "\0"s,
                                     "\0joe"s,
                                     "\0joepw"s,
                                     "\0\0"s,
                                     "\0\0pw"s,
                                     "\0joe\0pw\0"s,
                                     "\0joe\0p\0w"s,
                                     "\0\0\0"s}) {
    EXPECT_EQ(outcome(parse_plain(message)), "no") << message;
  }
}

TEST(Plain, T019_T027_RefusesControlOctetsInItsParts) {
  for (const std::string& message : {"\0jo\re\0pw"s,
                                     "\0jo\ne\0pw"s,
                                     "\0joe\0p\rw"s,
                                     "\0joe\0p\nw"s,
                                     "\0joe\0pw\r\n"s,
                                     "\0jo\x01"
                                     "e\0pw"s,
                                     "\0joe\0\x7F"s}) {
    EXPECT_EQ(outcome(parse_plain(message)), "no");
  }
  EXPECT_EQ(outcome(parse_plain("\0j\xC3\xB6"
                                "e\0p\tw"s)),
            "j\xC3\xB6"
            "e/p\tw");
}

TEST(Plain, T025_RefusesToSpeakForSomebodyElse) {
  EXPECT_EQ(outcome(parse_plain("joe\0joe\0pw"s)), "joe/pw");
  EXPECT_EQ(outcome(parse_plain("ann\0joe\0pw"s)), "no");
  EXPECT_EQ(outcome(parse_plain("JOE\0joe\0pw"s)), "no");
  EXPECT_EQ(outcome(parse_plain(" \0joe\0pw"s)), "no");
}

TEST(XOAuth2, T024_GivesTheUserAndTheMessageAsItCame) {
  const std::string message =
      "user=joe@x.org\x01"
      "auth=Bearer ya29.v-F_9~+/==\x01\x01";

  EXPECT_EQ(outcome(parse_xoauth2(message)), "joe@x.org/" + message);
}

TEST(XOAuth2, T019_RefusesWhatIsNotWhole) {
  const std::string auth =
      "\x01"
      "auth=Bearer t\x01\x01";
  for (const std::string& message : {""s,
                                     "user=joe"s,
                                     "user=" + auth,
                                     "USER=joe" + auth,
                                     "user=joe\x01\x01"s,
                                     "user=joe\x01"
                                     "auth=Bearer t\x01"s,
                                     "user=joe\x01"
                                     "auth=Bearer t"s,
                                     "user=joe\x01"
                                     "auth=Bearer \x01\x01"s,
                                     "user=joe\x01"
                                     "auth=Basic t\x01\x01"s,
                                     "user=joe" + auth + "x",
                                     "user=joe" + auth + "\x01",
                                     "user=jo\ne" + auth,
                                     "user=jo\0e"s + auth,
                                     "user=joe\x01"
                                     "auth=Bearer a\rb\x01\x01"s,
                                     "user=joe\x01"
                                     "auth=Bearer a\x01"
                                     "auth=Bearer b\x01\x01"s,
                                     "user=joe\x01=x\x01"
                                     "auth=Bearer t\x01\x01"s,
                                     "user=joe\x01x\x01"
                                     "auth=Bearer t\x01\x01"s}) {
    EXPECT_EQ(outcome(parse_xoauth2(message)), "no") << message;
  }
}

TEST(OAuthBearer, T024_GivesTheUserAndTheMessageAsItCame) {
  const std::string message =
      "n,a=jo=3De=2Cx@x.org,\x01host=x.org\x01port=993\x01"
      "auth=bearer tok\x01\x01";

  EXPECT_EQ(outcome(parse_oauthbearer(message)), "jo=e,x@x.org/" + message);
}

TEST(OAuthBearer, T019_RefusesWhatIsNotWhole) {
  const std::string auth =
      "\x01"
      "auth=Bearer t\x01\x01";
  for (const std::string& message : {""s,
                                     "\x01"s,
                                     "n,," + auth,
                                     "n,a=," + auth,
                                     "p=tls-unique,a=joe," + auth,
                                     "n,a=joe" + auth,
                                     "n,a=j=2ce," + auth,
                                     "n,a=j=," + auth,
                                     "n,a=joe,x" + auth,
                                     "n,a=joe,\x01\x01"s,
                                     "n,a=joe,\x01"
                                     "auth=Bearer t\x01"s,
                                     "n,a=joe,\x01host=a\nb" + auth,
                                     "n,a=j\x7F," + auth}) {
    EXPECT_EQ(outcome(parse_oauthbearer(message)), "no") << message;
  }
}

TEST(WhatToSay, PlainIsReadBackAsItWasMeant) {
  const std::optional<Secret> message = plain_message("", "jo\"e", "p\\ w");

  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(outcome(parse_plain(message->reveal())), "jo\"e/p\\ w");
}

TEST(WhatToSay, PlainNamesAnAuthorizationIdentityForMasterLogins) {
  const std::optional<Secret> message = plain_message("joe", "master", "pw");

  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->reveal(), "joe\0master\0pw"s);
}

TEST(WhatToSay, TokenMessagesAreReadBackAsTheyWereMeant) {
  const std::optional<Secret> google = xoauth2_message("joe@x.org", "tok");
  const std::optional<Secret> bearer = oauthbearer_message("j=,@x.org", "tok");

  ASSERT_TRUE(google && bearer);
  EXPECT_EQ(outcome(parse_xoauth2(google->reveal())), "joe@x.org/" + std::string(google->reveal()));
  EXPECT_EQ(outcome(parse_oauthbearer(bearer->reveal())),
            "j=,@x.org/" + std::string(bearer->reveal()));
}

TEST(WhatToSay, LoginIsUserThenPassword) {
  const auto messages = login_messages("joe", "pw");

  ASSERT_TRUE(messages.has_value());
  EXPECT_EQ((*messages)[0].reveal(), "joe");
  EXPECT_EQ((*messages)[1].reveal(), "pw");
}

TEST(WhatToSay, M056_T027_RefusesNulAndLineEnds) {
  for (const std::string& bad : {"a\0b"s, "a\rb"s, "a\nb"s, ""s}) {
    EXPECT_FALSE(plain_message("", bad, "pw").has_value());
    EXPECT_FALSE(plain_message("", "joe", bad).has_value());
    EXPECT_FALSE(login_messages(bad, "pw").has_value());
    EXPECT_FALSE(login_messages("joe", bad).has_value());
    EXPECT_FALSE(xoauth2_message(bad, "t").has_value());
    EXPECT_FALSE(xoauth2_message("joe", bad).has_value());
    EXPECT_FALSE(oauthbearer_message(bad, "t").has_value());
    EXPECT_FALSE(oauthbearer_message("joe", bad).has_value());
  }
  EXPECT_FALSE(plain_message("a\0b"s, "joe", "pw").has_value());
  EXPECT_FALSE(xoauth2_message("joe",
                               "a\x01"
                               "b")
                   .has_value());
  EXPECT_FALSE(oauthbearer_message("joe\x01", "t").has_value());
}

TEST(WhatToSay, M059_AFailedTokenExchangeIsEndedAsItsMechanismAsks) {
  EXPECT_EQ(failure_answer(Mechanism::XOAuth2), "");
  EXPECT_EQ(base64_decode(failure_answer(Mechanism::OAuthBearer)), "\x01");
}

}  // namespace
}  // namespace postern::wire::sasl
