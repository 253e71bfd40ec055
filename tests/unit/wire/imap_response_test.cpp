// Responses of IMAP servers, as the RFCs have them, as servers bend them, and as attackers would.

#include "wire/imap_response.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/wire/allocations.hpp"
#include "tests/unit/wire/random_octets.hpp"

namespace postern::wire::imap {
namespace {

using namespace std::string_literals;

template <class T>
std::optional<T> read(std::string_view text) {
  const Response response = parse_response(text);
  const T* value = std::get_if<T>(&response);
  if (value == nullptr) return std::nullopt;
  return *value;
}

bool malformed(std::string_view text) {
  return read<Malformed>(text).has_value();
}

std::string status(std::string_view text) {
  constexpr std::string_view kNames[] = {"ok", "no", "bad", "bye", "preauth"};
  const auto read_status = read<Status>(text);
  if (!read_status) return "none";
  std::string told = std::string(read_status->tag) + "|";
  told += kNames[static_cast<std::size_t>(read_status->condition)];
  if (const auto& code = read_status->code) {
    told += "[" + std::string(code->name) + ":" + std::string(code->argument) + "]";
  }
  return told + "|" + std::string(read_status->text);
}

TEST(Response, ReadsStatusResponses) {
  EXPECT_EQ(status("* OK ready"), "|ok|ready");
  EXPECT_EQ(status("* BYE see you"), "|bye|see you");
  EXPECT_EQ(status("* PREAUTH in already"), "|preauth|in already");
  EXPECT_EQ(status("k1.12 OK done"), "k1.12|ok|done");
  EXPECT_EQ(status("k1.12 NO [AUTHENTICATIONFAILED] Invalid"),
            "k1.12|no[AUTHENTICATIONFAILED:]|Invalid");
  EXPECT_EQ(status("k1 BAD what?"), "k1|bad|what?");
}

TEST(Response, ReadsResponseCodes) {
  EXPECT_EQ(status("* OK [UIDVALIDITY 3857529045] UIDs valid"),
            "|ok[UIDVALIDITY:3857529045]|UIDs valid");
  EXPECT_EQ(status("* OK [PERMANENTFLAGS (\\Deleted \\Seen \\*)] Limited"),
            "|ok[PERMANENTFLAGS:(\\Deleted \\Seen \\*)]|Limited");
  EXPECT_EQ(status("a OK [COPYUID 38505 304,319:320 3956:3958] Done"),
            "a|ok[COPYUID:38505 304,319:320 3956:3958]|Done");
  EXPECT_EQ(status("a NO [BADCHARSET (\"a]b\")] x"), "a|no[BADCHARSET:(\"a]b\")]|x");
  EXPECT_EQ(status("* OK [HIGHESTMODSEQ  715194045007 ]"), "|ok[HIGHESTMODSEQ:715194045007]|");
}

TEST(Response, UnderstandsStatusResponsesThatBendTheGrammar) {
  EXPECT_EQ(status("a1 OK"), "a1|ok|");
  EXPECT_EQ(status("a1 OK "), "a1|ok|");
  EXPECT_EQ(status("a1  ok   done"), "a1|ok|done");
  EXPECT_EQ(status("*  OK  [ALERT]  x"), "|ok[ALERT:]|x");
  EXPECT_EQ(status("* OK[READ-ONLY] x"), "|ok[READ-ONLY:]|x");
  EXPECT_EQ(status("a1 OK [READ-ONLY]"), "a1|ok[READ-ONLY:]|");
  EXPECT_EQ(status("a1 NO Lookup failed [THROTTLED]"), "a1|no|Lookup failed [THROTTLED]");
  EXPECT_EQ(status("* OK [no end"), "|ok|[no end");
  EXPECT_EQ(status("* OK [] x"), "|ok[:]|x");
}

TEST(Response, T039_StatusTextIsGivenAsItIs) {
  EXPECT_EQ(status("* NO %s%n {5} \x1B[2J"), "|no|%s%n {5} \x1B[2J");
}

TEST(Response, ReadsContinuations) {
  EXPECT_EQ(read<Continuation>("+ go ahead")->text, "go ahead");
  EXPECT_EQ(read<Continuation>("+ ")->text, "");
  EXPECT_EQ(read<Continuation>("+")->text, "");
  EXPECT_EQ(read<Continuation>("+ eyJzdGF0dXMiOiI0MDAifQ==")->text, "eyJzdGF0dXMiOiI0MDAifQ==");
}

TEST(Response, T055_KnowsWhatIsNoImap) {
  for (const std::string& text : {""s,
                                  " "s,
                                  "*"s,
                                  "* "s,
                                  "*OK x"s,
                                  "a1"s,
                                  "a1 "s,
                                  "a1 FETCH"s,
                                  "a1 BYE x"s,
                                  "a1 PREAUTH x"s,
                                  "a1 OKAY"s,
                                  "220 mail.example ESMTP"s,
                                  "HTTP/1.1 400 Bad Request"s,
                                  "SSH-2.0-OpenSSH_9.2"s,
                                  "-ERR x"s,
                                  "\x15\x03\x01"s,
                                  "* (x)"s,
                                  "\0"s,
                                  "* \0"s,
                                  "(a) OK x"s}) {
    EXPECT_TRUE(malformed(text)) << text;
  }
}

TEST(Response, F019_AGreetingOfAnotherProtocolIsNoUntaggedOk) {
  for (const std::string_view text :
       {"+OK POP3 ready", "220 mail.example ESMTP", "HTTP/1.1 200 OK"}) {
    const auto greeting = read<Status>(text);
    EXPECT_FALSE(greeting && greeting->tag.empty()) << text;
  }
}

TEST(Response, ReadsCountsAndExpunges) {
  EXPECT_EQ(read<Exists>("* 23 EXISTS")->count, 23U);
  EXPECT_EQ(read<Exists>("* 0 exists ")->count, 0U);
  EXPECT_EQ(read<Recent>("* 5 RECENT")->count, 5U);
  EXPECT_EQ(read<Expunge>("* 44 EXPUNGE")->sequence, SequenceNumber{44});
  EXPECT_EQ(read<Expunge>("* 44 EXPUNGED")->sequence, SequenceNumber{44});  // mailutils
}

TEST(Response, T050_T054_NumbersInFrontMustFit) {
  EXPECT_EQ(read<Exists>("* 4294967295 EXISTS")->count, 4294967295U);
  for (const std::string_view text : {"* 4294967296 EXISTS",
                                      "* 18446744073709551617 EXISTS",
                                      "* -1 EXISTS",
                                      "* +1 EXISTS",
                                      "* 1x EXISTS",
                                      "* 1.5 EXISTS",
                                      "* 1 EXISTS x",
                                      "* 1",
                                      "* 1 ",
                                      "* 0 EXPUNGE",
                                      "* 0 FETCH (UID 1)",
                                      "* 5EXISTS"}) {
    EXPECT_FALSE(read<Exists>(text) || read<Expunge>(text) || read<Fetch>(text)) << text;
  }
}

TEST(Response, T052_T055_F034_KeepsOnlyTheKeywordOfWhatNobodyAskedFor) {
  const std::size_t before = test::allocations();

  EXPECT_EQ(read<Other>("* STATUS INBOX (MESSAGES 5)")->keyword, "STATUS");
  EXPECT_EQ(read<Other>("* X-UNHEARD-OF (((")->keyword, "X-UNHEARD-OF");
  EXPECT_EQ(read<Other>("* 5 FOO (\"bar\")")->keyword, "FOO");
  EXPECT_EQ(test::allocations(), before);
}

TEST(Response, ReadsCapabilities) {
  const auto list = read<CapabilityList>("* CAPABILITY IMAP4rev1 UIDPLUS XUNKNOWN AUTH=PLAIN ");

  ASSERT_TRUE(list.has_value());
  EXPECT_TRUE(list->capabilities.has(Capability::UidPlus));
  EXPECT_TRUE(read<Enabled>("* ENABLED QRESYNC CONDSTORE")->capabilities.has(Capability::QResync));
  EXPECT_TRUE(read<Enabled>("* ENABLED")->capabilities.empty());
}

TEST(Response, ReadsFlagsAndId) {
  EXPECT_EQ(read<Flags>("* FLAGS (\\Answered \\Seen)")->flags, "\\Answered \\Seen");
  EXPECT_EQ(read<Id>("* ID (\"name\" \"Dovecot\")")->fields, "\"name\" \"Dovecot\"");
  EXPECT_EQ(read<Id>("* ID NIL")->fields, "");
  EXPECT_TRUE(malformed("* FLAGS \\Seen"));
  EXPECT_TRUE(malformed("* ID (\"name\""));
}

TEST(Response, ReadsSearchResults) {
  EXPECT_EQ(read<Search>("* SEARCH 2 84 882")->uids.text(), "2,84,882");
  EXPECT_EQ(read<Search>("* SEARCH 9 3 4 5 3")->uids.text(), "3:5,9");
  EXPECT_EQ(read<Search>("* SEARCH")->uids.count(), 0U);
  EXPECT_EQ(read<Search>("* SEARCH ")->uids.count(), 0U);
  EXPECT_EQ(read<Search>("* SEARCH 2  5  (MODSEQ 917162500) ")->uids.text(), "2,5");
}

TEST(Response, T050_SearchResultsMustBeNumbers) {
  for (const std::string_view text : {"* SEARCH 0",
                                      "* SEARCH 1 -2",
                                      "* SEARCH 4294967296",
                                      "* SEARCH 1,2",
                                      "* SEARCH 1:2",
                                      "* SEARCH 1x",
                                      "* SEARCH x",
                                      "* SEARCH 1 (MODSEQ",
                                      "* SEARCH 1 (MODSEQ 2) 3"}) {
    EXPECT_TRUE(malformed(text)) << text;
  }
}

TEST(Response, M062_ReadsEsearchResults) {
  const auto all = read<Esearch>("* ESEARCH (TAG \"k1.5\") UID ALL 1:3,7 COUNT 4");
  const auto none = read<Esearch>("* ESEARCH (TAG \"k1.5\") UID");
  const auto more =
      read<Esearch>("* esearch (TAG k1.5) uid MIN 2 MAX 4 X-NEW (a (b)) COUNT 2 MODSEQ 5");
  const auto bare = read<Esearch>("* ESEARCH ALL 5");

  ASSERT_TRUE(all && none && more && bare);
  EXPECT_EQ(all->tag, "k1.5");
  EXPECT_TRUE(all->uid);
  EXPECT_EQ(all->all.text(), "1:3,7");
  EXPECT_EQ(all->count, 4U);
  EXPECT_TRUE(none->all.empty());
  EXPECT_EQ(none->count, std::nullopt);
  EXPECT_EQ(more->tag, "k1.5");
  EXPECT_EQ(more->count, 2U);
  EXPECT_FALSE(bare->uid);
}

TEST(Response, T050_T053_EsearchRefusesWhatIsNoSet) {
  EXPECT_EQ(read<Esearch>("* ESEARCH UID ALL 1:4294967295")->all.count(), 4294967295U);
  for (const std::string_view text : {"* ESEARCH UID ALL",
                                      "* ESEARCH UID ALL x",
                                      "* ESEARCH UID ALL 1:*",
                                      "* ESEARCH UID COUNT -1",
                                      "* ESEARCH UID COUNT 4294967296",
                                      "* ESEARCH (TAG \"x\" UID",
                                      "* ESEARCH (FOO \"x\") UID",
                                      "* ESEARCH UID MIN",
                                      "* ESEARCH )"}) {
    EXPECT_TRUE(malformed(text)) << text;
  }
}

TEST(Response, M070_ReadsVanishedWithUidZero) {
  const auto earlier = read<Vanished>("* VANISHED (EARLIER) 41,43:116,118,120:211");
  const auto now = read<Vanished>("* VANISHED 405,407,410:425");
  const auto zero = read<Vanished>("* VANISHED 0:1");

  ASSERT_TRUE(earlier && now && zero);
  EXPECT_TRUE(earlier->earlier);
  EXPECT_EQ(earlier->uids.text(), "41,43:116,118,120:211");
  EXPECT_FALSE(now->earlier);
  EXPECT_EQ(zero->uids.text(), "1");
  EXPECT_TRUE(read<Vanished>("* VANISHED 0")->uids.empty());
}

TEST(Response, T053_VanishedRangesStayRanges) {
  const std::size_t before = test::octets_allocated();

  const auto vanished = read<Vanished>("* VANISHED (EARLIER) 1:4294967295");

  ASSERT_TRUE(vanished.has_value());
  EXPECT_EQ(vanished->uids.ranges().size(), 1U);
  EXPECT_LT(test::octets_allocated() - before, 1000U);
}

TEST(Response, T050_VanishedRefusesWhatIsNoSet) {
  for (const std::string_view text : {"* VANISHED",
                                      "* VANISHED ()",
                                      "* VANISHED (LATER) 5",
                                      "* VANISHED (EARLIER)",
                                      "* VANISHED x",
                                      "* VANISHED 5 6",
                                      "* VANISHED 1:*",
                                      "* VANISHED 4294967296",
                                      "* VANISHED 5,,6"}) {
    EXPECT_TRUE(malformed(text)) << text;
  }
}

std::string listed(std::string_view text) {
  const auto list = read<List>(text);
  if (!list) return "none";
  const std::string delimiter = list->delimiter == '\0' ? "NIL" : std::string(1, list->delimiter);
  return std::string(list->attributes) + "|" + delimiter + "|" + list->mailbox;
}

TEST(Response, ReadsMailboxLists) {
  EXPECT_EQ(listed("* LIST (\\HasNoChildren \\Trash) \"/\" Trash"),
            "\\HasNoChildren \\Trash|/|Trash");
  EXPECT_EQ(listed("* LIST () \".\" \"INBOX.Sent Mail\""), "|.|INBOX.Sent Mail");
  EXPECT_EQ(listed("* LIST () \"\\\\\" \"a\\\\b\""), "|\\|a\\b");
  EXPECT_EQ(listed("* LIST () NIL INBOX"), "|NIL|INBOX");
  EXPECT_EQ(listed("* LIST () \"/\" {5}\r\na \"b)"), "|/|a \"b)");
  EXPECT_EQ(listed("* XLIST (\\Trash) \"/\" [Gmail]/Trash"), "\\Trash|/|[Gmail]/Trash");
  EXPECT_EQ(listed("* LSUB () \"/\" \"\""), "|/|");
  EXPECT_EQ(listed("* LIST (\\Sent) \"/\" Sent (\"CHILDINFO\" (\"SUBSCRIBED\"))"), "\\Sent|/|Sent");
  EXPECT_EQ(read<List>("* XLIST () \"/\" x")->kind, List::Kind::XList);
  EXPECT_EQ(read<List>("* LSUB () \"/\" x")->kind, List::Kind::Lsub);
}

TEST(Response, RefusesBrokenMailboxLists) {
  for (const std::string_view text : {"* LIST",
                                      "* LIST ()",
                                      "* LIST () \"/\"",
                                      "* LIST \"/\" x",
                                      "* LIST () / x",
                                      "* LIST () \"ab\" x",
                                      "* LIST () \"/\" \"x",
                                      "* LIST () \"/\" x y",
                                      "* LIST () \"/\" {5}\r\nab",
                                      "* LIST () \"/\" x (a",
                                      "* LIST (()) \"/\""}) {
    EXPECT_TRUE(malformed(text)) << text;
  }
}

TEST(Response, ReadsTheFirstPersonalNamespace) {
  const auto courier =
      read<Namespace>("* NAMESPACE ((\"INBOX.\" \".\")) NIL ((\"shared.\" \".\"))");
  const auto several =
      read<Namespace>("* NAMESPACE ((\"\" \"/\" \"X\" (\"a\"))(\"b/\" \"/\")) NIL NIL");
  const auto none = read<Namespace>("* NAMESPACE NIL NIL NIL");
  const auto flat = read<Namespace>("* NAMESPACE ((\"\" NIL)) NIL NIL");

  ASSERT_TRUE(courier && several && none && flat);
  EXPECT_EQ(courier->prefix, "INBOX.");
  EXPECT_EQ(courier->delimiter, '.');
  EXPECT_EQ(several->prefix, "");
  EXPECT_EQ(none->prefix, std::nullopt);
  EXPECT_EQ(flat->delimiter, '\0');
  for (const std::string_view text : {"* NAMESPACE",
                                      "* NAMESPACE NIL",
                                      "* NAMESPACE NIL NIL",
                                      "* NAMESPACE () NIL NIL",
                                      "* NAMESPACE ((\"a\")) NIL NIL",
                                      "* NAMESPACE ((\"a\" \".\") NIL NIL"}) {
    EXPECT_TRUE(malformed(text)) << text;
  }
}

TEST(Response, T043_TheEverydayOnesTakeNoMemory) {
  const std::size_t before = test::allocations();

  for (const std::string_view text : {"* 100000 EXISTS",
                                      "* 1 RECENT",
                                      "* OK [UIDNEXT 5] x",
                                      "k1.5 OK [READ-ONLY] done",
                                      "+ go",
                                      "* 5 FETCH (UID 7 RFC822.SIZE 8 FLAGS (\\Seen))",
                                      "* 6 EXPUNGE",
                                      "* FLAGS (\\Seen)"}) {
    EXPECT_FALSE(malformed(text));
  }

  EXPECT_EQ(test::allocations(), before);
}

TEST(Response, T048_T051_T058_F033_CostsABoundedNumberOfLooksAtEachOctet) {
  std::string search = "* SEARCH";
  std::string fetch = "* 1 FETCH (";
  std::string esearch = "* ESEARCH UID";
  for (int count = 1; count < 20'000; ++count) {
    search += " " + std::to_string(200'000 - count);
    fetch += "X-A[1]<0> \"(\" FLAGS (\\Seen a b) ";
    esearch += " X (a)";
  }
  for (const std::string& text :
       {search,
        fetch + ")",
        esearch,
        "* OK [" + std::string(100'000, '"'),
        "* 1 FETCH (" + std::string(100'000, ' '),
        "* LIST (" + std::string(100'000, 'a') + ") \"/\" x",
        std::string(100'000, '*'),
        "* NAMESPACE ((\"" + std::string(100'000, 'a') + "\" \".\")) NIL NIL"}) {
    Lexer lexer(text);
    (void)parse_response(lexer);
    EXPECT_LE(lexer.octets_examined(), 4 * text.size() + 100) << text.substr(0, 20);
  }
}

TEST(Response, T048_F014_SurvivesBeingCutAnywhere) {
  const std::vector<std::string> whole{
      "* 12 FETCH (FLAGS (\\Seen) BODY[HEADER.FIELDS (X)]<0> {3}\r\na)b UID 5 X \"q\\\"\")",
      "* OK [PERMANENTFLAGS (\\* \"a]\")] text",
      "* LIST (\\A \\B) \"/\" {4}\r\nab c",
      "* ESEARCH (TAG \"t\") UID ALL 1:2,4 COUNT 3",
      "* NAMESPACE ((\"a\" \"/\")) NIL NIL",
      "* VANISHED (EARLIER) 1:2,4",
      "k1.5 NO [ALERT] sorry"};
  for (const std::string& text : whole) {
    EXPECT_FALSE(malformed(text)) << text;
    for (std::size_t length = 0; length < text.size(); ++length) {
      // A heap block of just this length: a sanitizer build sees one octet read too many.
      const std::vector<char> part(text.begin(),
                                   text.begin() + static_cast<std::ptrdiff_t>(length));
      const std::string_view cut(part.data(), part.size());
      EXPECT_FALSE(read<Fetch>(cut).has_value()) << cut;
      (void)parse_fetch_head(cut);
      (void)announced_literal(cut);
    }
  }
}

TEST(Response, T048_SurvivesRandomTextBehindEachKeyword) {
  test::RandomOctets random(11);
  const std::string alphabet = "()[]{}\"\\ \r\n0159:,aNIL\0\xFF~<>"s;
  for (const std::string keyword : {"1 FETCH",
                                    "SEARCH",
                                    "ESEARCH",
                                    "VANISHED",
                                    "LIST",
                                    "NAMESPACE",
                                    "ID",
                                    "FLAGS",
                                    "OK",
                                    "CAPABILITY"}) {
    for (int round = 0; round < 2000; ++round) {
      const std::string text = "* " + keyword + " " + random.from(alphabet, random.number(40));
      Lexer lexer(text);
      (void)parse_response(lexer);
      EXPECT_LE(lexer.octets_examined(), 4 * text.size() + 100);
    }
  }
}

}  // namespace
}  // namespace postern::wire::imap
