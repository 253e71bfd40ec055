// UIDLs as a client sees them, from one session to the next, whatever they come from.

#include "proxy/uidl_naming.hpp"

#include "wire/canonical_header.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/mail_server.hpp"
#include "tests/support/world.hpp"

namespace postern::proxy {
namespace {

using test::MailServer;
using test::MailStore;
using test::Peer;
using test::StoredMail;
using test::World;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr MailboxKey kInbox{.upstream = "imap", .user = "joe", .mailbox = "INBOX"};

std::string letter(const std::string& name, const std::string& more = "") {
  return more + "From: a@example.test\r\nSubject: " + name + "\r\n\r\nbody\r\n";
}

net::Digest digest(const std::string& mail) {
  return net::sha256(wire::canonical_header(mail));
}

net::Task<> import_all(World& world, std::vector<UidlRecord> records, bool forced) {
  (void)co_await world.uidls().import(world.loop(), kInbox, std::move(records), forced);
}

net::Task<> find_all(World& world, StoredUidls& found) {
  found = co_await world.uidls().find(world.loop(), kInbox);
}

class UidlNamingTest : public testing::Test {
 protected:
  void configure(std::vector<std::string> assignments) {
    world_.reload({.assignments = std::move(assignments)});
  }

  void SetUp() override {
    world_.dialer().set_host([this](net::Stream s) { server_.take(std::move(s)); });
    inbox().uid_validity = 7;
  }

  test::StoredMailbox& inbox() { return store_.inbox("joe"); }

  void import(std::vector<UidlRecord> records, bool forced = false) {
    net::Scope scope([](const net::Error&) {});
    scope.spawn(import_all(world_, std::move(records), forced));
    world_.loop().settle();
  }

  std::vector<StoredUidl> stored() {
    StoredUidls found;
    net::Scope scope([](const net::Error&) {});
    scope.spawn(find_all(world_, found));
    world_.loop().settle();
    return found.aliases;
  }

  std::string say(Peer& client, std::string_view octets) {
    client.heard().clear();
    client.say(octets);
    world_.loop().settle();
    return client.heard();
  }

  // A session that asks this and quits: all that is heard behind the login.
  std::string session(const std::string& commands) {
    const auto client = world_.connect("pop3");
    world_.loop().settle();
    say(*client, "USER joe\r\nPASS secret\r\n");
    return say(*client, commands + "QUIT\r\n");
  }

  // The UIDLs of a whole session, in order; or the refusal.
  std::vector<std::string> uidls() {
    const std::string heard = session("UIDL\r\n");
    std::vector<std::string> lines;
    for (std::size_t at = heard.find('\n') + 1; at < heard.size() && heard[at] != '.';) {
      const std::size_t end = heard.find("\r\n", at);
      const std::string line = heard.substr(at, end - at);
      if (heard.starts_with("-ERR")) break;
      lines.push_back(line.substr(line.find(' ') + 1));
      at = end + 2;
    }
    if (heard.starts_with("-ERR")) lines.push_back(heard.substr(0, heard.find('\r')));
    return lines;
  }

  // Four messages, of which the last two look alike.
  void fill_with_dates() {
    for (int day = 1; day <= 4; ++day) {
      StoredMail& mail = inbox().add(letter("same"));
      mail.date = "0" + std::to_string(std::min(day, 3)) + "-Jan-2024 00:00:00 +0000";
    }
  }

  void number_anew(std::uint32_t validity) {
    inbox().uid_validity = validity;
    for (StoredMail& mail : inbox().mails)
      mail.uid += 40;
    inbox().uid_next += 40;
  }

  [[nodiscard]] std::size_t asked(std::string_view what) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        server_.asked(), [&](const std::string& each) { return each.contains(what); }));
  }

  World world_;
  MailStore store_ = MailStore::with_account("joe", "secret");
  MailServer server_{world_.loop(), store_};
};

