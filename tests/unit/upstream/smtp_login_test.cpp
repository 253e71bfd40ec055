// The way in: what is said about whom, in which order, and what becomes of the answers.

#include "upstream/smtp_login.hpp"

#include "wire/base64.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/upstream/relay_scene.hpp"

namespace postern::upstream {
namespace {

using namespace std::literals;
using net::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using wire::smtp::Extension;

constexpr std::string_view kPlain = "250-smtp.example.net\r\n250 AUTH PLAIN LOGIN\r\n";
constexpr std::string_view kPlainCommand = "AUTH PLAIN AGpvZQBzZWNyZXQ=\r\n";
constexpr std::string_view kXclient =
    "250-smtp.example.net\r\n250-XCLIENT NAME ADDR PORT PROTO HELO LOGIN\r\n"
    "250 AUTH PLAIN\r\n";

void starttls(conf::Upstream& settings) {
  settings.tls = conf::UpstreamTls::Starttls;
}

void opportunistic(conf::Upstream& settings) {
  settings.tls = conf::UpstreamTls::Opportunistic;
}

void own_account(conf::Upstream& settings) {
  settings.auth.kind = conf::UpstreamAuth::Kind::Fixed;
  settings.auth.user = "gate";
  settings.auth.password = wire::Secret(std::string_view("key"));
}

std::string auth_plain(std::string_view user, std::string_view password) {
  std::string message(1, '\0');
  message.append(user).append(1, '\0').append(password);
  return "AUTH PLAIN " + wire::base64_encode(message) + "\r\n";
}

// The error after the server's answer to AUTH.
net::Error error_after_auth(RelayScene& scene, std::string_view answer) {
  EXPECT_EQ(scene.up_to_login(kPlain), kPlainCommand);
  scene.say(answer);
  return scene.error();
}

// ---- login

TEST(SmtpLogin, LogsInAsTheClient) {
  RelayScene scene;
  EXPECT_EQ(scene.up_to_login(kPlain), kPlainCommand);
  scene.say("235 2.7.0 welcome\r\n");

  EXPECT_TRUE(scene.link().usable());
  EXPECT_EQ(scene.answer.reply.code, 235);
  EXPECT_TRUE(scene.link().offer().has(wire::sasl::Mechanism::Plain));
  EXPECT_FALSE(scene.link().knows_client());
  EXPECT_THAT(scene.dialer.dialled(), ElementsAre("imap.example.net:587"));
}

TEST(SmtpLogin, NoCredentialIsInTheLog) {
  RelayScene scene;
  (void)scene.up_to_login(kPlain);
  scene.say("535 5.7.8 no\r\n");

  EXPECT_THAT(scene.log_text(), HasSubstr("535 5.7.8 no"));
  EXPECT_THAT(scene.log_text(), Not(HasSubstr("AGpvZQBzZWNyZXQ")));
  EXPECT_THAT(scene.log_text(), Not(HasSubstr("secret")));
}

TEST(SmtpLogin, UsesLoginWhereThereIsNoPlain) {
  RelayScene scene;
  EXPECT_EQ(scene.up_to_login("250-x\r\n250 AUTH LOGIN CRAM-MD5\r\n"), "AUTH LOGIN\r\n");
  scene.say("334 VXNlcm5hbWU6\r\n");
  EXPECT_EQ(scene.heard(), wire::base64_encode("joe") + "\r\n");
  scene.say("334 UGFzc3dvcmQ6\r\n");
  EXPECT_EQ(scene.heard(), wire::base64_encode("secret") + "\r\n");
  scene.say("235 welcome\r\n");
  EXPECT_TRUE(scene.link().usable());
}

TEST(SmtpLogin, LoginMayBeRefusedAtTheName) {
  RelayScene scene;
  EXPECT_EQ(scene.up_to_login("250-x\r\n250 AUTH LOGIN\r\n"), "AUTH LOGIN\r\n");
  scene.say("334 VXNlcm5hbWU6\r\n");
  (void)scene.heard();
  scene.say("535 5.7.8 who\r\n");
  EXPECT_EQ(scene.error().kind, Kind::Refused);
  EXPECT_EQ(scene.heard(), "QUIT\r\n");
}

TEST(SmtpLogin, WithoutAWayToLogInItIsOurConfiguration) {
  for (const std::string_view offer :
       {"250 x\r\n", "250-x\r\n250 SIZE 1000\r\n", "250-x\r\n250 AUTH CRAM-MD5\r\n"}) {
    RelayScene scene;
    EXPECT_EQ(scene.up_to_login(offer), "QUIT\r\n");
    EXPECT_EQ(scene.error().kind, Kind::Denied) << offer;
  }
}

TEST(SmtpLogin, CredentialsThatBreakLinesGoNowhere) {
  for (const std::string_view password : {"se\ncret"sv, "se\rcret"sv, "a\0b"sv}) {
    RelayScene scene;
    scene.account.secret = wire::Secret(password);
    EXPECT_EQ(scene.up_to_login(kPlain), "QUIT\r\n");
    EXPECT_EQ(scene.error().kind, Kind::Refused);
    EXPECT_EQ(scene.error().origin, net::Origin::Here);
  }
}

TEST(SmtpLogin, ALongPasswordIsSaidInTwoSteps) {
  RelayScene scene;
  const std::string password(12'000, 'p');
  scene.account.secret = wire::Secret(std::string_view(password));
  EXPECT_EQ(scene.up_to_login(kPlain), "AUTH PLAIN\r\n");
  scene.say("334 \r\n");
  EXPECT_EQ("AUTH PLAIN " + scene.heard(), auth_plain("joe", password));
  scene.say("235 ok\r\n");
  EXPECT_TRUE(scene.link().usable());
}

// ---- refusals

TEST(SmtpLogin, RefusedCredentialsKeepCodeAndLines) {
  for (const std::string_view code : {"535", "534", "538", "550"}) {
    RelayScene scene;
    const std::string said(code);
    const net::Error error =
        error_after_auth(scene, said + "-5.7.8 not\r\n" + said + " 5.7.8 you\r\n");
    EXPECT_EQ(error.kind, Kind::Refused) << code;
    EXPECT_EQ(error.code, code);
    EXPECT_EQ(error.said, said + " 5.7.8 not you");
    EXPECT_EQ(std::to_string(scene.answer.reply.code), code);
    EXPECT_THAT(scene.answer.reply.lines, ElementsAre("not", "you"));
  }
}

TEST(SmtpLogin, ATemporaryRefusalIsNoneOfTheCredentials) {
  for (const std::string_view code : {"454", "421", "451"}) {
    RelayScene scene;
    const net::Error error = error_after_auth(scene, std::string(code) + " 4.7.0 later\r\n");
    EXPECT_EQ(error.kind, Kind::Unavailable) << code;
    EXPECT_EQ(std::to_string(scene.answer.reply.code), code);
  }
}

TEST(SmtpLogin, WhatIsNotUnderstoodIsNotTheClientsFault) {
  for (const std::string_view code : {"500", "502", "503", "504", "530"}) {
    RelayScene scene;
    EXPECT_EQ(error_after_auth(scene, std::string(code) + " what\r\n").kind, Kind::Denied) << code;
  }
}

TEST(SmtpLogin, AnswersThatMakeNoSenseEndTheLink) {
  for (const std::string_view answer : {"250 fine\r\n", "334 more\r\n", "hello\r\n"}) {
    RelayScene scene;
    EXPECT_EQ(error_after_auth(scene, answer).kind, Kind::Malformed) << answer;
  }
}

TEST(SmtpLogin, AServerThatLeavesAtAuthIsNotARefusal) {
  RelayScene scene;
  (void)scene.up_to_login(kPlain);
  scene.server().close();
  scene.loop.settle();
  EXPECT_EQ(scene.error().kind, Kind::Closed);
  EXPECT_EQ(scene.answer.reply.code, 0);
}

TEST(SmtpLogin, AServerThatIsSilentAtAuthIsGivenUp) {
  RelayScene scene;
  (void)scene.up_to_login(kPlain);
  scene.loop.turn_clock(scene.relay().settings().login_timeout + std::chrono::seconds(1));
  EXPECT_EQ(scene.error().kind, Kind::Timeout);
}

// ---- tokens

TEST(SmtpLogin, ATokenGoesAsItCame) {
  RelayScene scene;
  scene.account.mechanism = wire::sasl::Mechanism::XOAuth2;
  scene.account.secret = wire::Secret(std::string_view("user=joe\1auth=Bearer t\1\1"));
  EXPECT_EQ(scene.up_to_login("250-x\r\n250 AUTH PLAIN XOAUTH2\r\n"),
            "AUTH XOAUTH2 " + wire::base64_encode("user=joe\1auth=Bearer t\1\1") + "\r\n");
  scene.say("235 ok\r\n");
  EXPECT_TRUE(scene.link().usable());
}

TEST(SmtpLogin, ARefusedTokenIsToldWhy) {
  for (const auto mechanism :
       {wire::sasl::Mechanism::XOAuth2, wire::sasl::Mechanism::OAuthBearer}) {
    RelayScene scene;
    scene.account.mechanism = mechanism;
    scene.account.secret = wire::Secret(std::string_view("n,a=joe,\1auth=Bearer t\1\1"));
    (void)scene.up_to_login("250-x\r\n250 AUTH XOAUTH2 OAUTHBEARER\r\n");
    scene.say("334 eyJzdGF0dXMiOiI0MDEifQ==\r\n");
    EXPECT_EQ(scene.heard(), std::string(wire::sasl::failure_answer(mechanism)) + "\r\n");
    scene.say("535 5.7.8 expired\r\n");
    EXPECT_EQ(scene.error().kind, Kind::Refused);
    EXPECT_EQ(scene.error().said, "eyJzdGF0dXMiOiI0MDEifQ==");
    EXPECT_EQ(scene.answer.challenge, "eyJzdGF0dXMiOiI0MDEifQ==");
    EXPECT_EQ(scene.answer.reply.code, 535);
  }
}

TEST(SmtpLogin, ATokenIsSaidToNobodyWhoDidNotAskForTokens) {
  RelayScene scene;
  scene.account.mechanism = wire::sasl::Mechanism::OAuthBearer;
  scene.account.secret = wire::Secret(std::string_view("n,a=joe,\1auth=Bearer t\1\1"));
  EXPECT_EQ(scene.up_to_login("250-x\r\n250 AUTH PLAIN XOAUTH2\r\n"), "QUIT\r\n");
  EXPECT_EQ(scene.error().kind, Kind::Denied);
}

// ---- TLS

TEST(SmtpLogin, StarttlsBeginsAnew) {
  RelayScene scene(starttls);
  EXPECT_EQ(scene.up_to_login("250-x\r\n250-STARTTLS\r\n250 AUTH LOGIN\r\n"), "STARTTLS\r\n");
  scene.server().say("220 go\r\n");
  scene.secure_server();
  EXPECT_EQ(scene.heard(), "EHLO gate.example.net\r\n");
  scene.say("250-x\r\n250 AUTH PLAIN\r\n");
  EXPECT_EQ(scene.heard(), kPlainCommand);
  scene.say("235 ok\r\n");

  EXPECT_TRUE(scene.link().stream().secure());
  EXPECT_FALSE(scene.link().offer().has(wire::sasl::Mechanism::Login));
}

TEST(SmtpLogin, TlsMayComeFirst) {
  RelayScene scene([](conf::Upstream& s) { s.tls = conf::UpstreamTls::Implicit; });
  scene.begins_with_tls = true;
  EXPECT_EQ(scene.up_to_login(kPlain), kPlainCommand);
  scene.say("235 ok\r\n");
  EXPECT_TRUE(scene.link().stream().secure());
}

TEST(SmtpLogin, S011_OctetsBehindTheGoAheadForTlsEndIt) {
  RelayScene scene(starttls);
  EXPECT_EQ(scene.up_to_login("250-x\r\n250 STARTTLS\r\n"), "STARTTLS\r\n");
  scene.say("220 go\r\n250-x\r\n250 AUTH PLAIN\r\n");

  EXPECT_EQ(scene.error().kind, Kind::Malformed);
  EXPECT_EQ(scene.heard(), "");
  EXPECT_TRUE(scene.shows(R"(postern_starttls_injections_total{side="upstream"} 1)"));
}

TEST(SmtpLogin, T006_StarttlsThatIsMissingOrRefusedGetsNoCredential) {
  for (const std::string_view offer : {"250 x\r\n"sv, kPlain}) {
    for (const std::string_view answer : {"454 4.7.0 no TLS\r\n", "502 what\r\n"}) {
      RelayScene scene(starttls);
      EXPECT_EQ(scene.up_to_login(offer), "STARTTLS\r\n");
      scene.say(answer);
      EXPECT_EQ(scene.error().kind, Kind::Tls);
      EXPECT_EQ(scene.heard(), "QUIT\r\n");
    }
  }
}

TEST(SmtpLogin, OpportunisticTlsIsUsedWhereItIsOffered) {
  RelayScene scene(opportunistic);
  EXPECT_EQ(scene.up_to_login("250-x\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"), "STARTTLS\r\n");

  RelayScene without(opportunistic);
  EXPECT_EQ(without.up_to_login(kPlain), kPlainCommand);
  without.say("235 ok\r\n");
  EXPECT_FALSE(without.link().stream().secure());
}

TEST(SmtpLogin, ACertificateThatFailsGetsNoCredential) {
  RelayScene scene([](conf::Upstream& s) {
    starttls(s);
    s.url.to.host = "other.example.net";
  });
  EXPECT_EQ(scene.up_to_login("250-x\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"), "STARTTLS\r\n");
  scene.server().say("220 go\r\n");
  scene.secure_server();
  EXPECT_EQ(scene.error().kind, Kind::Certificate);
  EXPECT_EQ(scene.heard(), "");
}

// ---- who the client is

TEST(SmtpLogin, S020_XclientComesBeforeAuthAndEhloBehindIt) {
  RelayScene scene(own_account);
  EXPECT_EQ(scene.up_to_login(kXclient, Standing::Trusted),
            "XCLIENT NAME=[UNAVAILABLE] ADDR=192.0.2.7 PORT=50007 HELO=phone.example.org "
            "PROTO=ESMTP\r\n");
  scene.say("220 smtp.example.net ESMTP\r\n");
  EXPECT_EQ(scene.heard(), "EHLO phone.example.org\r\n");
  scene.say("250-x\r\n250 AUTH PLAIN\r\n");
  EXPECT_EQ(scene.heard(), auth_plain("gate", "key"));
  scene.say("235 ok\r\n");

  EXPECT_TRUE(scene.link().knows_client());
  EXPECT_FALSE(scene.link().offer().has(Extension::Xclient));
}

TEST(SmtpLogin, S020_ATrustedUserIsNamedAndNotLoggedIn) {
  RelayScene scene;
  scene.account.user = "joe+tag=x@example.org";
  scene.facts.client = *net::Address::parse("2001:db8::7", 50007);
  scene.helo = "[IPv6:2001:db8::7]";
  EXPECT_EQ(scene.up_to_login(kXclient, Standing::Trusted),
            "XCLIENT NAME=[UNAVAILABLE] ADDR=IPV6:2001:db8::7 PORT=50007 HELO=[IPv6:2001:db8::7] "
            "LOGIN=joe+2Btag+3Dx@example.org PROTO=ESMTP\r\n");
  scene.say("220 again\r\n");
  (void)scene.heard();
  scene.say(kPlain);
  EXPECT_EQ(scene.heard(), "");
  EXPECT_TRUE(scene.link().usable());
}

TEST(SmtpLogin, S020_WhatIsUnknownIsSaidToBeSo) {
  RelayScene scene;
  scene.facts.client = net::Address();
  scene.helo = "";
  scene.enter(Standing::Trusted, false);
  scene.say("220 x\r\n");
  (void)scene.heard();
  scene.say(kXclient);
  EXPECT_EQ(scene.heard(),
            "XCLIENT NAME=[UNAVAILABLE] ADDR=[UNAVAILABLE] PORT=[UNAVAILABLE] HELO=[UNAVAILABLE] "
            "PROTO=ESMTP\r\n");
}

TEST(SmtpLogin, S021_OnlyOfferedAttributesAreSaid) {
  RelayScene scene;
  EXPECT_EQ(scene.up_to_login("250-x\r\n250 XCLIENT ADDR REVERSE_NAME\r\n", Standing::Trusted),
            "XCLIENT ADDR=192.0.2.7\r\n");
}

TEST(SmtpLogin, S021_WithoutAnOfferThereIsNoXclient) {
  RelayScene scene([](conf::Upstream& s) { s.send_client_address = conf::SendAddress::Xclient; });
  EXPECT_EQ(scene.up_to_login("250 x\r\n", Standing::Trusted), "");
  EXPECT_TRUE(scene.link().usable());
  EXPECT_FALSE(scene.link().knows_client());
}

TEST(SmtpLogin, S020_AClientThatLogsInItselfIsNamedByItsAddressOnly) {
  RelayScene scene([](conf::Upstream& s) { s.send_client_address = conf::SendAddress::Xclient; });
  EXPECT_EQ(scene.up_to_login(kXclient),
            "XCLIENT NAME=[UNAVAILABLE] ADDR=192.0.2.7 PORT=50007 HELO=phone.example.org "
            "PROTO=ESMTP\r\n");
  scene.say("220 again\r\n");
  EXPECT_EQ(scene.heard(), "EHLO phone.example.org\r\n");
  scene.say(kXclient);
  EXPECT_EQ(scene.heard(), kPlainCommand);
}

TEST(SmtpLogin, XclientIsNotSaidForClientsThatLogInThemselvesUnlessConfigured) {
  RelayScene scene;
  EXPECT_EQ(scene.up_to_login(kXclient), kPlainCommand);
}

TEST(SmtpLogin, XclientThatIsRefusedIsOurConfiguration) {
  RelayScene scene(own_account);
  (void)scene.up_to_login(kXclient, Standing::Trusted);
  scene.say("550 5.7.0 insufficient authorization\r\n");
  EXPECT_EQ(scene.error().kind, Kind::Denied);
  EXPECT_EQ(scene.heard(), "QUIT\r\n");

  RelayScene later;
  (void)later.up_to_login(kXclient, Standing::Trusted);
  later.say("421 4.3.0 later\r\n");
  EXPECT_EQ(later.error().kind, Kind::Unavailable);
}

TEST(SmtpLogin, ARefusalOfTheGatewaysOwnAccountIsNotTheClients) {
  RelayScene scene(own_account);
  EXPECT_EQ(scene.up_to_login(kPlain, Standing::Trusted), auth_plain("gate", "key"));
  scene.say("535 5.7.8 no\r\n");
  EXPECT_EQ(scene.error().kind, Kind::Denied);
}

TEST(SmtpLogin, AProxyHeaderComesFirstWhereItIsConfigured) {
  RelayScene scene([](conf::Upstream& s) { s.send_client_address = conf::SendAddress::ProxyV2; });
  scene.enter(Standing::Own);
  EXPECT_TRUE(scene.heard().starts_with("\r\n\r\n\0\r\nQUIT\n"s));
  scene.say("220 x\r\n");
  EXPECT_EQ(scene.heard(), "EHLO gate.example.net\r\n");
  scene.say(kPlain);
  scene.say("235 ok\r\n");
  EXPECT_TRUE(scene.link().knows_client());
}

}  // namespace
}  // namespace postern::upstream
