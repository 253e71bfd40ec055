// What a POP3 client says: each command, the blanks and cases it comes in, and what is refused.

#include "wire/pop3.hpp"

#include "wire/ascii.hpp"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <vector>

#include "tests/unit/wire/allocations.hpp"
#include "tests/unit/wire/random_octets.hpp"

namespace postern::wire::pop3 {
namespace {

using namespace std::string_literals;

std::string optional_number(const std::optional<MessageNumber>& number) {
  return number ? " " + std::to_string(raw(*number)) : "";
}

// A command as a short text, so that tests are tables.
struct Teller {
  std::string operator()(const Capa&) const { return "capa"; }

  std::string operator()(const Stls&) const { return "stls"; }

  std::string operator()(const User& user) const { return "user [" + std::string(user.name) + "]"; }

  std::string operator()(const Pass& pass) const {
    return "pass [" + std::string(pass.password) + "]";
  }

  std::string operator()(const AuthList&) const { return "auth?"; }

  std::string operator()(const Auth& auth) const {
    const std::string initial =
        auth.initial_response ? " [" + std::string(*auth.initial_response) + "]" : "";
    return "auth " + std::string(auth.mechanism) + initial;
  }

  std::string operator()(const Apop&) const { return "apop"; }

  std::string operator()(const Utf8&) const { return "utf8"; }

  std::string operator()(const Lang& lang) const { return "lang [" + std::string(lang.tag) + "]"; }

  std::string operator()(const Stat&) const { return "stat"; }

  std::string operator()(const List& list) const { return "list" + optional_number(list.number); }

  std::string operator()(const Uidl& uidl) const { return "uidl" + optional_number(uidl.number); }

  std::string operator()(const Retr& retr) const {
    return "retr " + std::to_string(raw(retr.number));
  }

  std::string operator()(const Top& top) const {
    return "top " + std::to_string(raw(top.number)) + " " + std::to_string(top.lines);
  }

  std::string operator()(const Dele& dele) const {
    return "dele " + std::to_string(raw(dele.number));
  }

  std::string operator()(const Rset&) const { return "rset"; }

  std::string operator()(const Noop&) const { return "noop"; }

  std::string operator()(const Quit&) const { return "quit"; }

  std::string operator()(const Xclient& xclient) const {
    std::string text = "xclient";
    std::string_view rest = xclient.arguments;
    while (const std::optional<XclientPair> pair = take_pair(rest)) {
      text += " " + std::string(pair->name) + ":" + std::string(pair->value);
    }
    return text;
  }

  std::string operator()(const Unknown&) const { return "unknown"; }