TEST_F(UidlNamingTest, M094_AnImportedUidlComesBeforeTheFormat) {
  inbox().add(letter("one"));
  inbox().add(letter("two"));
  inbox().add(letter("new"));
  import({{.keys = {.place = UidlKeys::Place{wire::UidValidity{7}, wire::Uid{2}}}, .text = "old2"},
          {.keys = {.header = digest(letter("one"))}, .text = "old1"}});

  EXPECT_THAT(uidls(), ElementsAre("old1", "old2", "0000000300000007"));
  EXPECT_THAT(uidls(), ElementsAre("old1", "old2", "0000000300000007"));
  EXPECT_EQ(asked("BODY.PEEK[HEADER]"), 1U);  // headers are read once
  EXPECT_THAT(session("UIDL 2\r\n"), StartsWith("+OK 2 old2\r\n"));
}

TEST_F(UidlNamingTest, M094_ImportedMessagesCanBeNumberedAsTheOldServerDid) {
  configure({"pop3.order=import"});
  for (const char* const name : {"one", "two", "three", "four"})
    inbox().add(letter(name));
  import({{.keys = {.header = digest(letter("one")), .position = 3}, .text = "old3"},
          {.keys = {.header = digest(letter("three")), .position = 1}, .text = "old1"},
          {.keys = {.header = digest(letter("four")), .position = 2}, .text = "old2"}});
  EXPECT_THAT(uidls(), ElementsAre("old1", "old2", "old3", "0000000200000007"));

  inbox().add(letter("five"));
  EXPECT_THAT(uidls(), ElementsAre("old1", "old2", "old3", "0000000200000007", "0000000500000007"));
  EXPECT_THAT(session("RETR 1\r\n"), HasSubstr("Subject: three\r\n"));

  EXPECT_THAT(session("DELE 1\r\nDELE 3\r\n"), HasSubstr("+OK bye"));
  EXPECT_THAT(uidls(), ElementsAre("old2", "0000000200000007", "0000000500000007"));
  EXPECT_THAT(inbox().mails, testing::SizeIs(3));
  configure({});
  EXPECT_THAT(uidls(), ElementsAre("0000000200000007", "old2", "0000000500000007"));
}

TEST_F(UidlNamingTest, M096_TheOldOrderOutlastsAnotherUidvalidity) {
  configure({"pop3.order=import"});
  fill_with_dates();
  import({{.keys = {.place = UidlKeys::Place{wire::UidValidity{7}, wire::Uid{1}}, .position = 2},
           .text = "old2"},
          {.keys = {.place = UidlKeys::Place{wire::UidValidity{7}, wire::Uid{2}}, .position = 1},
           .text = "old1"}});
  EXPECT_THAT(uidls(), ElementsAre("old1", "old2", "0000000300000007", "0000000400000007"));

  number_anew(8);

  EXPECT_THAT(uidls(), ElementsAre("old1", "old2", "0000002b00000008", "0000002c00000008"));
}

TEST_F(UidlNamingTest, M095_HeadersAreComparedWithoutWhatServersAdd) {
  inbox().add(letter("one", "Status: RO\r\nX-UIDL: zz\r\n"));
  inbox().add(letter("two", "Return-Path: <b@example.test>\r\n"));
  import({{.keys = {.header = digest(letter("one", "Return-Path: <a@example.test>\r\n"))},
           .text = "old1"},
          {.keys = {.header = digest(letter("two", "X-Status: A\r\n"))}, .text = "old2"}});

  EXPECT_THAT(uidls(), ElementsAre("old1", "old2"));
}

TEST_F(UidlNamingTest, M097_WhoMustWaitForAnImportIsServedFromThenOn) {
  configure({"pop3.require_import=['j*']"});
  inbox().add(letter("one"));
  const auto client = world_.connect("pop3");
  world_.loop().settle();

  EXPECT_THAT(say(*client, "USER joe\r\nPASS secret\r\n"), HasSubstr("-ERR [SYS/TEMP]"));

  import({{.keys = {.size = inbox().mails[0].size(), .position = 1}, .text = "old1"}});
  EXPECT_THAT(uidls(), ElementsAre("old1"));
}

