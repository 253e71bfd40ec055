// What we say to POP3 clients, octet by octet.

#include "wire/pop3_reply.hpp"

#include "wire/ascii.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>

namespace postern::wire::pop3 {
namespace {

TEST(Pop3Reply, TheGreetingIsOneLineWithoutAngleBrackets) {
  for (const std::string_view greeting : {kGreeting, kGreetingWithXclient}) {
    EXPECT_TRUE(greeting.starts_with("+OK "));
    EXPECT_TRUE(greeting.ends_with("\r\n"));
    EXPECT_EQ(greeting.find_first_of("<>"), std::string_view::npos);
    EXPECT_EQ(greeting.find('\n'), greeting.size() - 1);
    EXPECT_LE(greeting.size(), kReplyLineOctetsMax);
  }
}

TEST(Pop3Reply, StatIsCountAndOctetsAndNothingElse) {
  EXPECT_EQ(drop_listing(3, 12345), "+OK 3 12345\r\n");
  EXPECT_EQ(drop_listing(0, 0), "+OK 0 0\r\n");
}

TEST(Pop3Reply, TotalsAreNotCutTo32Bits) {
  EXPECT_EQ(drop_listing(2, 8'589'934'592), "+OK 2 8589934592\r\n");
  EXPECT_EQ(messages_follow(2, std::numeric_limits<std::uint64_t>::max()),
            "+OK 2 messages (18446744073709551615 octets)\r\n");
}

TEST(Pop3Reply, AnEmptyListIsOkAndADot) {
  EXPECT_EQ(messages_follow(0, 0) + std::string(kEndOfAnswer), "+OK 0 messages\r\n.\r\n");
  EXPECT_EQ(messages_follow(2, 320), "+OK 2 messages (320 octets)\r\n");
}

TEST(Pop3Reply, ListsAreAppendedLineByLine) {
  std::string out;

  append_size(out, MessageNumber{1}, 120);
  append_uidl(out, MessageNumber{2}, "000000010000abcd");

  EXPECT_EQ(out, "1 120\r\n2 000000010000abcd\r\n");
}

TEST(Pop3Reply, OneMessageIsAnsweredOnTheFirstLine) {
  EXPECT_EQ(size_of_one(MessageNumber{2}, 200), "+OK 2 200\r\n");
  EXPECT_EQ(uidl_of_one(MessageNumber{2}, "x-1"), "+OK 2 x-1\r\n");
  EXPECT_EQ(octets_follow(1'073'741'824), "+OK 1073741824 octets\r\n");
  EXPECT_EQ(message_deleted(MessageNumber{7}), "+OK message 7 deleted\r\n");
}

TEST(Pop3Reply, M025_AnEmptyChallengeKeepsItsBlank) {
  EXPECT_EQ(challenge(""), "+ \r\n");
  EXPECT_EQ(challenge("VXNlcm5hbWU6"), "+ VXNlcm5hbWU6\r\n");
}

TEST(Pop3Reply, ErrorsCarryTheirCode) {
  EXPECT_EQ(error(ResponseCode::None, "syntax error"), "-ERR syntax error\r\n");
  EXPECT_EQ(error(ResponseCode::Auth, "no"), "-ERR [AUTH] no\r\n");
  EXPECT_EQ(error(ResponseCode::SysTemp, "no"), "-ERR [SYS/TEMP] no\r\n");
  EXPECT_EQ(error(ResponseCode::SysPerm, "no"), "-ERR [SYS/PERM] no\r\n");
  EXPECT_EQ(error(ResponseCode::InUse, "no"), "-ERR [IN-USE] no\r\n");
  EXPECT_EQ(error(ResponseCode::LoginDelay, "no"), "-ERR [LOGIN-DELAY] no\r\n");
}

TEST(Pop3Reply, T028_ErrorsWithAStrangersWordsStayOneLine) {
  const std::string reply =
      error(ResponseCode::SysTemp, "[AUTH] x\r\n+OK\r\n.\r\n\x1B[2J" + std::string(600, 'y'));

  EXPECT_TRUE(reply.starts_with("-ERR [SYS/TEMP] AUTH] x??+OK??.???[2Jyyy"));
  EXPECT_EQ(reply.size(), kReplyLineOctetsMax);
  EXPECT_EQ(reply.find('\r'), reply.size() - 2);
  EXPECT_EQ(reply.find('\n'), reply.size() - 1);
  EXPECT_EQ(error(ResponseCode::None, "[AUTH] x"), "-ERR AUTH] x\r\n");
}

TEST(Pop3Reply, M023_TheMechanismListEndsWithADot) {
  constexpr std::array kOffered{sasl::Mechanism::Plain, sasl::Mechanism::Login};

  EXPECT_EQ(mechanism_list(kOffered), "+OK\r\nPLAIN\r\nLOGIN\r\n.\r\n");
  EXPECT_EQ(mechanism_list({}), "+OK\r\n.\r\n");
}

TEST(Pop3Reply, CapabilitiesAreWhatIsOn) {
  Capabilities in_clear;
  in_clear.stls = true;

  EXPECT_EQ(capability_list(in_clear),
            "+OK capability list follows\r\nTOP\r\nUIDL\r\nSTLS\r\nPIPELINING\r\nRESP-CODES\r\n"
            "AUTH-RESP-CODE\r\nLANG\r\n.\r\n");
}

TEST(Pop3Reply, CapabilitiesHaveAllThatIsOn) {
  const Capabilities everything{.user = true,
                                .stls = true,
                                .utf8 = true,
                                .login_delay_may_change = true,
                                .login_delay = 60,
                                .expire_days = 30,
                                .mechanisms = sasl::kMechanisms,
                                .implementation = "postern"};

  EXPECT_EQ(capability_list(everything),
            "+OK capability list follows\r\nTOP\r\nUIDL\r\nUSER\r\n"
            "SASL PLAIN LOGIN XOAUTH2 OAUTHBEARER\r\nSTLS\r\nPIPELINING\r\nRESP-CODES\r\n"
            "AUTH-RESP-CODE\r\nUTF8 USER\r\nLANG\r\nLOGIN-DELAY 60 USER\r\nEXPIRE 30\r\n"
            "IMPLEMENTATION postern\r\n.\r\n");
}

TEST(Pop3Reply, CapabilitiesTellOfMailThatNeverExpires) {
  Capabilities never;
  never.login_delay = 5;
  never.expire_days = 30;
  never.expire_never = true;

  const std::string list = capability_list(never);

  EXPECT_NE(list.find("\r\nLOGIN-DELAY 5\r\nEXPIRE NEVER\r\n"), std::string::npos);
}

TEST(Pop3Reply, CapabilityLinesFitTheBuffersOfOldClients) {
  Capabilities most;
  most.user = most.stls = most.utf8 = true;
  most.mechanisms = sasl::kMechanisms;

  const std::string list = capability_list(most);

  std::size_t start = 0;
  for (std::size_t end = list.find('\n'); end != std::string::npos; end = list.find('\n', start)) {
    EXPECT_LE(end + 1 - start, 64U);  // fetchmail reads them in pieces of 64 octets
    start = end + 1;
  }
  EXPECT_EQ(start, list.size());
}

TEST(Pop3Reply, FixedRepliesAreWholeLines) {
  for (const std::string_view reply : {kBeginTls,
                                       kSendPass,
                                       kLoggedIn,
                                       kUtf8Enabled,
                                       kLanguages,
                                       kLanguageChanged,
                                       kUidlFollows,
                                       kTopFollows,
                                       kXclientUpdated,
                                       kOk,
                                       kBye}) {
    EXPECT_TRUE(reply.starts_with("+OK"));
    EXPECT_TRUE(reply.ends_with("\r\n"));
  }
  EXPECT_EQ(kLanguages, "+OK language listing follows\r\nen English\r\n.\r\n");
}

}  // namespace
}  // namespace postern::wire::pop3
