// The small languages of single settings: what each form means, that it is shown as it was
// written, and that a UIDL template cannot give one UIDL to two messages.

#include "conf/policy.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::conf {
namespace {

std::string error_of_uidl(std::string_view text) {
  const auto got = parse_uidl_format(text);
  return got ? "" : got.error();
}

TEST(DeletePolicy, ReadsEachFormAndShowsItAgain) {
  using Kind = DeletePolicy::Kind;
  const std::vector<std::pair<std::string, DeletePolicy>> table = {
      {"expunge", {Kind::Expunge, ""}},
      {"trash", {Kind::Trash, ""}},
      {"ignore", {Kind::Ignore, ""}},
      {"move:Gel\xc3\xb6scht", {Kind::Move, "Gel\xc3\xb6scht"}},
      {"flag:$PopDeleted", {Kind::Flag, "$PopDeleted"}}};
  for (const auto& [text, policy] : table) {
    EXPECT_EQ(parse_delete_policy(text), policy) << text;
    EXPECT_EQ(show(policy), text);
  }
}

TEST(DeletePolicy, RefusesKeywordsThatAreNoAtoms) {
  for (const auto* text : {"flag:",
                           "flag:\\Deleted",
                           "flag:a b",
                           "flag:a(b",
                           "flag:a\"b",
                           "flag:a*",
                           "flag:\xc3\xb6"}) {
    const auto got = parse_delete_policy(text);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(
        got.error(),
        R"("flag:" is followed by a keyword of letters and digits, such as "flag:PopDeleted")");
  }
}

TEST(DeletePolicy, RefusesMailboxesThatCannotBe) {
  EXPECT_FALSE(parse_delete_policy("move:"));
  EXPECT_FALSE(parse_delete_policy("move:a\rb"));
  EXPECT_FALSE(parse_delete_policy("move:" + std::string(256, 'a')));
  EXPECT_FALSE(parse_delete_policy("Expunge"));
  EXPECT_FALSE(parse_delete_policy(""));
}

TEST(UidlFormat, KnowsThePresets) {
  using Kind = UidlPiece::Kind;
  const UidlPiece uid{Kind::Uid, "", false, 0};
  const UidlPiece validity{Kind::UidValidity, "", false, 0};
  const UidlPiece uid_hex{Kind::Uid, "", true, 8};
  const UidlPiece validity_hex{Kind::UidValidity, "", true, 8};
  const auto pieces = [](std::string_view text) { return parse_uidl_format(text)->pieces; };

  EXPECT_EQ(pieces("dovecot"), (std::vector{uid_hex, validity_hex}));
  EXPECT_EQ(pieces("uw"), (std::vector{validity_hex, uid_hex}));
  EXPECT_EQ(pieces("cyrus"), (std::vector{validity, {Kind::Text, ".", false, 0}, uid}));
  EXPECT_EQ(pieces("uid"), (std::vector{uid}));
  EXPECT_EQ(pieces("dash"), (std::vector{validity, {Kind::Text, "-", false, 0}, uid}));
}

TEST(UidlFormat, ReadsATemplate) {
  using Kind = UidlPiece::Kind;
  const auto got = parse_uidl_format("UID{uid}-{uidvalidity:x}");

  ASSERT_TRUE(got);
  EXPECT_EQ(got->pieces,
            (std::vector<UidlPiece>{{Kind::Text, "UID", false, 0},
                                    {Kind::Uid, "", false, 0},
                                    {Kind::Text, "-", false, 0},
                                    {Kind::UidValidity, "", true, 0}}));
  EXPECT_EQ(show(*got), "UID{uid}-{uidvalidity:x}");
}

TEST(UidlFormat, RefusesATemplateThatGivesOneUidlToSeveralMessages) {
  EXPECT_EQ(error_of_uidl("{uidvalidity}"), "without {uid} all messages would have the same UIDL");
  EXPECT_EQ(
      error_of_uidl("x{uid}"),
      "without {uidvalidity} a rebuilt mailbox shows old UIDLs for new mail; if the old server "
      "did so, write \"uid\"");
  for (const auto* text : {"{uid}{uidvalidity}",
                           "{uidvalidity:x}{uid:08x}",
                           "{uid}0{uidvalidity}",
                           "{uid:x}a{uidvalidity}"}) {
    EXPECT_EQ(
        error_of_uidl(text),
        R"(two messages could get one UIDL: put "." or "-" between the numbers, or use {uid:08x})")
        << text;
  }
  EXPECT_EQ(error_of_uidl("{uid}a{uidvalidity}"), "");
  EXPECT_EQ(error_of_uidl("{uid:08x}{uidvalidity}"), "");
}

TEST(UidlFormat, RefusesOctetsAndLengthsThatNoUidlHas) {
  constexpr std::string_view kHint =
      R"(write "dovecot", "uw", "cyrus", "uid", "dash", "gmail", "emailid", or a template )"
      R"(such as "{uidvalidity}.{uid}")";
  for (const auto* text : {"",
                           "dovecott",
                           "{uid} {uidvalidity}",
                           "{uid}/{uidvalidity}",
                           "{uid",
                           "{}",
                           "{uid:8x}.{uidvalidity}",
                           "{emailid:x}.{uid}",
                           "{uid}}.{uidvalidity}"}) {
    EXPECT_EQ(error_of_uidl(text), kHint) << text;
  }
  const auto filler = std::string(70 - 21, 'z');
  EXPECT_EQ(error_of_uidl("{uid}." + filler + "{uidvalidity}"), "");
  EXPECT_EQ(error_of_uidl("{uid}.z" + filler + "{uidvalidity}"), "a UIDL has at most 70 octets");
}

TEST(UidlFormat, NeedsNoNumberWhereTheServerNamesMessages) {
  using Kind = UidlPiece::Kind;

  EXPECT_EQ(
      parse_uidl_format("gmail")->pieces,
      (std::vector<UidlPiece>{{Kind::Text, "GmailId", false, 0}, {Kind::GmailId, "", false, 0}}));
  EXPECT_EQ(parse_uidl_format("emailid")->pieces,
            (std::vector<UidlPiece>{{Kind::EmailId, "", false, 0}}));
  EXPECT_EQ(error_of_uidl("{uid}-{emailid}"), "");
  EXPECT_EQ(error_of_uidl("{gmailid}"), R"({gmailid} stands in no template: write "gmail")");
}

TEST(Expire, IsSilentForeverOrInWholeDays) {
  EXPECT_EQ(parse_expire("off"), (Expire{Expire::Kind::Off, 0}));
  EXPECT_EQ(parse_expire("never"), (Expire{Expire::Kind::Never, 0}));
  EXPECT_EQ(parse_expire("30d"), (Expire{Expire::Kind::Days, 30}));
  EXPECT_EQ(parse_expire("0d"), (Expire{Expire::Kind::Days, 0}));
  EXPECT_EQ(show(*parse_expire("48h")), "2d");
  for (const auto* text : {"", "30", "36h", "NEVER", "36501d"})
    EXPECT_FALSE(parse_expire(text)) << text;
}

TEST(RouteUser, IsAPatternThatIsNotEmpty) {
  EXPECT_EQ(refuse_route_user("*@customer.example"), "");
  EXPECT_EQ(refuse_route_user("re:^[a-m]"), "");
  EXPECT_EQ(refuse_route_user(""), R"(a pattern is not empty: "*" stands for every user)");
  EXPECT_EQ(refuse_route_user("re:"), R"("re:" is followed by a regular expression)");
}

TEST(LoginTemplate, T039_HasOnlyKnownNamesAndTheUserInIt) {
  EXPECT_EQ(refuse_login_template("{user}"), "");
  EXPECT_EQ(refuse_login_template("{local}@new.example"), "");
  EXPECT_EQ(refuse_login_template("{domain}/{local}"), "");
  for (const auto* text :
       {"", "shared", "{domain}", "{user", "user}", "{usr}", "{user}{", "{{user}}", "%u"}) {
    EXPECT_EQ(refuse_login_template(text),
              "it is text in which {user} or {local} occurs, and {domain} may")
        << text;
  }
}

TEST(Delimiter, IsOneSignOrNone) {
  EXPECT_EQ(refuse_delimiter(""), "");
  EXPECT_EQ(refuse_delimiter("+"), "");
  for (const auto* text : {"++", "a", "@", " ", "{", "\x7f"})
    EXPECT_NE(refuse_delimiter(text), "") << text;
}

}  // namespace
}  // namespace postern::conf
