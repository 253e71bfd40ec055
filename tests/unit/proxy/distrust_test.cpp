// An upstream whose mailboxes do not keep the rules is not counted on any more.

#include "proxy/distrust.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/unit/proxy/visits.hpp"

namespace postern::proxy {
namespace {

using test::kBare;
using test::list_of;
using test::StoredMail;
using test::StoredMailbox;
using test::Visits;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

MailboxKey inbox_of(std::string_view user, std::string_view upstream = "imap") {
  return {.upstream = upstream, .user = user, .mailbox = "INBOX"};
}

TEST(Distrust, M084_ThreeMailboxesAreWhatAnUpstreamIsLike) {
  Distrust distrust;

  EXPECT_FALSE(distrust.note(inbox_of("a")));
  EXPECT_FALSE(distrust.note(inbox_of("b")));
  EXPECT_FALSE(distrust.note(inbox_of("a")));  // the same again
  EXPECT_FALSE(distrust.note(inbox_of("c", "other")));
  EXPECT_FALSE(distrust.covers("imap"));
  EXPECT_TRUE(distrust.note(inbox_of("c")));

  EXPECT_TRUE(distrust.covers("imap"));
  EXPECT_FALSE(distrust.covers("other"));
  EXPECT_FALSE(distrust.note(inbox_of("d")));  // that is known by now
}

// A visit finds more messages than there can be: one that had gone is back.
void break_the_rules(Visits& visits, const std::string& user) {
  visits.turn_to(user);
  visits.fill(3);
  const StoredMail back = visits.inbox().mails.front();
  visits.expunge({1});
  visits.look();
  visits.inbox().mails.insert(visits.inbox().mails.begin(), back);
  visits.look();
}

TEST(Distrust, M084_WhereThreeMailboxesBrokeTheRulesNoneIsCounted) {
  Visits visits;
  visits.serve({.capabilities = kBare});
  visits.turn_to("trusting");
  visits.fill(4);
  visits.look();

  break_the_rules(visits, "a");
  break_the_rules(visits, "b");
  visits.turn_to("trusting");
  EXPECT_EQ(visits.look(), list_of(visits.inbox()));
  EXPECT_THAT(visits.asked("UID SEARCH"), IsEmpty());
  EXPECT_THAT(visits.world().log(), Not(Contains(HasSubstr("upstream.distrusted"))));
  break_the_rules(visits, "c");

  EXPECT_THAT(visits.world().log(), Contains(HasSubstr("upstream.distrusted")));
  visits.turn_to("trusting");
  visits.fill(1);
  EXPECT_EQ(visits.look(), list_of(visits.inbox()));
  EXPECT_THAT(visits.asked("UID SEARCH"), testing::ElementsAre("UID SEARCH ALL"));
  EXPECT_THAT(visits.asked("UID FETCH"),
              testing::ElementsAre("UID FETCH 5 (UID RFC822.SIZE INTERNALDATE)"));
}

}  // namespace
}  // namespace postern::proxy
