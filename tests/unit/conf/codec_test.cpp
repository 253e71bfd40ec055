// Every kind of value refused, with the exact words and the exact place. The tables pair what is
// written at line 13 of a working configuration with the one problem that follows.

#include "conf/codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/conf/loading.hpp"

namespace postern::conf {
namespace {

using testing::ElementsAre;

struct Wrong {
  std::string written;  // at line 13 of the file
  std::string said;
};

void expect_said(const std::vector<Wrong>& table) {
  for (const auto& [written, said] : table) {
    const auto outcome = load_upon_base(written);
    EXPECT_THAT(lines_of(outcome), ElementsAre(said)) << written;
    EXPECT_FALSE(outcome.settings) << written;
  }
}

TEST(Codec, RefusesTheWrongKindOfValueAndNamesTheRightOne) {
  expect_said({
      {"pop3.utf8 = 'on'",
       "f:13:13: error: pop3.utf8: text stands here: write true or false, without quotes"},
      {"pop3.bad_commands = '20'",
       "f:13:21: error: pop3.bad_commands: text stands here: write a whole number, without quotes "
       "and unit"},
      {"pop3.bad_commands = 1.5",
       "f:13:21: error: pop3.bad_commands: a bare number stands here: write a whole number, "
       "without quotes and unit"},
      {"pop3.login_delay = 60",
       R"(f:13:20: error: pop3.login_delay: a bare number stands here: )"
       R"(a duration is text with units, such as "250ms", "30s" or )"
       R"("1h30m")"},
      {"pop3.line_max = 512",
       R"(f:13:17: error: pop3.line_max: a bare number stands here: a )"
       R"(size is text with its unit, such as "512B", "64KiB" or "25MB")"},
      {"limits.memory = 75",
       R"(f:13:17: error: limits.memory: a bare number stands here: a )"
       R"(percentage is text such as "75%")"},
      {"auth.throttle.per_user = 20",
       R"(f:13:26: error: auth.throttle.per_user: a bare number stands )"
       R"(here: a rate is text such as "60/min"; s, min, h or d)"},
      {"server.name = true",
       "f:13:15: error: server.name: true or false stands here: text stands in quotes"},
      {"server.name = 2024-01-01",
       "f:13:15: error: server.name: a date stands here: text stands in quotes"},
      {"pop3.lock = ['none']",
       R"(f:13:13: error: pop3.lock: a list stands here: write "none", "refuse" or "steal")"},
      {"pop3.lock = {}",
       R"(f:13:13: error: pop3.lock: a table stands here: write "none", "refuse" or "steal")"},
      {"server.trusted_proxies = '10.0.0.0/8'",
       R"(f:13:26: error: server.trusted_proxies: text stands here: a )"
       R"(list is written ["one", "two"])"},
  });
}

TEST(Codec, RefusesValuesOutOfBounds) {
  expect_said({
      {"pop3.line_max = '254B'",
       R"(f:13:17: error: pop3.line_max: "254B" is out of bounds: from "255B" to "64KiB")"},
      {"server.workers = 1025",
       "f:13:18: error: server.workers: 1025 is out of bounds: from 0 to 1024"},
      {"server.workers = -1",
       "f:13:18: error: server.workers: the number is negative or does not fit into 32 bits"},
      {"server.workers = 4294967296",
       "f:13:18: error: server.workers: the number is negative or does not fit into 32 bits"},
      {"limits.memory = '0%'",
       R"(f:13:17: error: limits.memory: "0%" is out of bounds: from "1%" to "100%")"},
      {"limits.per_address.connections = 0",
       "f:13:34: error: limits.per_address.connections: 0 is out of bounds: from 1 to 1000000"},
  });
}

TEST(Codec, M039_RefusesAnIdleTimeoutBelowTenMinutes) {
  expect_said({
      {"pop3.idle_timeout = '599s'",
       R"(f:13:21: error: pop3.idle_timeout: "599s" is out of bounds: from "10m" to "1d")"},
      {"listener.pop3.pop3.idle_timeout = '9m'",
       R"(f:13:35: error: listener.pop3.pop3.idle_timeout: "9m" is out )"
       R"(of bounds: from "10m" to "1d")"},
      {"upstream.imap.pop3.idle_timeout = '1s'",
       R"(f:13:35: error: upstream.imap.pop3.idle_timeout: "1s" is out )"
       R"(of bounds: from "10m" to "1d")"},
      {"[[route]]\nupstream = 'imap'\npop3 = { idle_timeout = '0s' }",
       R"(f:15:25: error: route.1.pop3.idle_timeout: "0s" is out of bounds: from "10m" to "1d")"},
  });
}

TEST(Codec, M039_TakesAnIdleTimeoutOfTenMinutes) {
  EXPECT_EQ(settings_upon_base("pop3.idle_timeout = '600s'").pop3.idle_timeout, 10min);
}

TEST(Codec, RefusesWordsWithTheOneThatWasMeant) {
  expect_said({
      {"listener.pop3.tls = 'startls'",
       R"(f:13:21: error: listener.pop3.tls: "startls" is not right: did you mean "starttls"?)"},
      {"pop3.seen = 'ter'",
       R"(f:13:13: error: pop3.seen: "ter" is not right: did you mean "retr"?)"},
      {"pop3.lock = 'exclusive'",
       R"(f:13:13: error: pop3.lock: "exclusive" is not right: write "none", "refuse" or "steal")"},
      {"pop3.lock = ''",
       R"(f:13:13: error: pop3.lock: "" is not right: write "none", "refuse" or "steal")"},
  });
}

TEST(Codec, RefusesWordsOfLaterVersionsAsSuch) {
  expect_said({
      {"submission.save_sent = 'pop'",
       R"(f:13:24: error: submission.save_sent: "pop" is not in this version: )"
       R"(write "off" or "on")"},
      {"upstream.imap.auth = 'master'",
       R"(f:13:22: error: upstream.imap.auth: "master" is not in this )"
       R"(version: write "same", or { user = "NAME", password = { file )"
       R"(= "PATH" } })"},
  });
}

TEST(Codec, RefusesEachBadItemOfAListAtItsPlace) {
  const auto lines =
      problems_upon_base("listener.pop3.allow = ['10.0.0.0/8',\n '10.0.0.1/8', 7, 'x']");

  EXPECT_THAT(lines,
              ElementsAre(R"(f:14:2: error: listener.pop3.allow: "10.0.0.1/8" is not )"
                          R"(right: the network of that address is "10.0.0.0/8")",
                          R"(f:14:16: error: listener.pop3.allow: a bare number stands )"
                          R"(here: a network is written "192.0.2.0/24" or "2001:db8::/32")",
                          R"(f:14:19: error: listener.pop3.allow: "x" is not right: a )"
                          R"(network is written "192.0.2.0/24" or "2001:db8::/32")"));
}

TEST(Codec, BoundsTheLengthOfListsAndTexts) {
  std::string many = "log.protocol_trace = [";
  for (int i = 0; i < 1'001; ++i)
    many += "'x',\n";
  std::string endpoints = "listener.pop3.listen = [";
  for (int i = 1; i <= 17; ++i)
    endpoints += "':" + std::to_string(i) + "',";
  expect_said({
      {many + "]", "f:13:22: error: log.protocol_trace: the list has more than 1000 items"},
      {endpoints + "]", "f:13:24: error: listener.pop3.listen: the list has more than 16 items"},
      {"tls.default.ciphers = '" + std::string(1'025, 'A') + "'",
       "f:13:23: error: tls.default.ciphers: \"" + std::string(64, 'A') +
           "\"... is not right: it has more than 1024 octets"},
      {"tls.default.ciphers = \"a\\nb\"",
       R"(f:13:23: error: tls.default.ciphers: "a\x0ab" is not right: )"
       R"(it holds a control character)"},
  });
}

TEST(Codec, RefusesTextsThatTheirSettingCannotMean) {
  expect_said({
      {"server.name = 'no spaces'",
       R"(f:13:15: error: server.name: "no spaces" is not right: a host )"
       R"(name has letters, digits, "-" and dots)"},
      {"server.user = ''",
       R"(f:13:15: error: server.user: "" is not right: write the name of a local account)"},
      {"auth.mechanisms = ['plain']",
       R"(f:13:20: error: auth.mechanisms: "plain" is not right: write )"
       R"("PLAIN", "LOGIN", "XOAUTH2" or "OAUTHBEARER")"},
      {"tls.default.server_names = ['*.*.example']",
       R"(f:13:29: error: tls.default.server_names: "*.*.example" is )"
       R"(not right: write a host name, or "*.example.org" for one more )"
       R"(label)"},
      {"pop3.mailbox = ''",
       R"(f:13:16: error: pop3.mailbox: "" is not right: write the name )"
       R"(of a mailbox, such as "INBOX")"},
      {"upstream.imap.text_rules.in_use = ['']",
       R"(f:13:36: error: upstream.imap.text_rules.in_use: "" is not )"
       R"(right: an empty text is part of every answer: write words)"},
      {"pop3.subfolder_delimiter = '++'",
       R"(f:13:28: error: pop3.subfolder_delimiter: "++" is not right: )"
       R"(it is one sign such as "+", or "" for none)"},
  });
}

TEST(Codec, T007_ReadsPinsAsHexadecimalDigits) {
  const auto settings = settings_upon_base("upstream.imap.verify = { pin_sha256 = ['" +
                                           std::string(31 * 2, '0') + "aF'] }");

  const Verify& verify = settings.upstreams.at(0).verify;
  EXPECT_EQ(verify.kind, Verify::Kind::Pin);
  ASSERT_EQ(verify.pins.size(), 1U);
  EXPECT_EQ(verify.pins[0][0], 0x00);
  EXPECT_EQ(verify.pins[0][31], 0xaf);
}

TEST(Codec, T007_RefusesOddPinsAndOtherWaysToVerify) {
  constexpr std::string_view kHint =
      R"(write "full", "ca", "none" or { pin_sha256 = ["64 hexadecimal digits"] })";
  const std::string where = "error: upstream.imap.verify: ";
  expect_said({
      {"upstream.imap.verify = 'no'",
       "f:13:24: " + where + "\"no\" is not right: " + std::string(kHint)},
      {"upstream.imap.verify = {}", "f:13:24: " + where + std::string(kHint)},
      {"upstream.imap.verify = { pin_sha256 = [] }", "f:13:24: " + where + std::string(kHint)},
      {"upstream.imap.verify = { pin = ['00'] }", "f:13:24: " + where + std::string(kHint)},
      {"upstream.imap.verify = { pin_sha256 = ['00'] }",
       "f:13:40: " + where +
           "a pin is the SHA-256 of the certificate's public key, in 64 hexadecimal digits"},
      {"upstream.imap.verify = { pin_sha256 = ['" + std::string(64, 'g') + "'] }",
       "f:13:40: " + where +
           "a pin is the SHA-256 of the certificate's public key, in 64 hexadecimal digits"},
  });
}

TEST(Codec, TakesOffWhereALimitMayBeOff) {
  const auto settings = settings_upon_base(
      "limits.per_address = { connections = 'off', new = 'off' }\nauth.throttle.per_user = "
      "'off'\n");

  EXPECT_EQ(settings.limits.per_address_connections, std::nullopt);
  EXPECT_EQ(settings.limits.per_address_new, std::nullopt);
  EXPECT_EQ(settings.auth.throttle_per_user, std::nullopt);
  EXPECT_EQ(settings.auth.throttle_per_address, (Rate{30, 1h}));
}

TEST(Suggestion, IsTheNearestWordWithinTwoSlips) {
  constexpr auto kWordsHere = words("tls", "tls_profile", "listen", "cleartext_login");

  EXPECT_EQ(did_you_mean("tsl", kWordsHere), "tls");
  EXPECT_EQ(did_you_mean("lsiten", kWordsHere), "listen");
  EXPECT_EQ(did_you_mean("tls_profil", kWordsHere), "tls_profile");
  EXPECT_EQ(did_you_mean("clear_text_logins", kWordsHere), "cleartext_login");
}

TEST(Suggestion, IsSilentWhenNothingIsNear) {
  constexpr auto kWordsHere = words("tls", "listen");

  EXPECT_EQ(did_you_mean("certificate", kWordsHere), std::nullopt);
  EXPECT_EQ(did_you_mean("x", kWordsHere), std::nullopt);
  EXPECT_EQ(did_you_mean(std::string(1'000'000, 'l'), kWordsHere), std::nullopt);
}

}  // namespace
}  // namespace postern::conf
