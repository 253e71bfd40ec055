// A profile takes over what it does not say, along the whole chain and in whatever order the
// profiles are written; the origins follow, and circles are refused.

#include "conf/tls_inheritance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/conf/loading.hpp"

namespace postern::conf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(TlsInheritance, TakesOverWhatTheProfileDoesNotSay) {
  const auto settings =
      settings_upon_base("[tls.museum]\nextends = 'default'\nciphers = 'legacy'\n");

  const auto* museum = find_named(settings.tls, "museum");
  EXPECT_EQ(museum->certificate, "/etc/postern/tls/default.pem");
  EXPECT_EQ(museum->private_key, "/etc/postern/tls/default.key");
  EXPECT_EQ(museum->ciphers, "legacy");
}

TEST(TlsInheritance, FollowsAChainInWhateverOrderItIsWritten) {
  const auto settings = settings_upon_base(
      "[tls.a]\nextends = 'b'\n[tls.b]\nextends = 'c'\nsession_tickets = false\n[tls.c]\nextends = "
      "'default'\n"
      "min_version = '1.3'\n");

  const auto* a = find_named(settings.tls, "a");
  EXPECT_EQ(a->certificate, "/etc/postern/tls/default.pem");
  EXPECT_EQ(a->min_version, TlsVersion::Tls13);
  EXPECT_FALSE(a->session_tickets);
}

TEST(TlsInheritance, LeavesServerNamesWithTheirProfile) {
  const auto settings = settings_upon_base(
      "tls.default.server_names = ['a.example']\n[tls.museum]\nextends = 'default'\n");

  EXPECT_THAT(find_named(settings.tls, "museum")->server_names, IsEmpty());
}

TEST(TlsInheritance, KeepsThePlaceOfAValueThatCameFromAnotherProfile) {
  const auto outcome = load_upon_base("[tls.museum]\nextends = 'default'\n");

  ASSERT_NE(outcome.origins.find("tls.museum.certificate"), nullptr);
  EXPECT_EQ(*outcome.origins.find("tls.museum.certificate"), (Place{"f", 1, 27}));
  EXPECT_EQ(outcome.origins.find("tls.museum.min_version"), nullptr);
}

TEST(TlsInheritance, RefusesAProfileThatIsNotThere) {
  EXPECT_THAT(problems_upon_base("[tls.museum]\nextends = 'defualt'\n"),
              ElementsAre("f:14:11: error: tls.museum.extends: there is no [tls.defualt]"));
}

TEST(TlsInheritance, RefusesACircle) {
  EXPECT_THAT(problems_upon_base("[tls.a]\nextends = 'b'\n[tls.b]\nextends = 'a'\n"),
              ElementsAre("f:16:11: error: tls.b.extends: this leads back to the profile itself"));
  EXPECT_THAT(problems_upon_base("[tls.a]\nextends = 'a'\n"),
              ElementsAre("f:14:11: error: tls.a.extends: this leads back to the profile itself"));
}

}  // namespace
}  // namespace postern::conf
