// Secrets from files, credentials, the environment and text: loaded, judged, and never shown,
// neither in messages nor in dumps, whichever mistake is made around them.

#include "conf/secret_source.hpp"

#include "conf/dump.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/conf/loading.hpp"

namespace postern::conf {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kSecret = "hunter2";

// A configuration whose one secret is written so.
std::string with_password(std::string_view password) {
  return "listener.pop3 = { protocol = 'pop3', tls = 'off', cleartext_login = 'local' }\n"
         "upstream.imap.url = 'imaps://h'\n"
         "upstream.imap.auth.user = 'gw'\n"
         "upstream.imap.auth.password = " +
         std::string(password) + "\n";
}

// Loads that from a file in the folder.
Outcome load_with_password(const Folder& folder, std::string_view password) {
  return load({folder.write("postern.toml", with_password(password)), {}});
}

std::string_view password_of(const Outcome& outcome) {
  return outcome.settings ? outcome.settings->upstreams.at(0).auth.password.reveal()
                          : "(no settings)";
}

std::string last_line_of(const Outcome& outcome) {
  const auto lines = lines_of(outcome);
  return lines.empty() ? "" : lines.back().substr(lines.back().find("postern.toml:"));
}

TEST(SecretSource, ReadsAFileWithoutItsLineEnd) {
  const Folder folder;
  folder.write("password", "hunter2\r\n");

  EXPECT_EQ(password_of(load_with_password(folder, "{ file = 'password' }")), kSecret);
}

TEST(SecretSource, KeepsBlanksOfAFile) {
  const Folder folder;
  folder.write("password", " hunter2 \n");

  EXPECT_EQ(password_of(load_with_password(folder, "{ file = 'password' }")), " hunter2 ");
}

TEST(SecretSource, T074_RefusesAFileThatOthersCanRead) {
  const Folder folder;
  const auto path = folder.write("password", "hunter2\n", std::filesystem::perms(0644));

  const auto outcome = load_with_password(folder, "{ file = 'password' }");

  EXPECT_FALSE(outcome.settings);
  EXPECT_EQ(last_line_of(outcome),
            "postern.toml:4:31: error: upstream.imap.auth: the file \"" + path +
                "\" is open to others (mode 0644): chmod 0600, or 0640 for a group of its own");
}

TEST(SecretSource, RefusesFilesThatAreNoSecret) {
  const Folder folder;
  folder.write("empty", "\n");
  folder.write("lines", "one\ntwo\n");
  folder.write("nul", std::string_view("a\0b", 3));
  const auto what = [&](std::string_view file) {
    const auto line =
        last_line_of(load_with_password(folder, "{ file = '" + std::string(file) + "' }"));
    return line.substr(line.find("auth: ") + 6);
  };

  EXPECT_EQ(what("empty"), "the secret is empty");
  EXPECT_EQ(what("lines"), "the secret is more than one line, or holds a NUL");
  EXPECT_EQ(what("nul"), "the secret is more than one line, or holds a NUL");
  EXPECT_EQ(what("none"),
            "the file \"" + folder.path("none") + "\" cannot be opened: No such file or directory");
  EXPECT_THAT(what("."), HasSubstr("is not a regular file"));
}

TEST(SecretSource, ReadsACredentialOfSystemd) {
  const Folder folder;
  folder.write("credentials/relay", "hunter2");
  const Environment directory("CREDENTIALS_DIRECTORY", folder.path("credentials"));

  EXPECT_EQ(password_of(load_with_password(folder, "{ credential = 'relay' }")), kSecret);
}

TEST(SecretSource, RefusesACredentialOutsideOfItsFolder) {
  const Folder folder;
  folder.write("relay", "hunter2");
  const Environment directory("CREDENTIALS_DIRECTORY", folder.path("credentials"));

  EXPECT_EQ(last_line_of(load_with_password(folder, "{ credential = '../relay' }")),
            "postern.toml:4:31: error: upstream.imap.auth: \"../relay\" is not right: a name "
            "without \"/\"");
}

TEST(SecretSource, SaysWhoSetsCredentials) {
  const Folder folder;

  EXPECT_EQ(last_line_of(load_with_password(folder, "{ credential = 'relay' }")),
            "postern.toml:4:31: error: upstream.imap.auth: there are no credentials: systemd sets "
            "CREDENTIALS_DIRECTORY when the unit has LoadCredential=");
}

TEST(SecretSource, ReadsTheEnvironmentAndWarns) {
  const Folder folder;
  const Environment variable("POSTERN_TEST_PASSWORD", std::string(kSecret));

  const auto outcome = load_with_password(folder, "{ env = 'POSTERN_TEST_PASSWORD' }");

  EXPECT_EQ(password_of(outcome), kSecret);
  EXPECT_EQ(
      last_line_of(outcome),
      "postern.toml:4:31: warning: upstream.imap.auth: a secret in the environment can be seen by "
      "others: better { file = } or { credential = }");
}

TEST(SecretSource, RefusesAVariableThatIsNotSet) {
  const Folder folder;

  EXPECT_THAT(lines_of(load_with_password(folder, "{ env = 'POSTERN_TEST_NONE' }")),
              Contains(HasSubstr(
                  "error: upstream.imap.auth: the environment has no \"POSTERN_TEST_NONE\"")));
}

TEST(SecretSource, TakesTextAndWarns) {
  const Folder folder;

  const auto outcome = load_with_password(folder, "'hunter2'");

  EXPECT_EQ(password_of(outcome), kSecret);
  EXPECT_EQ(
      last_line_of(outcome),
      "postern.toml:4:31: warning: upstream.imap.auth: the secret stands in the configuration: "
      "better { file = } or { credential = }");
}

TEST(SecretSource, RefusesOtherForms) {
  constexpr std::string_view kHint =
      R"(a secret is { file = "PATH" }, { credential = "NAME" }, { env = "NAME" } or text)";
  for (const auto* form : {"7", "['hunter2']", "{}", "{ file = 7 }", "{ file = 'a', env = 'b' }"}) {
    const auto outcome = load_text(with_password(form), "f");
    EXPECT_THAT(lines_of(outcome), Contains(AllOf(HasSubstr("f:4:31: error: "), HasSubstr(kHint))))
        << form;
  }
  EXPECT_THAT(lines_of(load_text(with_password("{ fil = 'a' }"), "f")),
              Contains(HasSubstr("unknown key \"fil\": " + std::string(kHint))));
}

TEST(SecretSource, FromMemoryTouchesNeitherDiskNorEnvironment) {
  for (const auto* form :
       {"{ file = '/nonexistent' }", "{ env = 'POSTERN_TEST_NONE' }", "{ credential = 'x' }"}) {
    const auto outcome = load_text(with_password(form), "f");
    ASSERT_TRUE(outcome.settings) << form;
    EXPECT_TRUE(outcome.settings->upstreams.at(0).auth.password.empty());
  }
}

TEST(SecretSource, T070_NeverAppearsInMessagesOrDumps) {
  const Folder folder;
  folder.write("password", "hunter2\n");
  const Environment variable("POSTERN_TEST_PASSWORD", std::string(kSecret));
  for (const auto* form :
       {"'hunter2'", "{ file = 'password' }", "{ env = 'POSTERN_TEST_PASSWORD' }"}) {
    const auto outcome = load_with_password(folder, form);
    ASSERT_TRUE(outcome.settings) << form;
    EXPECT_THAT(lines_of(outcome), Each(Not(HasSubstr(kSecret))));
    EXPECT_THAT(dump(*outcome.settings, outcome.origins), Not(HasSubstr(kSecret)));
    EXPECT_THAT(fingerprint_text(*outcome.settings), Not(HasSubstr(kSecret)));
  }
}

TEST(SecretSource, T070_NeverAppearsInMessagesAboutMistakesAroundIt) {
  for (const auto* mistake :
       {"upstream.x.auth = 'hunter2'",
        "upstream.x.auth = { user = 'u', pasword = 'hunter2' }",
        "upstream.x.auth = { user = 'u', password = 'hunter2', more = 'hunter2' }",
        "upstream.x.auth.password = ['hunter2']",
        "upstream.x.auth.password.text = 'hunter2'",
        "upstream.x.auth.password = 'hunter2\nb'",
        "upstream.x.auth.password = hunter2",
        "upstream.x.auth = { user = 'u', password = \"hunter2\\n2\" }",
        "upstream.x.url = 'imaps://u:hunter2@h'"}) {
    const auto lines = lines_of(load_text(mistake, "f"));
    EXPECT_FALSE(lines.empty());
    EXPECT_THAT(lines, Each(Not(HasSubstr(kSecret)))) << mistake;
  }
}

TEST(SecretSource, T070_OfTheCommandLineNeverAppearsEither) {
  for (const auto* assignment : {"upstream.imap.auth.password=hunter2",
                                 "upstream.imap.auth.password=[hunter2",
                                 "upstream.imap.auth.password={ env = hunter2 }",
                                 "upstream imap=hunter2",
                                 "upstream.imap.auth=hunter2"}) {
    const auto outcome = load_text(with_password("'x'"), "f", std::vector<std::string>{assignment});
    EXPECT_THAT(lines_of(outcome), Each(Not(HasSubstr(kSecret)))) << assignment;
  }
}

TEST(UpstreamAuth, NamesTheKeyThatWasMeant) {
  EXPECT_THAT(
      lines_of(load_text("upstream.x.auth = { user = 'u', pasword = 'p' }", "f")),
      Contains(
          "f:1:43: error: upstream.x.auth: unknown key \"pasword\", did you mean \"password\"?"));
}

TEST(UpstreamAuth, NeedsUserAndPassword) {
  for (const auto* form : {"{ user = 'u' }", "{ password = 'p' }", "{}"}) {
    EXPECT_THAT(
        lines_of(load_text(std::string("upstream.x.auth = ") + form, "f")),
        Contains(HasSubstr(R"(f:1:19: error: upstream.x.auth: write "same", or { user = "NAME")")))
        << form;
  }
  EXPECT_THAT(lines_of(load_text("upstream.x.auth = { user = '', password = 'p' }", "f")),
              Contains("f:1:28: error: upstream.x.auth: the user is empty"));
}

TEST(UpstreamAuth, WarnsThatEverybodyGetsTheOneAccount) {
  EXPECT_THAT(
      lines_of(load_text(with_password("{ file = 'x' }"), "f")),
      Contains("f:3:15: warning: upstream.imap.auth: every client gets this one account: its own "
               "password is not checked"));
}

}  // namespace
}  // namespace postern::conf
