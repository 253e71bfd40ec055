// Who may be answered without the upstream.

#include "proxy/poll_cache.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace postern::proxy {
namespace {

using std::chrono::seconds;

constexpr net::Time kStart{std::chrono::hours(1)};
constexpr net::Duration kSpan = seconds(30);

Poll poll(unsigned char secret = 1) {
  Poll made{.key = {.upstream = "imap", .user = "joe", .mailbox = "INBOX"},
            .listener = "pop3s",
            .login = {}};
  made.login.fill(secret);
  return made;
}

TEST(PollCache, M132_TheSamePollIsAdmittedForAWhile) {
  PollCache cache;
  EXPECT_FALSE(cache.admits(poll(), kSpan, kStart));

  cache.note(poll(), kSpan, kStart);

  EXPECT_TRUE(cache.admits(poll(), kSpan, kStart + seconds(29)));
  EXPECT_FALSE(cache.admits(poll(), kSpan, kStart + seconds(30)));
}

TEST(PollCache, T021_EveryOtherPollIsNot) {
  PollCache cache;
  cache.note(poll(), kSpan, kStart);
  Poll other_listener = poll();
  other_listener.listener = "pop3";
  Poll other_user = poll();
  other_user.key.user = "jim";
  Poll other_upstream = poll();
  other_upstream.key.upstream = "imap2";
  Poll other_mailbox = poll();
  other_mailbox.key.mailbox = "Archive";

  EXPECT_FALSE(cache.admits(poll(2), kSpan, kStart)) << "another secret";
  for (const Poll& other : {other_listener, other_user, other_upstream, other_mailbox}) {
    EXPECT_FALSE(cache.admits(other, kSpan, kStart));
  }
  EXPECT_TRUE(cache.admits(poll(), kSpan, kStart));
}

TEST(PollCache, T021_ARefusalEndsIt) {
  PollCache cache;
  cache.note(poll(), kSpan, kStart);

  cache.forget(poll(2).key);

  EXPECT_FALSE(cache.admits(poll(), kSpan, kStart));
}

TEST(PollCache, WhereItIsOffNothingIsKeptOrAdmitted) {
  PollCache cache;
  cache.note(poll(), {}, kStart);
  EXPECT_FALSE(cache.admits(poll(), kSpan, kStart));

  cache.note(poll(), kSpan, kStart);
  EXPECT_FALSE(cache.admits(poll(), {}, kStart));
}

TEST(PollCache, IsBounded) {
  PollCache cache(2);
  const std::array<std::string, 3> users = {"a", "b", "c"};
  int admitted = 0;
  for (const std::string& user : users) {
    Poll each = poll();
    each.key.user = user;
    cache.note(each, kSpan, kStart);
  }
  for (const std::string& user : users) {
    Poll each = poll();
    each.key.user = user;
    if (cache.admits(each, kSpan, kStart)) ++admitted;
  }

  EXPECT_EQ(admitted, 2);
}

}  // namespace
}  // namespace postern::proxy
