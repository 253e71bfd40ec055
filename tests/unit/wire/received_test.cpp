// The Received field.

#include "wire/received.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::wire {
namespace {

TEST(Received, S034_NamesTheClientAndHowItCame) {
  const Received received{.helo = "laptop.example",
                          .address = "192.0.2.7",
                          .by = "mail.example.net",
                          .secure = true,
                          .authenticated = true,
                          .id = "abc123"};

  EXPECT_EQ(written(received),
            "Received: from laptop.example ([192.0.2.7])\r\n"
            "\tby mail.example.net with ESMTPSA id abc123;\r\n"
            "\tThu, 1 Jan 1970 00:00:00 +0000\r\n");
}

TEST(Received, S034_LeavesOutAnAddressThatIsToBeHidden) {
  const std::string field = written({.helo = "laptop", .by = "us", .id = "x"});

  EXPECT_TRUE(field.starts_with("Received: from laptop (authenticated)\r\n")) << field;
}

TEST(Received, MarksAnAddressOfIpv6) {
  EXPECT_NE(written({.helo = "h", .address = "2001:db8::1", .by = "us", .id = "x"})
                .find("([IPv6:2001:db8::1])"),
            std::string::npos);
}

TEST(Received, HasAWordForEachWayOfComing) {
  const auto word = [](Received received) {
    const std::string field = written(received);
    const std::size_t start = field.find("with ") + 5;
    return field.substr(start, field.find(' ', start) - start);
  };
  EXPECT_EQ(word({}), "ESMTP");
  EXPECT_EQ(word({.secure = true}), "ESMTPS");
  EXPECT_EQ(word({.authenticated = true}), "ESMTPA");
  EXPECT_EQ(word({.utf8 = true, .secure = true, .authenticated = true}), "UTF8SMTPSA");
  EXPECT_EQ(word({.extended = false, .secure = true}), "SMTP");
}

TEST(Received, StaysWithinItsBoundHoweverLongTheNames) {
  const std::string name(5000, 'x');

  EXPECT_LE(written({.helo = name, .address = name, .by = name, .id = name}).size(),
            kReceivedOctetsMax + 255);
  EXPECT_LE(written({.helo = name, .by = name, .id = "abcdefghijkl"}).size(), kReceivedOctetsMax);
}

}  // namespace
}  // namespace postern::wire
