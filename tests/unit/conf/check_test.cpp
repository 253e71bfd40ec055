// Cross checks of small tables, and of [pop3] with what is set upon it. The last test holds all
// checks to one rule: nothing is said that follows from a value already refused.

#include "conf/check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/conf/loading.hpp"

namespace postern::conf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(CheckAdmin, T067_ListensOnLoopbackUnlessTold) {
  const auto settings = settings_upon_base("");

  EXPECT_THAT(settings.admin.listen,
              ElementsAre(Endpoint{Endpoint::Kind::Tcp, "127.0.0.1", 9464, ""}));
}

TEST(CheckAdmin, T067_WarnsWhenOthersCanReachIt) {
  EXPECT_THAT(
      problems_upon_base(
          "admin.listen = ['127.0.0.1:1', '[::1]:1', 'unix:/a', ':9464', '192.0.2.1:2']"),
      ElementsAre(
          "f:13:16: warning: admin.listen: whoever reaches \"192.0.2.1:2\" can read metrics and "
          "health",
          "f:13:16: warning: admin.listen: whoever reaches \":9464\" can read metrics and health"));
}

TEST(CheckAdmin, RefusesWhatItCannotServe) {
  EXPECT_THAT(problems_upon_base("admin.listen = ['127.0.0.1']"),
              ElementsAre("f:13:16: error: admin.listen: \"127.0.0.1\" will not do here: write "
                          "\"127.0.0.1:9464\" or \"unix:/path\""));
  EXPECT_THAT(problems_upon_base("admin.listen = ['fd:admin']"),
              ElementsAre("f:13:16: error: admin.listen: \"fd:admin\" will not do here: write "
                          "\"127.0.0.1:9464\" or \"unix:/path\""));
}

TEST(CheckAuth, WantsTheDelayBelowItsEnd) {
  EXPECT_THAT(
      problems_upon_base("auth.failure_delay = '16s'"),
      ElementsAre("f:13:22: error: auth.failure_delay: it must not exceed auth.failure_delay_max"));
  EXPECT_THAT(problems_upon_base("auth = { failure_delay = '16s', failure_delay_max = '16s' }"),
              IsEmpty());
}

TEST(CheckPop3, WantsTheLowMarkBelowTheHighOne) {
  EXPECT_THAT(
      problems_upon_base("pop3.out_low = '256KiB'"),
      ElementsAre(
          "f:13:16: error: pop3.out_low: it must be less than out_high, or reading never goes on"));
}

TEST(CheckPop3, LooksAtEachSetOfAssignmentsUponTheRest) {
  EXPECT_THAT(problems_upon_base(
                  "listener.pop3.pop3.out_high = '32KiB'\nupstream.imap.pop3.out_low = '1MiB'\n"
                  "[[route]]\nupstream = 'imap'\npop3.out_low = '1MiB'\npop3.out_high = '2MiB'\n"),
              ElementsAre("f:13:15: error: listener.pop3.pop3.out_low: it must be less than "
                          "out_high, or reading never goes on",
                          "f:14:30: error: upstream.imap.pop3.out_low: it must be less than "
                          "out_high, or reading never goes on"));
}

TEST(Check, SaysNothingThatFollowsFromAValueAlreadyRefused) {
  EXPECT_THAT(problems_upon_base(
                  "pop3.out_low = 'x'\nauth.failure_delay = 'x'\nlistener.pop3.tls_profile = ''\n"
                  "upstream.imap.verify = 'x'\n"),
              testing::SizeIs(4));
}

}  // namespace
}  // namespace postern::conf