TEST_F(UidlNamingTest, M097_OthersNeedNotWait) {
  configure({"pop3.require_import=['anna']"});
  inbox().add(letter("one"));

  EXPECT_THAT(uidls(), ElementsAre("0000000100000007"));
}

TEST_F(UidlNamingTest, M097_AnImportThatFindsTooLittleIsNotBelievedUnlessForced) {
  std::vector<UidlRecord> records;
  for (int i = 0; i < 10; ++i) {
    inbox().add(letter("message " + std::to_string(i)));
    const std::string wanted = i < 8 ? letter("message " + std::to_string(i)) : letter("lost");
    records.push_back({.keys = {.header = digest(wanted)}, .text = "old" + std::to_string(i)});
  }
  import(records);
  EXPECT_THAT(uidls(), ElementsAre(StartsWith("-ERR [SYS/TEMP]")));

  import(records, true);
  EXPECT_EQ(uidls().size(), 10U);
  EXPECT_EQ(uidls()[0], "old0");
  EXPECT_EQ(uidls()[9], "0000000a00000007");
}

TEST_F(UidlNamingTest, M091_M092_NamesOfTheServerAreAskedForOnce) {
  configure({"pop3.uidl=gmail"});
  inbox().add(
      {.octets = std::make_shared<const std::string>("x"), .gmail_id = "1278455344230334865"});
  EXPECT_THAT(uidls(), ElementsAre("GmailId11bdfc5cae0c8191"));

  inbox().add({.octets = std::make_shared<const std::string>("y"), .gmail_id = "255"});
  EXPECT_THAT(uidls(), ElementsAre("GmailId11bdfc5cae0c8191", "GmailIdff"));
  EXPECT_THAT(uidls(), ElementsAre("GmailId11bdfc5cae0c8191", "GmailIdff"));
  EXPECT_EQ(asked("X-GM-MSGID"), 2U);
  EXPECT_EQ(asked("UID FETCH 2 (UID X-GM-MSGID)"), 1U);
}

TEST_F(UidlNamingTest, M093_SuffixesOutlastTheFirstMessage) {
  configure({"pop3.uidl=emailid"});
  for (int i = 0; i < 3; ++i)
    inbox().add({.octets = std::make_shared<const std::string>("x"), .email_id = "Mtwin"});
  EXPECT_THAT(uidls(), ElementsAre("Mtwin", "Mtwin-2", "Mtwin-3"));

  session("DELE 1\r\n");
  EXPECT_THAT(uidls(), ElementsAre("Mtwin-2", "Mtwin-3"));

  inbox().add({.octets = std::make_shared<const std::string>("x"), .email_id = "Mtwin-3"});
  EXPECT_THAT(uidls(), ElementsAre("Mtwin-2", "Mtwin-3", "Mtwin-3-2"));
}

