// Messages that a session deleted and could only flag, since others' flags stood in the way of
// EXPUNGE: they do not show again, and go as soon as nobody else's would go with them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/unit/proxy/visits.hpp"

namespace postern::proxy {
namespace {

using test::ShownList;
using test::StoredMailbox;
using test::Visits;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kWithout = "IMAP4rev1 ESEARCH";  // UIDPLUS

class TombstoneTest : public testing::Test {
 protected:
  // Of four messages the third bears somebody's flag, and the client has deleted the first.
  void SetUp() override {
    visits_.serve({.capabilities = kWithout});
    visits_.fill(4);
    visits_.look();
    flag(3);
    heard_ = visits_.say("DELE 1\r\n");
  }

  void flag(std::uint32_t uid) { visits_.inbox().find(uid)->flags.insert("\\Deleted"); }

  void unflag(std::uint32_t uid) { visits_.inbox().find(uid)->flags.erase("\\Deleted"); }

  [[nodiscard]] std::vector<std::uint32_t> there() {
    std::vector<std::uint32_t> uids;
    for (const test::StoredMail& mail : visits_.inbox().mails)
      uids.push_back(mail.uid);
    return uids;
  }

  std::vector<std::uint32_t> shown() {
    std::vector<std::uint32_t> uids;
    const auto list = visits_.look();
    if (!list) return {0};
    for (const test::Shown& each : *list)
      uids.push_back(each.uid);
    return uids;
  }

  Visits visits_;
  std::string heard_;
};

TEST_F(TombstoneTest, M116_NoExpungeIsSentAsLongAsOthersHaveFlags) {
  EXPECT_TRUE(heard_.ends_with("+OK bye\r\n")) << heard_;

  EXPECT_THAT(shown(), ElementsAre(2U, 4U));
  EXPECT_THAT(visits_.asked("SELECT"), testing::SizeIs(1));  // the login's, and none at QUIT
  visits_.say("DELE 1\r\n");
  EXPECT_THAT(shown(), ElementsAre(4U));
  EXPECT_THAT(there(), ElementsAre(1U, 2U, 3U, 4U));
}

TEST_F(TombstoneTest, M116_TheyGoOnceNobodyElsesFlagIsThere) {
  unflag(3);

  EXPECT_THAT(shown(), ElementsAre(2U, 3U, 4U));

  EXPECT_THAT(there(), ElementsAre(2U, 3U, 4U));
  EXPECT_THAT(visits_.asked("EXPUNGE"), ElementsAre("EXPUNGE"));
  EXPECT_THAT(shown(), ElementsAre(2U, 3U, 4U));
  EXPECT_THAT(visits_.asked("UID SEARCH UID"), IsEmpty());  // they had left the index
}

TEST_F(TombstoneTest, M116_TheyGoWithWhatALaterSessionDeletes) {
  unflag(3);

  visits_.say("DELE 3\r\n");

  EXPECT_THAT(there(), ElementsAre(2U, 3U));
}

TEST_F(TombstoneTest, M116_AMessageThatSomebodyTookBackShowsAndIsNeverRemovedForIt) {
  unflag(1);
  EXPECT_THAT(shown(), ElementsAre(1U, 2U, 4U));
  unflag(3);
  flag(1);  // by somebody else: it is not ours any more

  EXPECT_THAT(shown(), ElementsAre(2U, 3U, 4U));

  EXPECT_THAT(there(), ElementsAre(1U, 2U, 3U, 4U));
}

TEST_F(TombstoneTest, M116_AFlagThatComesBetweenStopsTheExpunge) {
  unflag(3);
  bool done = false;
  visits_.serve({.capabilities = kWithout, .before_command = [&] {
                   // The list is known, and the session is about to leave.
                   if (done || visits_.asked("UID SEARCH").size() < 2) return;
                   done = true;
                   flag(4);
                 }});

  visits_.look();

  EXPECT_TRUE(done);
  EXPECT_THAT(there(), ElementsAre(1U, 2U, 3U, 4U));
}

// The session has more to do behind a commit whose answer nobody took; it must forget nothing.
TEST(TombstoneOfACutClient, M116_ItOutlivesTheReplyThatWasNotHeard) {
  Visits visits(1, {"pop3.seen=always"});
  std::unique_ptr<test::Peer> client;
  bool cut = false;
  visits.serve({.capabilities = kWithout, .before_command = [&] {
                  if (cut || client == nullptr || visits.asked("UID STORE").empty()) return;
                  cut = true;
                  client->reset();
                }});
  visits.fill(4);
  visits.look();
  visits.inbox().find(3)->flags.insert("\\Deleted");

  client = visits.world().connect("pop3");
  client->say("USER joe\r\nPASS secret\r\nRETR 2\r\nDELE 1\r\nQUIT\r\n");
  visits.world().loop().settle();
  client = nullptr;
  visits.inbox().find(3)->flags.erase("\\Deleted");
  visits.look();

  EXPECT_TRUE(cut);
  EXPECT_THAT(visits.asked("EXPUNGE"), ElementsAre("EXPUNGE"));
  EXPECT_EQ(visits.inbox().find(1), nullptr);
}

TEST_F(TombstoneTest, M116_TheyStayHiddenAndGoByUidWhenTheServerHasLearntUidplus) {
  visits_.serve({.capabilities = test::kEsearch});

  EXPECT_THAT(shown(), ElementsAre(2U, 4U));

  EXPECT_THAT(visits_.asked("UID EXPUNGE"), ElementsAre("UID EXPUNGE 1"));
  EXPECT_THAT(there(), ElementsAre(2U, 3U, 4U));
}

TEST_F(TombstoneTest, M116_TheyAreStillOursWhenAllHadToBeListedAgain) {
  visits_.serve({.capabilities = kWithout, .before_command = [this] {
                   // Nothing can be proved where messages come all the time.
                   if (visits_.asked("UID FETCH 1:*").empty()) visits_.fill(1);
                 }});
  visits_.look();
  EXPECT_THAT(visits_.asked("UID FETCH 1:*"), testing::Not(IsEmpty()));
  EXPECT_THAT(there(), testing::Contains(1U));
  visits_.serve({.capabilities = kWithout});
  unflag(3);

  visits_.look();

  EXPECT_THAT(there(), testing::Not(testing::Contains(1U)));
  EXPECT_THAT(there(), testing::Contains(3U));
}

// QUIT says that it failed; but what was flagged is ours, and no later EXPUNGE has to respect it.
TEST(Tombstone, M116_WhatCouldNotBeExpungedGoesWithALaterSession) {
  Visits visits;
  visits.serve({.capabilities = kWithout, .refuses_expunge = true});
  visits.fill(3);
  EXPECT_THAT(visits.say("DELE 1\r\n"), testing::HasSubstr("-ERR"));
  visits.serve({.capabilities = kWithout});
  const auto list = visits.look();
  ASSERT_TRUE(list);
  EXPECT_EQ(list->size(), 2U);

  EXPECT_THAT(visits.inbox().mails, testing::SizeIs(2));
}

TEST(Tombstone, M116_CopiesIntoTheTrashLeaveNoneBehindThatShows) {
  Visits visits(1, {"pop3.delete=move:Old"});
  visits.serve({.capabilities = kWithout});
  visits.fill(3);
  visits.inbox().find(2)->flags.insert("\\Deleted");

  visits.say("DELE 1\r\n");

  const auto list = visits.look();
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 1U);
  EXPECT_EQ(list->front().uid, 3U);
}

}  // namespace
}  // namespace postern::proxy
