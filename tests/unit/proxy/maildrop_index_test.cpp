// What a maildrop lists with an index of earlier visits, against mailboxes that live their own
// lives between the visits, and while they are asked about: it is the truth of some moment of the
// visit, or there is no list.

#include "proxy/pop3_session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/proxy/visits.hpp"

namespace postern::proxy {
namespace {

using test::kBare;
using test::kEsearch;
using test::kQresync;
using test::list_of;
using test::MailServerWishes;
using test::ShownList;
using test::StoredMail;
using test::StoredMailbox;
using test::Visits;

using testing::ElementsAre;
using testing::IsEmpty;

TEST(MaildropIndex, M066_WithoutExtensionsAndUidnextMembershipIsCounted) {
  Visits visits;
  visits.serve({.capabilities = kBare, .tells_uidnext = false});
  visits.fill(20);
  EXPECT_EQ(visits.look(), list_of(visits.inbox()));

  EXPECT_EQ(visits.look(), list_of(visits.inbox()));
  EXPECT_THAT(visits.asked("UID "), ElementsAre("UID FETCH 21:* (UID RFC822.SIZE INTERNALDATE)"));
  visits.fill(2);
  EXPECT_EQ(visits.look(), list_of(visits.inbox()));
  EXPECT_THAT(visits.asked("UID "), ElementsAre("UID FETCH 21:* (UID RFC822.SIZE INTERNALDATE)"));
  EXPECT_EQ(visits.opened("hit"), 2);
  EXPECT_EQ(visits.opened("miss"), 1);
}

TEST(MaildropIndex, LookUpsAreCountedByWhatTheyWereGoodFor) {
  Visits visits;
  visits.serve({.capabilities = kBare});
  const auto looked_up = [&visits](const std::string& result) {
    return visits.world().metric("postern_cache_requests_total{cache=\"uid_table\",result=\"" +
                                 result + "\"}");
  };
  visits.fill(3);
  visits.look();
  EXPECT_EQ(looked_up("miss"), 1);
  visits.look();
  EXPECT_EQ(looked_up("hit"), 1);
  visits.expunge({2});
  visits.look();
  EXPECT_EQ(looked_up("partial"), 1);
  ++visits.inbox().uid_validity;
  visits.look();
  EXPECT_EQ(looked_up("stale"), 1);
  EXPECT_EQ(looked_up("miss"), 1);
}

TEST(MaildropIndex, M066_OfAFewMessagesTheExpungedAreFoundByName) {
  Visits visits;
  visits.serve({.capabilities = kBare});
  visits.fill(20);
  visits.look();
  visits.expunge({3, 20});
  visits.fill(1);

  EXPECT_EQ(visits.look(), list_of(visits.inbox()));
  EXPECT_THAT(visits.asked("UID "),
              ElementsAre("UID FETCH 21:* (UID RFC822.SIZE INTERNALDATE)", "UID SEARCH UID 1:20"));
  EXPECT_EQ(visits.opened("partial"), 1);
}

TEST(MaildropIndex, M067_M079_OfManyMessagesTheExpungedAreFoundByPlace) {
  Visits visits;
  visits.serve({.capabilities = kBare});
  visits.fill(100'000);
  visits.look();
  visits.expunge({7, 50'000, 99'999});
  const std::string octets_in = "postern_upstream_received_bytes_total{upstream=\"imap\"}";
  const double before = visits.world().metric(octets_in);

  EXPECT_EQ(visits.look(), list_of(visits.inbox()));
  for (const std::string& asked : visits.asked("FETCH ")) {
    std::size_t at = asked.find_first_of("0123456789");
    for (; at != std::string::npos; at = asked.find_first_of("0123456789", at)) {
      std::uint64_t number = 0;
      const char* const end = asked.data() + asked.size();
      at = static_cast<std::size_t>(std::from_chars(asked.data() + at, end, number).ptr -
                                    asked.data());
      EXPECT_LE(number, 99'997U);
    }
  }
  EXPECT_EQ(visits.asked("FETCH ").size(), 2U);
  EXPECT_EQ(visits.asked("UID ").size(), 1U);
  EXPECT_LT(visits.world().metric(octets_in) - before, 65'536);
}

TEST(MaildropIndex, M068_RangesOfEsearchMaySpanHoles) {
  Visits visits;
  visits.serve({.capabilities = kEsearch, .spans_holes = true});
  visits.fill(20);
  visits.expunge({5, 6});
  visits.look();
  EXPECT_EQ(visits.look(), list_of(visits.inbox()));
  visits.expunge({9, 20});

  EXPECT_EQ(visits.look(), list_of(visits.inbox()));
  visits.expunge({1, 19});
  EXPECT_EQ(visits.look(), list_of(visits.inbox()));
}

TEST(MaildropIndex, M069_AVanishedThatNamesLivingMessagesLosesNone) {
  Visits visits;
  visits.serve({.capabilities = kQresync, .lies_about_vanished = true});
  visits.fill(20);
  visits.look();

  EXPECT_EQ(visits.look(), list_of(visits.inbox()));
  visits.expunge({4});
  visits.fill(1);
  EXPECT_EQ(visits.look(), list_of(visits.inbox()));
  EXPECT_EQ(visits.opened("miss"), 1);
}

TEST(MaildropIndex, M071_TheLastOldMessageToldAgainIsThereOnce) {
  Visits visits;
  visits.serve({.capabilities = kBare});
  visits.fill(3);
  visits.look();

  EXPECT_EQ(visits.look(), list_of(visits.inbox()));
}

TEST(MaildropIndex, M072_WithAnotherUidvalidityNothingOldSticks) {
  Visits visits;
  visits.serve({.capabilities = kQresync});
  visits.fill(3);
  visits.look();
  ++visits.inbox().uid_validity;
  for (StoredMail& mail : visits.inbox().mails)
    mail.told_size = mail.size() + 1000;

  EXPECT_EQ(visits.look(), list_of(visits.inbox()));
  EXPECT_EQ(visits.asked("EXAMINE").size(), 1U);
  EXPECT_EQ(visits.asked("SELECT").size(), 1U);
  EXPECT_EQ(visits.opened("miss"), 2);
}

TEST(MaildropIndex, M073_AServerThatIsBehindIsListedWholeAndReplacesNoIndex) {
  Visits visits;
  visits.serve({.capabilities = kBare});
  visits.fill(5);
  visits.look();
  const StoredMailbox newer = visits.inbox();
  visits.expunge({4, 5});
  visits.inbox().uid_next = 4;

  EXPECT_EQ(visits.look(), list_of(visits.inbox()));
  EXPECT_EQ(visits.opened("miss"), 2);
  visits.inbox() = newer;
  EXPECT_EQ(visits.look(), list_of(newer));
  EXPECT_EQ(visits.opened("hit"), 1);
}

// Brings one message back and takes another away, so that the number stays.
void swap(StoredMailbox& box, std::uint32_t comes, std::uint32_t goes) {
  StoredMail back = box.mails.front();
  back.uid = comes;
  std::erase_if(box.mails, [&](const StoredMail& mail) { return mail.uid == goes; });
  box.mails.push_back(std::move(back));
  std::ranges::sort(box.mails, {}, &StoredMail::uid);
}

TEST(MaildropIndex, M084_AnOldMessageThatComesBackIsFoundByTheAudit) {
  Visits visits(1, {"upstream.imap.audit=1ms"});
  visits.serve({.capabilities = kEsearch});
  visits.fill(6);
  visits.expunge({2});
  visits.look();
  swap(visits.inbox(), 2, 4);
  const std::string violations = "postern_pop3_index_violations_total{upstream=\"imap\"}";
  EXPECT_EQ(visits.world().metric(violations), 0);

  visits.look();

  EXPECT_EQ(visits.world().metric(violations), 1);
  EXPECT_EQ(visits.look(), list_of(visits.inbox()));
  EXPECT_EQ(visits.opened("miss"), 2);
  swap(visits.inbox(), 4, 5);
  EXPECT_EQ(visits.look(), list_of(visits.inbox()));
  swap(visits.inbox(), 5, 2);
  EXPECT_EQ(visits.look(), list_of(visits.inbox()));
  EXPECT_EQ(visits.opened("miss"), 2);
}

TEST(MaildropIndex, M085_InventedUidvaliditiesAreNotBelieved) {
  Visits visits;
  visits.serve({.capabilities = kBare, .invents_validity = true});
  visits.fill(3);

  const auto first = visits.look();
  EXPECT_TRUE(first);
  EXPECT_EQ(visits.look(), first);
  EXPECT_EQ(visits.look(), first);
}

TEST(MaildropIndex, M087_WithoutAModseqThereIsNoQresyncTheNextTime) {
  Visits visits;
  visits.serve({.capabilities = kQresync});
  visits.fill(3);
  visits.look();
  visits.look();
  EXPECT_TRUE(visits.asked("EXAMINE").front().contains("QRESYNC"));
  visits.serve({.capabilities = kQresync, .tells_modseq = false});
  visits.look();
  visits.serve({.capabilities = kQresync});

  EXPECT_EQ(visits.look(), list_of(visits.inbox()));
  EXPECT_THAT(visits.asked("EXAMINE"), ElementsAre("EXAMINE INBOX"));
  EXPECT_EQ(visits.look(), list_of(visits.inbox()));
  EXPECT_TRUE(visits.asked("EXAMINE").front().contains("QRESYNC"));
}

TEST(MaildropIndex, M108_TheNextSessionListsTheSizeThatCame) {
  Visits visits;
  visits.serve({.capabilities = kBare});
  visits.inbox().add(StoredMail{.octets = std::make_shared<const std::string>("Subject: x\n\nyes"),
                                .told_size = 99});
  visits.fill(1);

  const std::string heard = visits.say("RETR 1\r\nLIST 1\r\nSTAT\r\n");
  EXPECT_TRUE(
      heard.contains("+OK 15 octets\r\nSubject: x\r\n\r\nyes\r\n.\r\n+OK 1 99\r\n+OK 2 111"))
      << heard;
  EXPECT_TRUE(visits.say("LIST 1\r\n").contains("+OK 1 19\r\n"));
}

TEST(MaildropIndex, M116_WhatWasRemovedLeavesTheIndexAndWhatWasOnlyFlaggedStaysHidden) {
  Visits visits;
  visits.serve({.capabilities = "IMAP4rev1"});
  visits.fill(4);
  visits.say("DELE 1\r\n");
  EXPECT_EQ(visits.look(), list_of(visits.inbox()));
  EXPECT_EQ(visits.inbox().mails.size(), 3U);
  visits.inbox().find(3)->flags.insert("\\Deleted");  // by somebody else

  visits.say("DELE 1\r\n");

  EXPECT_EQ(visits.inbox().mails.size(), 3U);
  const auto shown = visits.look();
  ASSERT_TRUE(shown);
  ASSERT_EQ(shown->size(), 1U);
  EXPECT_EQ(shown->front().uid, 4U);
  EXPECT_EQ(visits.opened("miss"), 1);
}

// ---- any history

// A mailbox that changes by chance, also in the middle of a visit; and every state that it had.
class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed), visits_(seed, assignments(random_)) {
    capabilities_ = std::vector<const char*>{kBare,
                                             kEsearch,
                                             kQresync,
                                             "IMAP4rev1 UIDPLUS ENABLE CONDSTORE QRESYNC",
                                             "IMAP4rev1 UIDPLUS CONDSTORE",
                                             "IMAP4rev1"}[below(6)];
    if (below(12) == 0) visits_.fill(2500);  // so that sampling is needed
    if (below(8) == 0) window_ = 5 + below(10);
  }

  // One visit. Whether the list was true, or refused for a reason.
  testing::AssertionResult visit() {
    change_between();
    MailServerWishes wishes{
        .capabilities = capabilities_,
        .greeting = below(2) == 0 ? "Dovecot ready." : "ready",
        .tells_uidnext = below(4) != 0,
        .tells_modseq = below(6) != 0,
        .lies_about_vanished = below(3) == 0,
        .spans_holes = below(2) == 0,
        .window = window_,
    };
    if (below(40) == 0) capabilities_ = kBare;  // another server behind the same name
    const bool moves = window_ == 0 && below(3) == 0;
    states_ = {now()};
    bool moved = false;
    wishes.before_command = [&] {
      if (moves && below(4) == 0) moved = change_a_little() || moved;
      states_.push_back(now());
    };
    visits_.serve(std::move(wishes));
    const auto seen = visits_.look();
    visits_.serve({});  // ends what is in here
    if (!seen && moved) return testing::AssertionSuccess();
    if (!seen) return testing::AssertionFailure() << "refused: " << visits_.heard();
    if (std::ranges::find(states_, *seen) != states_.end()) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "wrong list: " << visits_.heard();
  }

 private:
  static std::vector<std::string> assignments(net::Random& random) {
    // All messages have one date, and sizes come again: UIDLs are to show the numbers alone.
    std::vector<std::string> chosen = {"pop3.uidl_remap=false"};
    if (random.below(4) == 0) chosen.emplace_back("upstream.imap.pipeline=on");
    return chosen;
  }

  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_.below(bound)); }

