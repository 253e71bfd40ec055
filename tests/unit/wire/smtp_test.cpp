// What a submission client says: each command, the forms it comes in, and what is refused.

#include "wire/smtp.hpp"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>

namespace postern::wire::smtp {
namespace {

using namespace std::string_literals;

std::string told(Fault fault) {
  switch (fault) {
    case Fault::Syntax:
      return "syntax";
    case Fault::InvalidCharacter:
      return "invalid character";
    case Fault::LineTooLong:
      return "too long";
    case Fault::Sender:
      return "sender";
    case Fault::Recipient:
      return "recipient";
    case Fault::UnknownParameter:
      return "unknown parameter";
    case Fault::ParameterValue:
      return "value";
    case Fault::ParameterRepeated:
      return "repeated";
  }
  return {};
}

// A command as a short text, so that tests are tables.
std::string heard(std::string_view line, bool lenient = true, const LineLimits& limits = {}) {
  const Command command = parse_command(line, lenient, limits);
  return std::visit(
      [](const auto& each) -> std::string {
        using T = std::decay_t<decltype(each)>;
        if constexpr (std::is_same_v<T, Helo>) return "helo " + std::string(each.name);
        if constexpr (std::is_same_v<T, Ehlo>) return "ehlo " + std::string(each.name);
        if constexpr (std::is_same_v<T, StartTls>) return "starttls";
        if constexpr (std::is_same_v<T, Auth>) {
          const std::string_view initial = each.initial_response.value_or("none");
          return "auth " + std::string(each.mechanism) + " " + std::string(initial);
        }
        if constexpr (std::is_same_v<T, Mail>) {
          return "mail " + written(each.sender) + written(each.parameters);
        }
        if constexpr (std::is_same_v<T, Rcpt>) {
          return "rcpt " + written(each.recipient) + written(each.parameters);
        }
        if constexpr (std::is_same_v<T, Data>) return "data";
        if constexpr (std::is_same_v<T, Bdat>) return "bdat";
        if constexpr (std::is_same_v<T, Rset>) return "rset";
        if constexpr (std::is_same_v<T, Noop>) return "noop";
        if constexpr (std::is_same_v<T, Quit>) return "quit";
        if constexpr (std::is_same_v<T, Vrfy>) return "vrfy";
        if constexpr (std::is_same_v<T, Help>) return "help";
        if constexpr (std::is_same_v<T, NotHere>) return "not here";
        if constexpr (std::is_same_v<T, Xclient>) return "xclient " + std::string(each.arguments);
        if constexpr (std::is_same_v<T, Unknown>) return "unknown";
        if constexpr (std::is_same_v<T, Fault>) return told(each);
      },
      command);
}

TEST(SmtpCommand, KeywordsAreUnderstoodInAnyCase) {
  EXPECT_EQ(heard("EHLO client.example"), "ehlo client.example");
  EXPECT_EQ(heard("ehlo [192.0.2.1]"), "ehlo [192.0.2.1]");
  EXPECT_EQ(heard("HeLo my_printer"), "helo my_printer");
  EXPECT_EQ(heard("data"), "data");
  EXPECT_EQ(heard("QUIT  "), "quit");
  EXPECT_EQ(heard("NOOP what ever"), "noop");
  EXPECT_EQ(heard("starttls"), "starttls");
  EXPECT_EQ(heard("BDAT 100 LAST"), "bdat");
  EXPECT_EQ(heard("ETRN example.org"), "not here");
  EXPECT_EQ(heard("XYZZY"), "unknown");
  EXPECT_EQ(heard(""), "unknown");
}

TEST(SmtpCommand, ArgumentsThatDoNotBelongAreRefused) {
  EXPECT_EQ(heard("EHLO"), "syntax");
  EXPECT_EQ(heard("EHLO a b"), "syntax");
  EXPECT_EQ(heard("DATA x"), "syntax");
  EXPECT_EQ(heard("RSET x"), "syntax");
  EXPECT_EQ(heard("AUTH"), "syntax");
  EXPECT_EQ(heard("AUTH PLAIN a b"), "syntax");
  EXPECT_EQ(heard("MAIL <joe@example.org>"), "syntax");
  EXPECT_EQ(heard("RCPT FROM:<joe@example.org>"), "syntax");
}

TEST(SmtpCommand, S016_AuthHasAnInitialResponseOrNot) {
  EXPECT_EQ(heard("AUTH PLAIN"), "auth PLAIN none");
  EXPECT_EQ(heard("AUTH PLAIN AGpvZQBz"), "auth PLAIN AGpvZQBz");
  EXPECT_EQ(heard("AUTH LOGIN ="), "auth LOGIN =");
  EXPECT_EQ(heard("AUTH XOAUTH2 " + std::string(12'000, 'a')),
            "auth XOAUTH2 " + std::string(12'000, 'a'));
  EXPECT_EQ(heard("AUTH XOAUTH2 " + std::string(12'288, 'a')), "too long");
}

TEST(SmtpCommand, S013_ParametersAreReadAndWrittenAnew) {
  EXPECT_EQ(heard("MAIL FROM:<a@b.example> SIZE=100 BODY=8bitmime SMTPUTF8 RET=hdrs ENVID=x+2By"),
            "mail <a@b.example> BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=x+2By");
  EXPECT_EQ(heard("MAIL FROM:<> BY=120;rt HOLDFOR=60 MT-PRIORITY=-3 REQUIRETLS"),
            "mail <> BY=120;RT HOLDFOR=60 MT-PRIORITY=-3 REQUIRETLS");
  EXPECT_EQ(heard("MAIL FROM:<> HOLDUNTIL=2026-11-25T10:00:00Z"),
            "mail <> HOLDUNTIL=2026-11-25T10:00:00Z");
  EXPECT_EQ(heard("RCPT TO:<a@b.example> NOTIFY=delay,success ORCPT=rfc822;a+40b"),
            "rcpt <a@b.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a@b");
  EXPECT_EQ(heard("RCPT TO:<a@b.example> NOTIFY=never"), "rcpt <a@b.example> NOTIFY=NEVER");
}

TEST(SmtpCommand, S014_UnknownParametersAreRefused) {
  EXPECT_EQ(heard("MAIL FROM:<a@b.example> XYZ"), "unknown parameter");
  EXPECT_EQ(heard("MAIL FROM:<a@b.example> NOTIFY=NEVER"), "unknown parameter");
  EXPECT_EQ(heard("RCPT TO:<a@b.example> SIZE=1"), "unknown parameter");
  EXPECT_EQ(heard("RCPT TO:<a@b.example> ="), "unknown parameter");
}

TEST(SmtpCommand, T034_ValuesThatAreNoneAreRefused) {
  for (const std::string_view parameter : {"SIZE",
                                           "SIZE=",
                                           "SIZE=-1",
                                           "SIZE=99999999999999999999",
                                           "BODY=BINARYMIME",
                                           "BODY",
                                           "SMTPUTF8=1",
                                           "RET=ALL",
                                           "ENVID=",
                                           "ENVID=a+0Db",
                                           "ENVID=a+b",
                                           "AUTH",
                                           "BY=0;R",
                                           "BY=5",
                                           "BY=5;X",
                                           "HOLDUNTIL=tomorrow",
                                           "MT-PRIORITY=10"}) {
    EXPECT_EQ(heard("MAIL FROM:<a@b.example> " + std::string(parameter)), "value") << parameter;
  }
  for (const std::string_view parameter : {"NOTIFY=",
                                           "NOTIFY=NEVER,DELAY",
                                           "ORCPT=a@b",
                                           "ORCPT=rfc822;",
                                           "ORCPT=;a",
                                           "ORCPT=rfc822;a+0D+0Ab"}) {
    EXPECT_EQ(heard("RCPT TO:<a@b.example> " + std::string(parameter)), "value") << parameter;
  }
  EXPECT_EQ(heard("MAIL FROM:<a@b.example> SIZE=1 SIZE=2"), "repeated");
  EXPECT_EQ(heard("RCPT TO:<a@b.example> NOTIFY=NEVER NOTIFY=NEVER"), "repeated");
  EXPECT_EQ(heard("MAIL FROM:<> HOLDFOR=1 HOLDUNTIL=2026-11-25T10:00:00Z"), "repeated");
}

TEST(SmtpCommand, S015_T035_WhomTheClientNamesInAuthIsNotKept) {
  EXPECT_EQ(heard("MAIL FROM:<a@b.example> AUTH=boss+40b.example"), "mail <a@b.example>");
  EXPECT_EQ(heard("MAIL FROM:<a@b.example> AUTH=<>"), "mail <a@b.example>");
}

TEST(SmtpCommand, S024_AddressesAreJudgedByTheirCommand) {
  EXPECT_EQ(heard("MAIL FROM:<joe>"), "sender");
  EXPECT_EQ(heard("MAIL FROM:<postmaster>"), "sender");
  EXPECT_EQ(heard("MAIL FROM:joe@example.org", false), "sender");
  EXPECT_EQ(heard("RCPT TO:<>"), "recipient");
  EXPECT_EQ(heard("RCPT TO:<joe>"), "recipient");
  EXPECT_EQ(heard("RCPT TO:<Postmaster>"), "rcpt <Postmaster>");
}

TEST(SmtpCommand, T040_LinesHaveABound) {
  const std::string line = "MAIL FROM:<a@b.example> ENVID=" + std::string(2048 - 2 - 30, 'a');
  EXPECT_EQ(heard(line), "value");
  EXPECT_EQ(heard(line + "a"), "too long");
  EXPECT_EQ(heard("XYZZY " + std::string(5000, 'a')), "too long");
}

TEST(SmtpCommand, T027_ControlsAreRefusedEverywhere) {
  EXPECT_EQ(heard("MAIL FROM:<a\0@b.example>"s), "invalid character");
  EXPECT_EQ(heard("EHLO a\rb"), "invalid character");
  EXPECT_EQ(heard("AUTH PLAIN a\x01"), "invalid character");
}

TEST(SmtpParameters, S013_FitOnlyWhatTheUpstreamOffered) {
  Offer nothing;
  Offer much;
  much.hear("8BITMIME");
  much.hear("SMTPUTF8");
  much.hear("DSN");
  MailParameters mail;
  EXPECT_TRUE(mail.fits(nothing));
  mail.body = Body::EightBitMime;
  mail.utf8 = true;
  mail.ret = Return::Full;
  EXPECT_FALSE(mail.fits(nothing));
  EXPECT_TRUE(mail.fits(much));
  mail.require_tls = true;
  EXPECT_FALSE(mail.fits(much));
  RcptParameters rcpt;
  EXPECT_TRUE(rcpt.fits(nothing));
  rcpt.notify.emplace();
  EXPECT_FALSE(rcpt.fits(nothing));
  EXPECT_TRUE(rcpt.fits(much));
}

TEST(SmtpOffer, OfTwoHasInCommonWhatBothSay) {
  Offer one;
  one.hear("SIZE 2000");
  one.hear("DSN");
  one.hear("AUTH PLAIN LOGIN");
  Offer other;
  other.hear("SIZE");
  other.hear("AUTH LOGIN XOAUTH2");

  const Offer common = one.common_with(other);
  EXPECT_EQ(common, other.common_with(one));
  EXPECT_EQ(common.size_max, 2000U);
  EXPECT_TRUE(common.has(Extension::Size));
  EXPECT_FALSE(common.has(Extension::Dsn));
  EXPECT_TRUE(common.has(sasl::Mechanism::Login));
  EXPECT_FALSE(common.has(sasl::Mechanism::Plain));
}

TEST(SmtpOffer, HearsWhatMattersAndNothingElse) {
  Offer offer;
  for (const std::string_view line : {"PIPELINING",
                                      "size 52428800",
                                      "AUTH PLAIN CRAM-MD5 login",
                                      "AUTH=XOAUTH2",
                                      "CHUNKING",
                                      "XCLIENT NAME ADDR PORT LOGIN",
                                      "",
                                      "x"}) {
    offer.hear(line);
  }

  EXPECT_TRUE(offer.has(Extension::Pipelining));
  EXPECT_EQ(offer.size_max, 52'428'800U);
  EXPECT_TRUE(offer.has(sasl::Mechanism::Plain));
  EXPECT_TRUE(offer.has(sasl::Mechanism::Login));
  EXPECT_TRUE(offer.has(sasl::Mechanism::XOAuth2));
  EXPECT_FALSE(offer.has(sasl::Mechanism::OAuthBearer));
  EXPECT_TRUE(offer.has(XclientAttribute::Addr));
  EXPECT_TRUE(offer.has(XclientAttribute::Login));
  EXPECT_FALSE(offer.has(XclientAttribute::Helo));
  EXPECT_FALSE(offer.has(Extension::Dsn));
}

}  // namespace
}  // namespace postern::wire::smtp
