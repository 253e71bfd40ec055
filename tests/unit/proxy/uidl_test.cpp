// Unique-ids in the forms that old servers used.

#include "proxy/uidl.hpp"

#include "conf/policy.hpp"
#include "conf/pop3_settings.hpp"
#include "net/digest.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace postern::proxy {
namespace {

using wire::Uid;
using wire::UidValidity;

conf::UidlFormat format(std::string_view written) {
  auto parsed = conf::parse_uidl_format(written);
  EXPECT_TRUE(parsed) << written;
  return parsed ? *parsed : conf::UidlFormat{};
}

TEST(Uidl, M090_IsSixteenHexDigitsUidFirstUnlessTold) {
  EXPECT_EQ(uidl_of(conf::UidlFormat{conf::Pop3{}.uidl}, Uid{1187}, UidValidity{0x5f3759df}),
            "000004a35f3759df");
}

TEST(Uidl, M091_PresetsContinueWhatOtherServersShowed) {
  const Uid uid{1187};
  const UidValidity validity{1600000000};

  EXPECT_EQ(uidl_of(format("dovecot"), uid, validity), "000004a35f5e1000");
  EXPECT_EQ(uidl_of(format("uw"), uid, validity), "5f5e1000000004a3");
  EXPECT_EQ(uidl_of(format("cyrus"), uid, validity), "1600000000.1187");
  EXPECT_EQ(uidl_of(format("uid"), uid, validity), "1187");
  EXPECT_EQ(uidl_of(format("dash"), uid, validity), "1600000000-1187");
}

TEST(Uidl, M091_GmailIsTheNumberThatGmailShows) {
  EXPECT_EQ(uidl_of(format("gmail"), Uid{1}, UidValidity{7}, "12f4b3c5d6e7f809"),
            "GmailId12f4b3c5d6e7f809");
}

TEST(Uidl, M092_T038_AnEmailIdIsTakenAsItIsUnlessItIsTooLong) {
  const std::string longest(70, 'x');

  EXPECT_EQ(uidl_of(format("emailid"), Uid{1}, UidValidity{7}, longest), longest);
  const std::string hashed = uidl_of(format("emailid"), Uid{1}, UidValidity{7}, longest + "x");
  EXPECT_EQ(hashed, "E" + net::hex(net::sha256(longest + "x")).substr(0, 32));
  EXPECT_EQ(uidl_of(format("M-{emailid}.{uid}"), Uid{5}, UidValidity{7}, "ab"), "M-ab.5");
}

TEST(Uidl, KnowsWhichFormatsNeedNoAskingAndNoCheck) {
  EXPECT_TRUE(is_numbered(format("dovecot")));
  EXPECT_FALSE(is_numbered(format("gmail")));
  EXPECT_FALSE(is_numbered(format("{emailid}-{uid}")));
  EXPECT_TRUE(is_unique(format("dash")));
  EXPECT_FALSE(is_unique(format("uid")));
  EXPECT_FALSE(is_unique(format("emailid")));
}

TEST(Uidl, M092_T038_FitsRfc1939WhateverTheNumbers) {
  for (const char* const preset : {"dovecot", "uw", "cyrus", "uid", "dash"}) {
    for (const std::uint32_t number : {1U, 10U, 0x7fffffffU, 0xffffffffU}) {
      const std::string uidl = uidl_of(format(preset), Uid{number}, UidValidity{number});
      EXPECT_GE(uidl.size(), 1U);
      EXPECT_LE(uidl.size(), 70U);
      for (const char octet : uidl)
        EXPECT_TRUE(octet >= 0x21 && octet <= 0x7E) << preset;
    }
  }
}

TEST(Uidl, M092_NoTwoMessagesOfAMailboxShareOne) {
  for (const char* const preset : {"dovecot", "uw", "cyrus", "uid", "dash"}) {
    std::set<std::string> seen;
    for (std::uint32_t uid = 1; uid <= 5000; ++uid)
      EXPECT_TRUE(seen.insert(uidl_of(format(preset), Uid{uid}, UidValidity{7})).second);
  }
}

}  // namespace
}  // namespace postern::proxy
