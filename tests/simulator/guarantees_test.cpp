// Each judge is shown a crime: a run that went well, changed by hand into one that breaks its
// promise.

#include "tests/simulator/guarantees.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/simulator/scripted_client.hpp"
#include "tests/simulator/simulation.hpp"

namespace postern::test {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::StartsWith;

class GuaranteesTest : public testing::Test {
 protected:
  GuaranteesTest()
      : outcome_(simulate({.messages = 3, .script = {"RETR 1", "TOP 2 1", "DELE 1", "QUIT"}})) {}

  // The exchange of a command.
  Exchange& of(const std::string& command) {
    return *std::ranges::find(outcome_.exchanges, command, &Exchange::command);
  }

  void expect_broken(const std::string& which) {
    EXPECT_THAT(broken_guarantees(outcome_), Contains(StartsWith(which)));
  }

  Outcome outcome_;
};

TEST_F(GuaranteesTest, ARunThatWentWellBreaksNone) {
  EXPECT_THAT(broken_guarantees(outcome_), IsEmpty());
  EXPECT_EQ(of("QUIT").reply.substr(0, 3), "+OK");
  EXPECT_EQ(outcome_.inbox.mails.size(), 2U);
}

TEST_F(GuaranteesTest, SeesMailThatNobodyDeleted) {
  outcome_.inbox.mails.pop_back();
  expect_broken("G-1 UID 13 is gone, which nobody");
}

TEST_F(GuaranteesTest, SeesDeletionWithoutQuit) {
  of("QUIT").is_sent = false;
  expect_broken("G-1 UID 11 is gone without a QUIT");
}

TEST_F(GuaranteesTest, SeesDeletionAfterAFailedTransfer) {
  of("RETR 1").is_whole = false;
  expect_broken("G-1 UID 11 is gone, though its transfer");
}

TEST_F(GuaranteesTest, SeesAFlagThatNobodyAskedFor) {
  outcome_.inbox.mails[0].flags.insert("\\Deleted");
  expect_broken("G-1 UID 12 is flagged");
}

TEST_F(GuaranteesTest, SeesOthersFlaggedMailGo) {
  outcome_.flagged_elsewhere.insert(12);
  outcome_.inbox.mails.erase(outcome_.inbox.mails.begin());
  expect_broken("G-1 UID 12 is gone, which somebody else had flagged");
}

TEST_F(GuaranteesTest, SeesDeletionAcrossANewUidvalidity) {
  ++outcome_.inbox.uid_validity;
  outcome_.renumbered = outcome_.inbox;
  outcome_.inbox.mails.pop_back();
  expect_broken("G-1 UID 13 is gone across");
}

TEST_F(GuaranteesTest, SeesMailThatIsNotInTheTrash) {
  outcome_.plan.policy = "pop3.delete=trash";
  expect_broken("G-1 UID 11 is gone and not in the trash");
}

TEST_F(GuaranteesTest, SeesAQuitThatClaimsTooMuch) {
  outcome_.inbox.mails.insert(
      outcome_.inbox.mails.begin(),
      {.uid = 11, .octets = std::make_shared<const std::string>(simulated_mail(1))});
  expect_broken("G-1 QUIT was answered with +OK");
}

TEST_F(GuaranteesTest, SeesATruncatedMessageWithADot) {
  of("RETR 1").body.resize(30);
  expect_broken("G-2 what was shown as whole by RETR 1");
}

TEST_F(GuaranteesTest, SeesATruncatedTop) {
  of("TOP 2 1").body.resize(30);
  expect_broken("G-2 what was shown as whole by TOP 2 1");
}

TEST_F(GuaranteesTest, SeesAnOrderlyEndInTheMiddleOfAMessage) {
  of("RETR 1").is_whole = false;
  outcome_.client_end = net::Kind::Closed;
  expect_broken("G-2 a message that broke off");
}

TEST_F(GuaranteesTest, SeesSomebodyElsesMail) {
  outcome_.heard += "owner: ann\r\n";
  expect_broken("G-5");
}

TEST_F(GuaranteesTest, SeesANumberThatChangesItsUidl) {
  outcome_.exchanges.push_back(
      {.command = "UIDL 1", .reply = "+OK 1 0000000c00000007", .is_whole = true, .is_sent = true});
  expect_broken("G-7 number 1 had");
}

TEST_F(GuaranteesTest, SeesTheBodyOfAnotherMessage) {
  of("RETR 1").body = as_sent(simulated_mail(2));
  expect_broken("G-2 what was shown as whole by RETR 1");
}

TEST_F(GuaranteesTest, SeesAPasswordInTheLog) {
  outcome_.log.push_back(std::string("debug session.traced line=PASS ") + kPassword);
  expect_broken("G-8 a password in the log");
}

TEST_F(GuaranteesTest, SeesAPasswordInAnotherCommand) {
  outcome_.asked.push_back(std::string("a.9 SELECT ") + kPassword);
  expect_broken("G-8 a password upstream");
}

TEST_F(GuaranteesTest, SeesAFaultReportedAsAWrongPassword) {
  outcome_.heard += "-ERR [AUTH] invalid user name or password\r\n";
  expect_broken("G-9");
}

TEST_F(GuaranteesTest, SeesASessionThatNeverEndsAndBuffersWithoutBound) {
  outcome_.ended = false;
  expect_broken("G-10 the session never ends");
  outcome_.held_most = std::size_t{1} << 30U;
  expect_broken("G-10 buffers");
  outcome_.connections = 100;
  expect_broken("G-10 connections");
}

TEST_F(GuaranteesTest, SeesWhatIsMissingAfterACrash) {
  outcome_.said_after_crash = "+OK\r\n+OK\r\n+OK\r\n+OK 1 100\r\n+OK\r\n";
  expect_broken("G-11");
}

TEST_F(GuaranteesTest, SeesOctetsThatWereChanged) {
  std::string& body = of("RETR 1").body;
  body.replace(body.find("..line"), 2, ".");
  expect_broken("G-2 what was shown as whole by RETR 1");
  of("RETR 1").is_whole = false;
  expect_broken("G-12 what came of RETR 1");
}

TEST(TakeReply, KnowsWhenAnAnswerIsWhole) {
  EXPECT_FALSE(take_reply("+OK\r", true).is_whole);
  EXPECT_FALSE(take_reply("+OK\r\n", true).is_whole);
  EXPECT_TRUE(take_reply("-ERR\r\n", true).is_whole);
  EXPECT_EQ(take_reply("+OK\r\n.\r\n", true).octets, 8U);
  EXPECT_EQ(take_reply("+OK\r\na\r\n.\r\n+OK", true).body, "a\r\n");
  EXPECT_EQ(take_reply("+OK\r\n..\r\n.\r\n", true).body, "..\r\n");
}

}  // namespace
}  // namespace postern::test
