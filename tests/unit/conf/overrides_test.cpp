// [pop3] for one session: who has the last word. Built-in, global, upstream, route and listener
// are added one by one, and each must win over those before it.

#include "conf/overrides.hpp"

#include "conf/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/conf/loading.hpp"

namespace postern::conf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kAll =
    "pop3.max_sessions = 2\n"
    "upstream.imap.pop3.max_sessions = 3\n"
    "route = [{ upstream = 'imap', pop3 = { max_sessions = 4 } }]\n"
    "listener.pop3.pop3.max_sessions = 5\n";

// The first so many lines of kAll.
Settings settings_of_lines(std::size_t count) {
  std::string_view text = kAll;
  std::size_t end = 0;
  for (std::size_t i = 0; i < count; ++i)
    end = text.find('\n', end) + 1;
  return settings_upon_base(text.substr(0, end));
}

std::uint32_t max_sessions(const Settings& settings) {
  return effective_pop3(
             settings, settings.listeners.at(0), settings.upstreams.data(), settings.routes.data())
      .max_sessions;
}

TEST(Overrides, ComeInTheOrderBuiltInGlobalUpstreamRouteListener) {
  EXPECT_EQ(max_sessions(settings_of_lines(0)), 8U);
  EXPECT_EQ(max_sessions(settings_of_lines(1)), 2U);
  EXPECT_EQ(max_sessions(settings_of_lines(2)), 3U);
  EXPECT_EQ(max_sessions(settings_of_lines(3)), 4U);
  EXPECT_EQ(max_sessions(settings_of_lines(4)), 5U);
}

TEST(Overrides, BeforeLoginAreThoseOfTheListener) {
  const auto settings = settings_upon_base(
      "upstream.imap.pop3.line_max = '300B'\nlistener.pop3.pop3.bad_commands_auth = 3\n");

  const Pop3 pop3 = effective_pop3(settings, settings.listeners.at(0), nullptr, nullptr);

  EXPECT_EQ(pop3.line_max, 512_B);
  EXPECT_EQ(pop3.bad_commands_auth, 3U);
}

TEST(Overrides, TouchOnlyWhatTheyName) {
  const auto settings =
      settings_upon_base("listener.pop3.pop3 = { delete = 'move:Trash', uidl = 'uw' }\n");
  const Pop3Assignments& assignments = settings.listeners.at(0).pop3;
  Pop3 pop3;
  pop3.lock = Lock::Steal;
  pop3.mailbox = "Other";

  apply(assignments, pop3);

  EXPECT_THAT(assignments.keys, testing::UnorderedElementsAre("delete", "uidl"));
  EXPECT_EQ(pop3.delete_policy, (DeletePolicy{DeletePolicy::Kind::Move, "Trash"}));
  EXPECT_EQ(pop3.uidl.written, "uw");
  EXPECT_EQ(pop3.lock, Lock::Steal);
  EXPECT_EQ(pop3.mailbox, "Other");
}

TEST(Overrides, MaySetADefaultAgain) {
  const auto settings =
      settings_upon_base("pop3.lock = 'refuse'\nlistener.pop3.pop3.lock = 'none'\n");

  EXPECT_EQ(effective_pop3(settings, settings.listeners.at(0), nullptr, nullptr).lock, Lock::None);
}

TEST(Overrides, CanBeMadeOfEveryKey) {
  const Pop3 defaults;
  Pop3Assignments all;
  for (const auto& row : settings_of<Pop3>()) {
    ASSERT_NE(row.member.copy, nullptr) << row.key;
    all.keys.push_back(row.key);
  }
  Pop3 pop3;
  pop3.mailbox = "Other";

  apply(all, pop3);

  for (const auto& row : settings_of<Pop3>())
    EXPECT_EQ(row.member.show(pop3), row.member.show(defaults));
}

TEST(Overrides, LeaveNothingBehindWhenRefused) {
  const auto outcome = load_upon_base("upstream.imap.pop3.lock = 'x'\n");

  EXPECT_FALSE(outcome.settings);
  EXPECT_THAT(lines_of(outcome),
              ElementsAre(R"(f:13:27: error: upstream.imap.pop3.lock: "x" is not right: )"
                          R"(write "none", "refuse" or "steal")"));
}

}  // namespace
}  // namespace postern::conf
