// Which messages show.

#include "proxy/view.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace postern::proxy {
namespace {

using namespace std::chrono_literals;
using upstream::ListedMessage;
using Numbers = std::vector<std::uint32_t>;

constexpr std::int64_t kNow = 1'800'000'000;

std::uint32_t days_ago(std::int64_t days) {
  return static_cast<std::uint32_t>(kNow - days * 86'400);
}

std::vector<ListedMessage> mailbox(const Numbers& uids) {
  std::vector<ListedMessage> messages;
  for (const std::uint32_t uid : uids)
    messages.push_back({.uid = wire::Uid{uid}, .size = 1});
  return messages;
}

Numbers shown(const View& view, const std::vector<ListedMessage>& messages) {
  Numbers uids;
  for (const ListedMessage& message : messages) {
    if (view.shows(message)) uids.push_back(wire::raw(message.uid));
  }
  return uids;
}

Numbers choose(View& view, const std::vector<ListedMessage>& messages, wire::Uid edge = {}) {
  view.choose(messages, edge);
  return shown(view, messages);
}

TEST(View, ShowsEverythingUnlessTold) {
  View view({}, false, kNow);

  EXPECT_TRUE(view.is_whole());
  EXPECT_FALSE(view.has_edge());
  EXPECT_EQ(choose(view, mailbox({1, 2, 9})), (Numbers{1, 2, 9}));
}

TEST(View, M133_DeletingTheNewestBringsNoOlderOnesBack) {
  const conf::Pop3 policy{.max_messages = 3};
  View first(policy, false, kNow);
  ASSERT_EQ(choose(first, mailbox({1, 2, 3, 4, 5})), (Numbers{3, 4, 5}));

  View second(policy, false, kNow);

  EXPECT_EQ(choose(second, mailbox({1, 2, 3}), first.edge()), Numbers{3});
  EXPECT_EQ(second.edge(), first.edge());
  EXPECT_EQ(choose(second, mailbox({1, 2}), first.edge()), Numbers{});
}

TEST(View, M133_NewMessagesMoveTheEdgeUp) {
  View view({.max_messages = 2}, false, kNow);

  EXPECT_EQ(choose(view, mailbox({3, 4, 7, 8}), wire::Uid{3}), (Numbers{7, 8}));
  EXPECT_EQ(view.edge(), wire::Uid{7});
}

TEST(View, M133_FewerThanTheBoundAllShow) {
  View view({.max_messages = 5}, false, kNow);

  EXPECT_EQ(choose(view, mailbox({3, 4})), (Numbers{3, 4}));
  EXPECT_EQ(view.edge(), wire::Uid{});
}

TEST(View, TheOldestMayShowInstead) {
  View view({.max_messages = 2, .max_messages_keep = conf::MessagesKept::Oldest}, false, kNow);

  EXPECT_FALSE(view.has_edge());
  EXPECT_EQ(choose(view, mailbox({3, 4, 7})), (Numbers{3, 4}));
  EXPECT_EQ(choose(view, mailbox({7})), Numbers{7});
}

TEST(View, M134_OnlyWhatArrivedLatelyShows) {
  View view({.recent_age = 720h}, true, kNow);
  auto messages = mailbox({1, 2, 3, 4});
  messages[0].received = days_ago(31);
  messages[1].received = days_ago(29);
  messages[2].received = days_ago(400);

  EXPECT_FALSE(view.is_whole());
  EXPECT_EQ(choose(view, messages), (Numbers{2, 4})) << "a message without a date shows";
}

TEST(View, TheStricterAgeHolds) {
  View view({.max_age = 240h, .recent_age = 720h}, true, kNow);
  auto messages = mailbox({1, 2});
  messages[0].received = days_ago(11);
  messages[1].received = days_ago(9);

  EXPECT_EQ(choose(view, messages), Numbers{2});
}

TEST(View, AgeComesBeforeNumber) {
  View view({.max_messages = 2, .max_age = 240h}, false, kNow);
  auto messages = mailbox({1, 2, 3});
  for (ListedMessage& message : messages)
    message.received = days_ago(1);
  messages[2].received = days_ago(20);  // moved here from an archive

  EXPECT_EQ(choose(view, messages), (Numbers{1, 2}));
}

}  // namespace
}  // namespace postern::proxy
