// The import file, and all that may be wrong in one.

#include "proxy/uidl_file.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::proxy {
namespace {

using wire::Uid;
using wire::UidValidity;

const std::string kHead = "#uidl-import 1\n";

// "2: why" of the first bad line.
std::string trouble(const std::string& text) {
  const auto read = read_uidl_file(text);
  if (read) return {};
  return std::to_string(read.error().front().number) + ": " + read.error().front().why;
}

TEST(UidlFile, ReadsWhatItWrites) {
  const UidlRecord full{.keys = {.place = UidlKeys::Place{UidValidity{7}, Uid{3}},
                                 .header = net::sha256("x"),
                                 .size = 1234,
                                 .position = 2},
                        .text = "UID5-1700000000"};
  const UidlRecord small{.keys = {.size = 0}, .text = "b"};

  const auto read = read_uidl_file(
      kHead + uidl_file_line("a b", "INBOX", full) + uidl_file_line("a b", "Sent", small) +
      uidl_file_line("a b", "INBOX", small) + uidl_file_empty("c", "INBOX"));

  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 3U);
  EXPECT_EQ(read->at(0).user, "a b");
  EXPECT_EQ(read->at(0).mailbox, "INBOX");
  EXPECT_EQ(read->at(0).records, (std::vector{full, small}));
  EXPECT_EQ(read->at(1).mailbox, "Sent");
  EXPECT_EQ(read->at(2).user, "c");
  EXPECT_TRUE(read->at(2).records.empty());
}

TEST(UidlFile, LetsCommentsEmptyLinesAndOtherLineEndsPass) {
  const auto read = read_uidl_file("#uidl-import 1\r\n\r\n# more\r\nu\tINBOX\tx\tpos=1\r\n\n");

  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 1U);
  EXPECT_EQ(read->front().records.front().text, "x");
}

TEST(UidlFile, SaysWhichLineIsWrongAndWhy) {
  EXPECT_EQ(trouble(""), "1: the first line is not \"#uidl-import 1\"");
  EXPECT_EQ(trouble("#uidl-import 2\n"), "1: the first line is not \"#uidl-import 1\"");
  EXPECT_EQ(trouble(kHead + "u\n"), "2: a line has user, mailbox, UIDL and a key at least");
  EXPECT_EQ(trouble(kHead + "u\tm\tx\n"), "2: a line has user, mailbox, UIDL and a key at least");
  EXPECT_EQ(trouble(kHead + "\tm\tx\tpos=1\n"), "2: not a user name");
  EXPECT_EQ(trouble(kHead + "u\t\tx\tpos=1\n"), "2: not a mailbox name");
  EXPECT_EQ(trouble(kHead + "u\tm\tx\tpos=0\n"), "2: not a value of this key: pos=0");
  EXPECT_EQ(trouble(kHead + "u\tm\tx\tuid=7\n"), "2: not a value of this key: uid=7");
  EXPECT_EQ(trouble(kHead + "u\tm\tx\thdr=12\n"), "2: not a value of this key: hdr=12");
  EXPECT_EQ(trouble(kHead + "u\tm\tx\tsize=-1\n"), "2: not a value of this key: size=-1");
  EXPECT_EQ(trouble(kHead + "u\tm\tx\tsiez=1\n"),
            "2: unknown key: it is uid=, hdr=, size= or pos=");
  EXPECT_EQ(trouble(kHead + "u\tm\tx\tpos=1\nu\tm\tx\tpos=2\n"), "3: this UIDL stands here twice");
}

TEST(UidlFile, T038_TakesNoUidlThatIsNone) {
  const std::string why = "2: a UIDL is 1 to 70 printable octets without blanks";

  EXPECT_EQ(trouble(kHead + "u\tm\t\tpos=1\n"), why);
  EXPECT_EQ(trouble(kHead + "u\tm\ta b\tpos=1\n"), why);
  EXPECT_EQ(trouble(kHead + "u\tm\t" + std::string(71, 'x') + "\tpos=1\n"), why);
}

TEST(UidlFile, TellsManyTroublesAndThenStops) {
  std::string text = kHead;
  for (int i = 0; i < 1000; ++i)
    text += "u\n";

  const auto read = read_uidl_file(text);

  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().size(), kBadLinesMax);
}

}  // namespace
}  // namespace postern::proxy