TEST_F(UidlNamingTest, M093_AMessageThatIsGoneIsDatedAndItsUidlIsNotGivenToAnother) {
  configure({"pop3.uidl=emailid"});
  inbox().add({.octets = std::make_shared<const std::string>("x"), .email_id = "Mone"});
  inbox().add({.octets = std::make_shared<const std::string>("y"), .email_id = "Mtwo"});
  uidls();
  session("DELE 1\r\n");
  EXPECT_EQ(stored()[0].gone_on, 0U);

  uidls();

  ASSERT_THAT(stored(), testing::SizeIs(2));
  EXPECT_EQ(stored()[0].text, "Mone");
  EXPECT_GT(stored()[0].gone_on, 20'000U);  // days since 1970
  EXPECT_EQ(stored()[1].gone_on, 0U);
  inbox().add({.octets = std::make_shared<const std::string>("z"), .email_id = "Mone"});
  EXPECT_THAT(uidls(), ElementsAre("Mtwo", "Mone-2"));
}

TEST_F(UidlNamingTest, SessionsCountHowTheStoreServesThem) {
  inbox().add(letter("one"));
  import({{.keys = {.header = digest(letter("one"))}, .text = "old1"}});
  uidls();

  const auto done = [this](const std::string& operation, const std::string& result) {
    return world_.metric("postern_state_operations_total{store=\"local\",operation=\"" + operation +
                         "\",result=\"" + result + "\"}");
  };
  EXPECT_EQ(done("load", "ok"), 1);
  EXPECT_EQ(done("save", "ok"), 1);
  EXPECT_EQ(done("save", "error"), 0);
  EXPECT_EQ(world_.metric("postern_state_operation_duration_seconds_count{store=\"local\","
                          "operation=\"load\"}"),
            1);
}

TEST(UidlNaming, AStoreThatIsFullIsCounted) {
  World world({.assignments = {"pop3.uidl=emailid"}, .uidls_max = 0});
  MailStore store = MailStore::with_account("joe", "secret");
  MailServer server(world.loop(), store);
  world.dialer().set_host([&](net::Stream s) { server.take(std::move(s)); });
  store.inbox("joe").add({.octets = std::make_shared<const std::string>("x"), .email_id = "Mone"});
  const auto client = world.connect("pop3");
  client->say("USER joe\r\nPASS secret\r\nUIDL\r\n");
  world.loop().settle();

  EXPECT_THAT(client->heard(), HasSubstr("-ERR [SYS/TEMP]"));
  EXPECT_EQ(world.metric("postern_state_operations_total{store=\"local\",operation=\"save\","
                         "result=\"error\"}"),
            1);
}

TEST_F(UidlNamingTest, M093_SuffixesKeepTheLengthOfAUidl) {
  configure({"pop3.uidl=emailid"});
  for (int i = 0; i < 2; ++i)
    inbox().add(
        {.octets = std::make_shared<const std::string>("x"), .email_id = std::string(70, 'M')});

  EXPECT_THAT(uidls(), ElementsAre(std::string(70, 'M'), std::string(68, 'M') + "-2"));
}

TEST_F(UidlNamingTest, AServerWithoutSuchNamesGivesNoList) {
  configure({"pop3.uidl=emailid"});
  inbox().add(letter("one"));

  EXPECT_THAT(uidls(), ElementsAre(StartsWith("-ERR [SYS/TEMP]")));
}

TEST_F(UidlNamingTest, T038_AnXUidlFieldIsTakenIfItIsAUidlAndAskedForOnce) {
  configure({"pop3.uidl_header=true"});
  inbox().add(letter("one", "X-UIDL: abc!$\r\n"));
  inbox().add(letter("two", "X-UIDL: has blanks in it\r\n"));
  inbox().add(letter("three", "X-UIDL: " + std::string(71, 'x') + "\r\n"));
  inbox().add(letter("four"));
  inbox().add(letter("five", "X-UIDL: abc!$\r\n"));
  const std::vector<std::string> wanted = {
      "abc!$", "0000000200000007", "0000000300000007", "0000000400000007", "abc!$-2"};

  EXPECT_EQ(uidls(), wanted);
  EXPECT_EQ(uidls(), wanted);
  EXPECT_EQ(asked("HEADER.FIELDS (X-UIDL)"), 1U);
}

// The list has been named, and then the search for flags breaks off.
TEST_F(UidlNamingTest, M094_AFailureBehindTheNamingGivesNoOtherNames) {
  configure({"pop3.uidl_header=true", "pop3.hide_deleted=true"});
  inbox().add(letter("one", "X-UIDL: field\r\n"));
  import({{.keys = {.place = UidlKeys::Place{wire::UidValidity{7}, wire::Uid{1}}},
           .text = "imported"}});
  EXPECT_THAT(uidls(), ElementsAre("imported"));
  MailServer* fragile = nullptr;
  bool has_crashed = false;
  MailServer server(world_.loop(), store_, {.before_command = [&] {
                      const auto& asked = fragile->asked();
                      if (has_crashed || asked.empty()) return;
                      if (!asked.back().starts_with("UID FETCH")) return;
                      has_crashed = true;
                      fragile->crash();
                    }});
  fragile = &server;
  world_.dialer().set_host([&](net::Stream s) { server.take(std::move(s)); });
  const auto client = world_.connect("pop3");
  world_.loop().settle();
  say(*client, "USER joe\r\nPASS secret\r\n");

  EXPECT_THAT(say(*client, "UIDL\r\n"), StartsWith("-ERR"));
  ASSERT_TRUE(has_crashed);
  EXPECT_THAT(say(*client, "UIDL\r\n"), HasSubstr("\r\n1 imported\r\n"));

  EXPECT_THAT(say(*client, "QUIT\r\n"), StartsWith("+OK"));
  EXPECT_EQ(stored().front().text, "imported");
}

TEST_F(UidlNamingTest, M096_AMailboxNumberedAnewKeepsTheUidlsOfMessagesThatAreKnown) {
  fill_with_dates();
  uidls();
  number_anew(8);
  inbox().add(letter("new"));
  const std::vector<std::string> wanted = {"0000000100000007",
                                           "0000000200000007",
                                           "0000002b00000008",
                                           "0000002c00000008",
                                           "0000002d00000008"};

  EXPECT_EQ(uidls(), wanted);
  EXPECT_EQ(uidls(), wanted);

  number_anew(9);
  EXPECT_EQ(uidls()[0], "0000000100000007");
}

TEST_F(UidlNamingTest, M096_NothingIsKeptWhereThatIsNotWanted) {
  configure({"pop3.uidl_remap=false"});
  fill_with_dates();
  uidls();
  number_anew(8);

  EXPECT_EQ(uidls()[0], "0000002900000008");
}

TEST_F(UidlNamingTest, M096_AnotherMailboxKeepsNothing) {
  fill_with_dates();
  uidls();
  number_anew(8);
  for (StoredMail& mail : inbox().mails)
    mail.date = "01-Feb-2024 00:00:00 +0000";
  inbox().mails[0].date = "01-Jan-2024 00:00:00 +0000";

  EXPECT_EQ(uidls()[0], "0000002900000008");
}

TEST_F(UidlNamingTest, M089_UidsThatDoNotLastAreNotMadeIntoUidls) {
  inbox().uids_not_sticky = true;
  inbox().add(letter("one", "Message-ID: <1@a>\r\nReceived: x\r\nReceived: y\r\n"));
  inbox().add(letter("two", "Message-ID: <2@a>\r\n"));
  const auto first = uidls();
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].size(), 32U);

  number_anew(8);
  inbox().add(letter("three", "Message-ID: <3@a>\r\n"));
  const auto second = uidls();

  ASSERT_EQ(second.size(), 3U);
  EXPECT_EQ(second[0], first[0]);
  EXPECT_EQ(second[1], first[1]);
  EXPECT_EQ(asked("SELECT"), 2U);
  EXPECT_EQ(asked("EXAMINE"), 0U);
}

