// Where two lists of one mailbox differ.

#include "proxy/uidl_audit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace postern::proxy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using upstream::Pop3Mail;

Pop3Mail mail(std::uint32_t number, std::string uidl, std::uint64_t octets = 10) {
  return {.number = wire::MessageNumber{number}, .octets = octets, .uidl = std::move(uidl)};
}

TEST(CompareLists, FindsNothingWhereUidlsAndSizesAreTheSame) {
  const auto difference = compare_lists({mail(1, "a"), mail(2, "b")}, {mail(1, "b"), mail(2, "a")});

  EXPECT_THAT(difference.missing, IsEmpty());
  EXPECT_THAT(difference.extra, IsEmpty());
  EXPECT_THAT(difference.doubtful, IsEmpty());
}

TEST(CompareLists, FindsWhatEitherLacks) {
  const auto difference =
      compare_lists({mail(1, "a"), mail(2, "b"), mail(3, "c")}, {mail(1, "x"), mail(2, "b")});

  EXPECT_THAT(difference.missing, ElementsAre(0, 2));
  EXPECT_THAT(difference.extra, ElementsAre(0));
}

TEST(CompareLists, DoubtsAUidlWhoseMessageHasAnotherSize) {
  const auto difference = compare_lists({mail(1, "a", 10)}, {mail(1, "a", 11)});

  ASSERT_THAT(difference.doubtful, SizeIs(1));
  EXPECT_EQ(difference.doubtful[0].before, 0U);
  EXPECT_EQ(difference.doubtful[0].after, 0U);
}

TEST(CompareLists, TakesASecondMessageWithOneUidlForAnother) {
  const auto twice = compare_lists({mail(1, "a")}, {mail(1, "a"), mail(2, "a")});
  EXPECT_THAT(twice.extra, ElementsAre(1));

  const auto before = compare_lists({mail(1, "a"), mail(2, "a")}, {mail(1, "a")});
  EXPECT_THAT(before.missing, ElementsAre(1));
}

}  // namespace
}  // namespace postern::proxy
