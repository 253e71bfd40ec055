// The door of the floor: all or nothing, warnings beside settings, origins for whoever asks
// later. A broken file must never yield settings, since a reload would put them in force.

#include "conf/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/conf/loading.hpp"

namespace postern::conf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Load, F056_ABrokenFileGivesProblemsAndNoSettings) {
  const auto outcome = load_upon_base("[pop3\n");

  EXPECT_FALSE(outcome.settings);
  EXPECT_THAT(lines_of(outcome), ElementsAre(R"(f:13:6: error: syntax: expected ']', saw '\n')"));
}

TEST(Load, F056_AWrongValueGivesProblemsAndNoSettings) {
  const auto outcome = load_upon_base("[pop3]\nlock = 'x'\nseen = 'x'\n");

  EXPECT_FALSE(outcome.settings);
  EXPECT_THAT(outcome.problems, SizeIs(2));
}

TEST(Load, F056_AMissingFileGivesAProblemAndNoSettings) {
  const auto outcome = load({"/nonexistent/postern.toml", {}});

  EXPECT_FALSE(outcome.settings);
  EXPECT_THAT(
      lines_of(outcome),
      ElementsAre(
          "/nonexistent/postern.toml: error: file: cannot be opened: No such file or directory"));
}

TEST(Load, F056_AMissingCertificateGivesAProblemAndNoSettings) {
  const Folder folder;
  const auto outcome = load({folder.write("f.toml", kBase), {}});

  EXPECT_FALSE(outcome.settings);
  EXPECT_THAT(outcome.problems, SizeIs(2));
}

TEST(Load, AnEmptyFileLacksAListenerAndAnUpstream) {
  EXPECT_THAT(
      lines_of(load_text("", "f")),
      ElementsAre(
          "f: error: listener: there is none: add [listener.pop3] with protocol = \"pop3\"",
          "f: error: upstream: there is none: add [upstream.imap] with url = \"imaps://HOST\""));
}

TEST(Load, WarningsComeWithSettings) {
  const auto outcome = load_upon_base("listener.pop3.cleartext_login = 'always'\n");

  EXPECT_TRUE(outcome.settings);
  EXPECT_THAT(outcome.problems, ElementsAre(testing::Field(&Problem::severity, Severity::Warning)));
}

TEST(Load, F058_TellsWhereACertificateWasNamedSoThatOthersCanComplain) {
  const auto outcome = load_upon_base("");

  EXPECT_EQ(*outcome.origins.find("tls.default.certificate"), (Place{"f", 1, 27}));
  EXPECT_EQ(outcome.origins.nearest("tls.default.ciphers"), (Place{"f", 1, 5}));
}

TEST(Load, HasNoOriginForDefaults) {
  EXPECT_EQ(load_upon_base("").origins.find("pop3.lock"), nullptr);
}

TEST(Load, HasOriginsForRoutesByTheirNumber) {
  const auto outcome = load_upon_base(
      "[[route]]\nuser = 'a'\nupstream = 'imap'\n[[route]]\nuser = 're:b'\nupstream = 'imap'\n");

  EXPECT_EQ(*outcome.origins.find("route.2.user"), (Place{"f", 17, 8}));
}

TEST(Load, ReadsAMinimalTextAndLeavesTheRestAtItsDefaults) {
  const auto settings = settings_upon_base("");

  EXPECT_EQ(settings.limits.timeout_login, 120s);
  EXPECT_EQ(settings.pop3.idle_timeout, 600s);
  EXPECT_EQ(settings.auth.max_attempts, 3U);
  EXPECT_EQ(settings.upstreams.at(0).literal_max, Size{2'147'483'647});
  EXPECT_EQ(settings.listeners.at(0).cleartext_login, CleartextLogin::Never);
}

}  // namespace
}  // namespace postern::conf