TEST_F(UidlNamingTest, M089_NoLinkIsMadeAnewWhereUidsDoNotLast) {
  inbox().uids_not_sticky = true;
  inbox().add(letter("one", "Message-ID: <1@a>\r\n"));
  const auto client = world_.connect("pop3");
  world_.loop().settle();
  EXPECT_THAT(say(*client, "USER joe\r\nPASS secret\r\nSTAT\r\n"), HasSubstr("+OK 1 "));
  server_.crash();
  world_.loop().settle();

  EXPECT_THAT(say(*client, "RETR 1\r\n"), StartsWith("-ERR [SYS/TEMP]"));
  EXPECT_EQ(server_.connections(), 1U);
}

TEST_F(UidlNamingTest, M089_TooManyMessagesWithoutLastingUidsAreRefused) {
  inbox().uids_not_sticky = true;
  for (std::size_t i = 0; i <= UidlNaming::kHashedMax; ++i)
    inbox().add("x");

  EXPECT_THAT(uidls(), ElementsAre(StartsWith("-ERR [SYS/PERM]")));
}

TEST_F(UidlNamingTest, NothingIsAskedForWhereTheFormatIsEnough) {
  inbox().add(letter("one"));

  EXPECT_THAT(uidls(), ElementsAre("0000000100000007"));
  EXPECT_EQ(asked("HEADER"), 0U);
}

}  // namespace
}  // namespace postern::proxy
