// From user names to upstreams.

#include "upstream/directory.hpp"

#include "conf/load.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace postern::upstream {
namespace {

class DirectoryTest : public testing::Test {
 protected:
  void load(std::string_view routes) {
    auto outcome = conf::load_text(
        "tls.default.certificate = 'c'\ntls.default.private_key = 'k'\n"
        "listener.pop3.protocol = 'pop3'\n"
        "upstream.a.url = 'imaps://a.example.net'\nupstream.b.url = 'imaps://b.example.net'\n" +
            std::string(routes),
        "test");
    ASSERT_TRUE(outcome.settings);
    settings_ = std::move(*outcome.settings);
    directory_ = std::make_unique<Directory>(settings_);
  }

  // "upstream login", or the kind of error.
  std::string find(std::string_view user) {
    const auto found = directory_->find(user, conf::Protocol::Pop3);
    if (!found) return std::string(net::name_of(found.error().kind));
    return settings_.upstreams[found->upstream].name + " " + found->login;
  }

  conf::Settings settings_;
  std::unique_ptr<Directory> directory_;
};

TEST_F(DirectoryTest, TheFirstRouteThatMatchesCounts) {
  load(
      "[[route]]\nuser = '*@b.example'\nupstream = 'b'\n"
      "[[route]]\nuser = '*'\nupstream = 'a'\n");

  EXPECT_EQ(find("joe@b.example"), "b joe@b.example");
  EXPECT_EQ(find("joe@c.example"), "a joe@c.example");
}

TEST_F(DirectoryTest, T060_NamesAreOctetsUnlessARuleChangesThem) {
  load("[[route]]\nuser = '*'\nupstream = 'a'\n");

  EXPECT_EQ(find("Joe"), "a Joe");
  EXPECT_EQ(find("joe "), "a joe ");
  EXPECT_EQ(find("j.o.e"), "a j.o.e");
  EXPECT_EQ(find("jo\xc3\xa9"), "a jo\xc3\xa9");
  EXPECT_EQ(find("joe\xcc\x81"), "a joe\xcc\x81");
}

TEST_F(DirectoryTest, T060_RulesApplyOnceAndBeforeThePatternIsLookedAt) {
  load(
      "[[route]]\nuser = '*@example.net'\nupstream = 'a'\ndefault_domain = 'Example.NET'\n"
      "lower_case = true\nlogin_as = '{local}'\n");

  EXPECT_EQ(find("JOE"), "a joe");
  EXPECT_EQ(find("JOE@example.net"), "a joe");
  EXPECT_EQ(find("joe@other.example"), "refused");
}

TEST_F(DirectoryTest, T027_WhatIsNoUserNameIsRefused) {
  load("[[route]]\nuser = '*'\nupstream = 'a'\n");

  EXPECT_EQ(find(""), "refused");
  EXPECT_EQ(find(std::string("jo\0e", 4)), "refused");
  EXPECT_EQ(find("jo\r\ne"), "refused");
  EXPECT_EQ(find(std::string(513, 'x')), "refused");
  EXPECT_EQ(find(std::string(512, 'x')), "a " + std::string(512, 'x'));
}

TEST_F(DirectoryTest, ExpressionsMatchTheWholeName) {
  load("[[route]]\nuser = 're:[a-m].*@x'\nupstream = 'a'\n");

  EXPECT_EQ(find("joe@x"), "a joe@x");
  EXPECT_EQ(find("zoe@x"), "refused");
  EXPECT_EQ(find("joe@xy"), "refused");
}

TEST_F(DirectoryTest, T039_ExpressionsTakeLinearTime) {
  load("[[route]]\nuser = 're:(a|aa)*b'\nupstream = 'a'\n");
  const auto begin = std::chrono::steady_clock::now();

  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(find(std::string(512, 'a')), "refused");

  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(Glob, StarsStandForAnyOctetsAndCaseDoesNotCount) {
  EXPECT_TRUE(matches_glob("*", ""));
  EXPECT_TRUE(matches_glob("*@Example.net", "joe@example.NET"));
  EXPECT_TRUE(matches_glob("j?e", "joe"));
  EXPECT_TRUE(matches_glob("*a*b*", "xxaxxbxx"));
  EXPECT_FALSE(matches_glob("*a*b", "xxaxxbxx"));
  EXPECT_FALSE(matches_glob("j?e", "je"));
  EXPECT_FALSE(matches_glob("", "x"));
}

TEST(Expand, T039_WhatComesInIsNotLookedAtAgain) {
  EXPECT_EQ(expand("{local}@{domain}", "joe@example.net"), "joe@example.net");
  EXPECT_EQ(expand("x-{user}", "{domain}@{local}"), "x-{domain}@{local}");
  EXPECT_EQ(expand("{local}.{domain}", "{user}%s$1"), "{user}%s$1.");
  EXPECT_EQ(expand("{other}{", "joe"), "{other}{");
}

}  // namespace
}  // namespace postern::upstream