  std::string operator()(const Malformed& malformed) const { return std::string(malformed.why); }
};

std::string told(std::string_view line) {
  return std::visit(Teller{}, parse_command(line));
}

const std::vector<std::pair<std::string, std::string>> kCommands{
    {"CAPA", "capa"},
    {"STLS", "stls"},
    {"USER joe", "user [joe]"},
    {"PASS secret", "pass [secret]"},
    {"AUTH", "auth?"},
    {"AUTH PLAIN", "auth PLAIN"},
    {"AUTH PLAIN AGEAYg==", "auth PLAIN [AGEAYg==]"},
    {"APOP joe c4c9334bac560ecc979e58001b3e22fb", "apop"},
    {"UTF8", "utf8"},
    {"LANG", "lang []"},
    {"LANG en", "lang [en]"},
    {"STAT", "stat"},
    {"LIST", "list"},
    {"LIST 3", "list 3"},
    {"UIDL", "uidl"},
    {"UIDL 3", "uidl 3"},
    {"RETR 3", "retr 3"},
    {"TOP 3 10", "top 3 10"},
    {"DELE 3", "dele 3"},
    {"RSET", "rset"},
    {"NOOP", "noop"},
    {"QUIT", "quit"},
    {"XCLIENT ADDR=192.0.2.1 PORT=4711", "xclient ADDR:192.0.2.1 PORT:4711"},
};

TEST(Pop3Command, UnderstandsEachCommand) {
  for (const auto& [line, expected] : kCommands)
    EXPECT_EQ(told(line), expected);
}

TEST(Pop3Command, M002_TakesKeywordsInAnyCase) {
  for (const auto& [line, expected] : kCommands) {
    const std::size_t end = std::min(line.find(' '), line.size());
    std::string mixed = lower_cased(line.substr(0, end)) + line.substr(end);
    EXPECT_EQ(told(mixed), expected);
    mixed[1] = to_upper(mixed[1]);
    EXPECT_EQ(told(mixed), expected);
  }
}

TEST(Pop3Command, M005_IgnoresTrailingBlanksButForPass) {
  for (const auto& [line, expected] : kCommands) {
    if (line.starts_with("PASS")) continue;
    for (const std::string blanks : {" ", "\t", "   \t "})
      EXPECT_EQ(told(line + blanks), expected);
  }
}

TEST(Pop3Command, TakesSeveralBlanksOfBothKindsBetweenWords) {
  EXPECT_EQ(told("RETR \t 3"), "retr 3");
  EXPECT_EQ(told("TOP\t3   10"), "top 3 10");
  EXPECT_EQ(told("AUTH  PLAIN \t AGEAYg=="), "auth PLAIN [AGEAYg==]");
  EXPECT_EQ(told("XCLIENT  A=1  B="), "xclient A:1 B:");
}

TEST(Pop3Command, M003_ALineIsTheSameWhateverEndedIt) {
  // The line end is gone when a line comes here; a CR that is still there is data, and refused.
  EXPECT_EQ(told("NOOP"), "noop");
  EXPECT_EQ(told("NOOP\r"), "invalid character");
}

TEST(Pop3Command, M019_PassIsEverythingBehindOneSpace) {
  EXPECT_EQ(told("PASS  two  blanks \t"), "pass [ two  blanks \t]");
  EXPECT_EQ(told("PASS p\xC3\xA4ss \"w\\ord\""), "pass [p\xC3\xA4ss \"w\\ord\"]");
  EXPECT_EQ(told("PASS\tsecret"), "syntax error");
}

TEST(Pop3Command, M020_PassMayBeEmpty) {
  EXPECT_EQ(told("PASS"), "pass []");
  EXPECT_EQ(told("PASS "), "pass []");
}

TEST(Pop3Command, UserLosesOneLeadingBlankAndAllTrailingOnes) {
  EXPECT_EQ(told("USER joe doe \t "), "user [joe doe]");
  EXPECT_EQ(told("USER  joe"), "user [ joe]");
  EXPECT_EQ(told("USER"), "syntax error");
  EXPECT_EQ(told("USER  "), "syntax error");
}

TEST(Pop3Command, M023_AuthWithBlanksOnlyAsksForTheList) {
  EXPECT_EQ(told("AUTH "), "auth?");
  EXPECT_EQ(told("AUTH \t  "), "auth?");
}

TEST(Pop3Command, M024_AuthMayHaveAnInitialResponse) {
  EXPECT_EQ(told("AUTH XOAUTH2 ="), "auth XOAUTH2 [=]");
  EXPECT_EQ(told("AUTH PLAIN AA== BB=="), "syntax error");
}

TEST(Pop3Command, M030_T050_NumbersAreDigitsOnly) {
  for (const std::string keyword : {"LIST", "UIDL", "RETR", "DELE"}) {
    for (const std::string argument :
         {"-1", "+1", "1.0", "0x1", "1a", "a", "1 2", "1,2", "1:3", "*", "\xD9\xA1"}) {
      EXPECT_EQ(told(keyword + " " + argument), "syntax error") << keyword << " " << argument;
    }
  }
  EXPECT_EQ(told("RETR"), "syntax error");
  EXPECT_EQ(told("DELE "), "syntax error");
}

TEST(Pop3Command, M030_T050_NumbersThatFitNothingNameNoMessage) {
  EXPECT_EQ(told("RETR 0"), "retr 0");
  EXPECT_EQ(told("RETR 0007"), "retr 7");
  EXPECT_EQ(told("RETR 4294967295"), "retr 4294967295");
  EXPECT_EQ(told("RETR 4294967297"), "retr 4294967295");  // must not become 1
  EXPECT_EQ(told("DELE 18446744073709551617"), "dele 4294967295");
  EXPECT_EQ(told("DELE " + std::string(200, '9')), "dele 4294967295");
  EXPECT_EQ(told("LIST " + std::string(200, '0') + "5"), "list 5");
}

TEST(Pop3Command, M112_TopNeedsANumberAndACount) {
  EXPECT_EQ(told("TOP 1 0"), "top 1 0");
  EXPECT_EQ(told("TOP 1 99999999"), "top 1 99999999");
  EXPECT_EQ(told("TOP 1 99999999999"), "top 1 4294967295");
  for (const std::string line : {"TOP", "TOP 1", "TOP 1 ", "TOP 1 -1", "TOP 1 2 3", "TOP x 1"}) {
    EXPECT_EQ(told(line), "syntax error") << line;
  }
}

TEST(Pop3Command, CommandsWithoutArgumentsTakeNone) {
  for (const std::string keyword : {"CAPA", "STLS", "UTF8", "STAT", "RSET", "NOOP", "QUIT"}) {
    EXPECT_EQ(told(keyword + " x"), "syntax error");
  }
  EXPECT_EQ(told("LANG en de"), "syntax error");
}

TEST(Pop3Command, WhatIsNotInTheTableIsUnknown) {
  for (const std::string line : {"LAST",
                                 "XTND XMIT",
                                 "RPOP joe",
                                 "RETRO 1",
                                 "RET 1",
                                 "",
                                 " ",
                                 " STAT",
                                 "\xC3\xA4",
                                 "PASSsecret"}) {
    EXPECT_EQ(told(line), "unknown") << line;
  }
}

TEST(Pop3Command, M010_T027_ControlOctetsAreRefusedInEveryCommand) {
  for (const auto& [line, expected] : kCommands) {
    for (const char octet : {'\0', '\r', '\n', '\x01', '\x1B', '\x7F'}) {
      EXPECT_EQ(told(line + octet), "invalid character");
      EXPECT_EQ(told(line.substr(0, 2) + octet + line.substr(2)), "invalid character");
    }
  }
  EXPECT_EQ(told("FOO \x01"), "invalid character");
}

TEST(Pop3Command, TakesALineOf255Octets) {
  const std::string line = "USER " + std::string(255 - 5 - 2, 'a');

  EXPECT_EQ(told(line), "user [" + line.substr(5) + "]");
}

TEST(Pop3Command, M007_T040_RefusesALineOf513Octets) {
  const std::string longest = "PASS " + std::string(512 - 5 - 2, 'a');

  EXPECT_EQ(told(longest), "pass [" + longest.substr(5) + "]");
  EXPECT_EQ(told(longest + "a"), "line too long");
  EXPECT_EQ(told(std::string(511, 'x')), "line too long");
}

TEST(Pop3Command, T040_AuthLinesMayBeLongButNotEndless) {
  const std::string token(12'000, 'A');

  EXPECT_EQ(told("auth xoauth2 " + token), "auth xoauth2 [" + token + "]");
  EXPECT_EQ(told("AUTH XOAUTH2 " + std::string(16'384, 'A')), "line too long");
}

TEST(Pop3Command, TheLimitsAreSettings) {
  const LineLimits limits{.command_octets_max = 10, .sasl_octets_max = 12};

  EXPECT_TRUE(std::holds_alternative<Retr>(parse_command("RETR 123", limits)));
  EXPECT_TRUE(std::holds_alternative<Malformed>(parse_command("RETR 1234", limits)));
  EXPECT_TRUE(std::holds_alternative<Auth>(parse_command("AUTH LOGIN", limits)));
  EXPECT_TRUE(std::holds_alternative<Malformed>(parse_command("AUTH LOGINX", limits)));
}

TEST(Pop3Command, XclientNeedsPairs) {
  for (const std::string line :
       {"XCLIENT", "XCLIENT ", "XCLIENT ADDR", "XCLIENT =x", "XCLIENT A=1 B"}) {
    EXPECT_EQ(told(line), "syntax error") << line;
  }
  EXPECT_EQ(told("XCLIENT A=b=c"), "xclient A:b=c");
}

TEST(Pop3Command, XclientTakesNoEndlessListOfPairs) {
  std::string line = "XCLIENT";
  std::string expected = "xclient";
  for (std::size_t count = 0; count < kXclientPairsMax; ++count) {
    line += " A=1";
    expected += " A:1";
  }

  EXPECT_EQ(told(line), expected);
  EXPECT_EQ(told(line + " A=1"), "syntax error");
}

TEST(Pop3Command, T043_ParsingTakesNoMemory) {
  const std::string token = "AUTH XOAUTH2 " + std::string(12'000, 'A');
  const std::size_t before = test::allocations();

  for (const std::string_view line : {std::string_view("RETR 1"),
                                      std::string_view("PASS a b c"),
                                      std::string_view(token),
                                      std::string_view("XCLIENT A=1 B=2")}) {
    EXPECT_FALSE(std::holds_alternative<Malformed>(parse_command(line)));
  }

  EXPECT_EQ(test::allocations(), before);
}

TEST(Pop3Command, T019_T040_SurvivesRandomLines) {
  test::RandomOctets random(3);
  const std::string alphabet = "RETLISDAUHP \t=019-\0\r\n\xFF"s;
  for (int round = 0; round < 20'000; ++round) {
    const std::string line = random.from(alphabet, random.number(20));
    const std::string text = told(line);
    EXPECT_EQ(text == "invalid character", has_control(line)) << line;
  }
}

TEST(FirstLine, KnowsOtherProtocols) {
  for (const std::string_view line : {"GET / HTTP/1.1",
                                      "POST /x HTTP/1.0",
                                      "get / http/1.1",
                                      "OPTIONS * HTTP/1.1",
                                      "HTTP/1.1 200 OK",
                                      "EHLO client.example",
                                      "HELO x",
                                      "\x16\x03\x01\x02",
                                      "PUT /x HTTP/1.1"}) {
    EXPECT_TRUE(speaks_another_protocol(line)) << line;
  }
  for (const std::string_view line : {"", "CAPA", "USER GET ", "GETX", "AUTH PLAIN", "\x16"}) {
    EXPECT_FALSE(speaks_another_protocol(line)) << line;
  }
}

}  // namespace
}  // namespace postern::wire::pop3