  ShownList now() { return list_of(visits_.inbox(), window_); }

  void change_between() {
    const std::size_t changes = below(4);
    for (std::size_t i = 0; i < changes; ++i)
      change_a_little();
    if (below(15) == 0) visits_.expunge_all();
    if (below(15) == 0) renumber();
  }

  // Messages come or go. With a window those that go are old ones, or somebody comes back.
  bool change_a_little() {
    StoredMailbox& box = visits_.inbox();
    if (box.mails.empty() || below(2) == 0) {
      visits_.fill(static_cast<std::uint32_t>(1 + below(3)));
      return true;
    }
    if (window_ != 0) return false;
    const std::size_t count = 1 + below(3);
    for (std::size_t i = 0; i < count && !box.mails.empty(); ++i)
      box.mails.erase(box.mails.begin() + static_cast<std::ptrdiff_t>(below(box.mails.size())));
    return true;
  }

  void renumber() {
    StoredMailbox& box = visits_.inbox();
    StoredMailbox anew{.name = box.name, .uid_validity = box.uid_validity + 1};
    for (StoredMail mail : box.mails) {
      mail.uid = 0;
      mail.told_size = mail.size() + 7;
      anew.add(std::move(mail));
    }
    box = std::move(anew);
  }

  net::Random random_;
  Visits visits_;
  std::string capabilities_;
  std::size_t window_ = 0;
  std::vector<ShownList> states_;
};

// Set POSTERN_HISTORIES for more of them, POSTERN_HISTORY for a certain one.
TEST(MaildropIndex, M066_M067_M069_M072_M078_NoHistoryOfAMailboxMakesAWrongList) {
  const char* const wanted = std::getenv("POSTERN_HISTORY");
  const char* const more = std::getenv("POSTERN_HISTORIES");
  const std::uint64_t first = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 1;
  const std::uint64_t count = more != nullptr ? std::strtoull(more, nullptr, 10) : 150;
  for (std::uint64_t seed = first; seed < first + (wanted != nullptr ? 1 : count); ++seed) {
    History history(seed);
    for (int visit = 0; visit < 20; ++visit)
      ASSERT_TRUE(history.visit()) << "history " << seed << ", visit " << visit;
  }
}

}  // namespace
}  // namespace postern::proxy
