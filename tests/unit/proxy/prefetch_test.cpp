// What can be read from a client's unread lines.

#include "proxy/prefetch.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::proxy {
namespace {

TEST(KnownWishes, M110_AreTheMailsOfCompleteLinesInTheirOrder) {
  const KnownWishes known =
      known_wishes("DELE 1\r\nRETR 2\r\nNOOP\ntop 3 10\nLIST\r\nRETR 4\r\nRETR 5", 16);

  ASSERT_EQ(known.wishes.size(), 3U);
  EXPECT_EQ(known.wishes[0], (Wish{.number = wire::MessageNumber{2}}));
  EXPECT_EQ(known.wishes[1], (Wish{.number = wire::MessageNumber{3}, .lines = 10}));
  EXPECT_EQ(known.wishes[2], (Wish{.number = wire::MessageNumber{4}}));
  EXPECT_FALSE(known.leaves);
}

TEST(KnownWishes, EndAtQuit) {
  const KnownWishes known = known_wishes("RETR 2\r\nQUIT\r\nRETR 3\r\n", 16);

  EXPECT_EQ(known.wishes.size(), 1U);
  EXPECT_TRUE(known.leaves);
}

TEST(KnownWishes, M110_AreNoMoreThanAskedFor) {
  std::string lines;
  for (int i = 0; i < 100; ++i)
    lines += "RETR 2\r\n";

  EXPECT_EQ(known_wishes(lines, 16).wishes.size(), 16U);
  EXPECT_TRUE(known_wishes(lines, 0).wishes.empty());
}

}  // namespace
}  // namespace postern::proxy
