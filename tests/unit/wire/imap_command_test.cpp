// Commands about mailboxes and messages, octet by octet.

#include "wire/imap_command.hpp"

#include "wire/modified_utf7.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/wire/imap_command_reader.hpp"
#include "tests/unit/wire/random_octets.hpp"

namespace postern::wire::imap {
namespace {

using namespace std::string_literals;

std::string shown(const std::optional<Parts>& parts) {
  if (!parts) return "refused";
  std::string text;
  for (const Secret& part : *parts)
    text += (text.empty() ? "" : "<+>") + std::string(part.reveal());
  return text;
}

TEST(ImapCommand, OpensMailboxes) {
  EXPECT_EQ(shown(open("k.1", OpenFor::Reading, "INBOX", {}, Literals::Plus)),
            "k.1 EXAMINE \"INBOX\"\r\n");
  EXPECT_EQ(shown(open("k.1", OpenFor::Changing, "a \"b\"", {}, Literals::Plus)),
            "k.1 SELECT \"a \\\"b\\\"\"\r\n");
}

TEST(ImapCommand, OpensMailboxesWithWhatIsKnown) {
  const KnownState known{.uid_validity = UidValidity{67890007},
                         .modseq = 90060115194045000,
                         .uids = "41:211,214:541",
                         .matched_sequences = "1,5",
                         .matched_uids = "41,77"};
  const KnownState little{.uid_validity = UidValidity{7},
                          .modseq = 1,
                          .uids = {},
                          .matched_sequences = {},
                          .matched_uids = {}};

  EXPECT_EQ(shown(open("k.1", OpenFor::Reading, "INBOX", known, Literals::Plus)),
            "k.1 EXAMINE \"INBOX\" (QRESYNC (67890007 90060115194045000 41:211,214:541 (1,5 "
            "41,77)))\r\n");
  EXPECT_EQ(shown(open("k.1", OpenFor::Reading, "INBOX", little, Literals::Plus)),
            "k.1 EXAMINE \"INBOX\" (QRESYNC (7 1))\r\n");
}

TEST(ImapCommand, NamesOfMailboxesMayBeLiterals) {
  EXPECT_EQ(shown(open("k.1", OpenFor::Reading, "\xC3\xA4", {}, Literals::Synchronizing)),
            "k.1 EXAMINE {2}\r\n<+>\xC3\xA4\r\n");
  EXPECT_EQ(shown(uid_transfer("k.1", Transfer::Move, "1:3", "\xC3\xA4", Literals::Minus)),
            "k.1 UID MOVE 1:3 {2+}\r\n\xC3\xA4\r\n");
  EXPECT_EQ(shown(create("k.1", *encode_modified_utf7("\xC3\xA4"), Literals::Synchronizing)),
            "k.1 CREATE \"&AOQ-\"\r\n");
}

TEST(ImapCommand, T026_T027_NamesOfMailboxesAreHeardOrRefused) {
  for (const std::string& bad : {""s, "a\0"s, "a\r\nk.2 DELETE INBOX"s, "\n"s}) {
    EXPECT_FALSE(open("k.1", OpenFor::Reading, bad, {}, Literals::Plus).has_value());
    EXPECT_FALSE(create("k.1", bad, Literals::Plus).has_value());
    EXPECT_FALSE(uid_transfer("k.1", Transfer::Copy, "1", bad, Literals::Plus).has_value());
  }
  test::RandomOctets random(16);
  for (int round = 0; round < 2000; ++round) {
    const std::string name = random.from("\"\\{}+ ()*%x&\xC3\t", 1 + random.number(10));
    const auto parts = uid_transfer("k.1", Transfer::Copy, "1:3", name, Literals::Synchronizing);
    ASSERT_TRUE(parts.has_value());
    const auto heard = test::CommandReader(false, 0).read(*parts);
    ASSERT_TRUE(heard.has_value());
    EXPECT_EQ(heard->words, (std::vector{"k.1"s, "UID"s, "COPY"s, "1:3"s, name}));
  }
}

TEST(ImapCommand, ListsMailboxes) {
  EXPECT_EQ(list("k.1", ListForm::All), "k.1 LIST \"\" \"*\"\r\n");
  EXPECT_EQ(list("k.1", ListForm::SpecialUse), "k.1 LIST (SPECIAL-USE) \"\" \"*\"\r\n");
  EXPECT_EQ(list("k.1", ListForm::ReturnSpecialUse),
            "k.1 LIST \"\" \"*\" RETURN (SPECIAL-USE)\r\n");
  EXPECT_EQ(list("k.1", ListForm::XList), "k.1 XLIST \"\" \"*\"\r\n");
}

TEST(ImapCommand, FetchesWithoutSettingFlags) {
  EXPECT_EQ(uid_fetch("k.1", "1:*", kTableItems),
            "k.1 UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE)\r\n");
  EXPECT_EQ(uid_fetch("k.1", "5", kBodyItems), "k.1 UID FETCH 5 (UID BODY.PEEK[])\r\n");
  EXPECT_EQ(uid_fetch_part("k.1", Uid{5}, 8192, 16384),
            "k.1 UID FETCH 5 (UID BODY.PEEK[]<8192.16384>)\r\n");
  EXPECT_EQ(uid_fetch_changed("k.1", "1:*", kFlagItems, 12345),
            "k.1 UID FETCH 1:* (UID FLAGS) (CHANGEDSINCE 12345)\r\n");
  EXPECT_EQ(fetch("k.1", "50,100", kUidItems), "k.1 FETCH 50,100 (UID)\r\n");
  for (const std::string_view items : {kBodyItems, kHeaderItems, kUidlItems}) {
    EXPECT_NE(items.find("BODY.PEEK["), std::string_view::npos);
  }
}

TEST(ImapCommand, StoresFlagsSilently) {
  EXPECT_EQ(uid_store("k.1", "1:3", FlagChange::Add, "\\Deleted"),
            "k.1 UID STORE 1:3 +FLAGS.SILENT (\\Deleted)\r\n");
  EXPECT_EQ(uid_store("k.1", "1", FlagChange::Remove, "$Pop3Gone"),
            "k.1 UID STORE 1 -FLAGS.SILENT ($Pop3Gone)\r\n");
}

TEST(ImapCommand, T027_RefusesFlagsThatAreNoAtoms) {
  for (const std::string& flag : {""s,
                                  "\\"s,
                                  "\\\\Seen"s,
                                  "a b"s,
                                  "a)"s,
                                  "(a"s,
                                  "a\""s,
                                  "a{1}"s,
                                  "\\*"s,
                                  "a%"s,
                                  "a]"s,
                                  "a\r\nb"s,
                                  "a\0"s,
                                  "\xC3\xA4"s}) {
    EXPECT_EQ(uid_store("k.1", "1", FlagChange::Add, flag), std::nullopt) << flag;
  }
}

TEST(ImapCommand, RemovesByUidOnly) {
  EXPECT_EQ(uid_expunge("k.1", "1:3,7"), "k.1 UID EXPUNGE 1:3,7\r\n");
  EXPECT_EQ(shown(uid_transfer("k.1", Transfer::Move, "1:3", "Trash", Literals::Plus)),
            "k.1 UID MOVE 1:3 \"Trash\"\r\n");
  EXPECT_EQ(shown(uid_transfer("k.1", Transfer::Copy, "1:3", "Trash", Literals::Plus)),
            "k.1 UID COPY 1:3 \"Trash\"\r\n");
}

TEST(ImapCommand, Searches) {
  EXPECT_EQ(uid_search("k.1", SearchReturn::Plain, kDeletedMessages), "k.1 UID SEARCH DELETED\r\n");
  EXPECT_EQ(uid_search("k.1", SearchReturn::All, kAllMessages),
            "k.1 UID SEARCH RETURN (ALL) ALL\r\n");
  EXPECT_EQ(uid_search_uids("k.1", SearchReturn::AllAndCount, "1:99"),
            "k.1 UID SEARCH RETURN (ALL COUNT) UID 1:99\r\n");
  EXPECT_EQ(uid_search_uids("k.1", SearchReturn::Plain, "3,5"), "k.1 UID SEARCH UID 3,5\r\n");
}

TEST(ImapCommand, SearchesForAMessageId) {
  EXPECT_EQ(with_message_id("<a1@client.example>", 1'795'583'045),
            "HEADER Message-ID \"<a1@client.example>\" SINCE 24-Nov-2026");
}

TEST(ImapCommand, AnnouncesAMessageThatIsAppended) {
  EXPECT_EQ(shown(append_head("k.1", "Sent", "(\\Seen)", 0, 4097, true)),
            "k.1 APPEND \"Sent\" (\\Seen) \"01-Jan-1970 00:00:00 +0000\" {4097}\r\n");
  EXPECT_EQ(shown(append_head("k.1", "Sent \"x\"", "(\\Seen)", 0, 0, false)),
            "k.1 APPEND \"Sent \\\"x\\\"\" (\\Seen) \"01-Jan-1970 00:00:00 +0000\" {0+}\r\n");
  EXPECT_EQ(shown(append_head("k.1", "a\r\nb", "(\\Seen)", 0, 1, true)), "refused");
}

TEST(ImapCommand, HasNoClose) {
  EXPECT_EQ(plain("k.1", Plain::Capability), "k.1 CAPABILITY\r\n");
  EXPECT_EQ(plain("k.1", Plain::StartTls), "k.1 STARTTLS\r\n");
  EXPECT_EQ(plain("k.1", Plain::Namespace), "k.1 NAMESPACE\r\n");
  EXPECT_EQ(plain("k.1", Plain::Expunge), "k.1 EXPUNGE\r\n");
  EXPECT_EQ(plain("k.1", Plain::Noop), "k.1 NOOP\r\n");
  EXPECT_EQ(plain("k.1", Plain::Logout), "k.1 LOGOUT\r\n");
}

}  // namespace
}  // namespace postern::wire::imap
