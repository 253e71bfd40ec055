// Cross checks of listeners and TLS profiles. Each claim shows the configuration that breaks it
// and the whole line that is told; where files matter, they lie in a folder of the test.

#include "conf/findings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/conf/loading.hpp"

namespace postern::conf {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string listener(std::string_view name, std::string_view rest) {
  return "[listener." + std::string(name) + "]\nprotocol = 'pop3'\n" + std::string(rest) + "\n";
}

TEST(CheckListeners, RefusesTwoOnOneAddress) {
  EXPECT_THAT(
      problems_upon_base(listener("a", "listen = ['127.0.0.1:1']") +
                         listener("b", "listen = ['127.0.0.1:1']")),
      ElementsAre(
          "f:18:10: error: listener.b.listen: \"127.0.0.1:1\" is taken by \"127.0.0.1:1\" under "
          "listener.a.listen"));
}

TEST(CheckListeners, RefusesAnAddressBesideAllAddresses) {
  EXPECT_THAT(
      problems_upon_base(listener("x", "listen = ['127.0.0.1:110']")),
      ElementsAre("f:15:10: error: listener.x.listen: \"127.0.0.1:110\" is taken by \":110\" under "
                  "listener.pop3.listen"));
  EXPECT_THAT(
      problems_upon_base(listener("a", "listen = ['0.0.0.0:1']") +
                         listener("b", "listen = ['127.0.0.1:1']")),
      ElementsAre(HasSubstr("listener.b.listen: \"127.0.0.1:1\" is taken by \"0.0.0.0:1\"")));
  EXPECT_THAT(problems_upon_base(listener("a", "listen = ['[::1]:1']") +
                                 listener("b", "listen = ['[::]:1']")),
              ElementsAre(HasSubstr("listener.b.listen: \"[::]:1\" is taken by \"[::1]:1\"")));
}

TEST(CheckListeners, LetsApartWhatTheKernelKeepsApart) {
  EXPECT_THAT(problems_upon_base(
                  listener("a", "listen = ['127.0.0.1:1', '[::1]:1', '[::]:2', '0.0.0.0:2']") +
                  listener("b", "listen = ['127.0.0.2:1', 'fd:x', 'fd:y']")),
              IsEmpty());
}

TEST(CheckListeners, LetsTheKernelChooseManyPorts) {
  EXPECT_THAT(problems_upon_base(listener("a", "listen = ['127.0.0.1:0', '127.0.0.1:0']")),
              IsEmpty());
}

TEST(CheckListeners, RefusesTheSameInheritedSocketTwice) {
  EXPECT_THAT(
      problems_upon_base(listener("a", "listen = ['fd:x']") + listener("b", "listen = ['fd:x']")),
      ElementsAre(
          HasSubstr("listener.b.listen: \"fd:x\" is taken by \"fd:x\" under listener.a.listen")));
}

TEST(CheckListeners, RefusesTheAddressOfTheAdmin) {
  EXPECT_THAT(
      problems_upon_base(listener("a", "listen = [':9464']")),
      ElementsAre(HasSubstr(
          "listener.a.listen: \":9464\" is taken by \"127.0.0.1:9464\" under admin.listen")));
}

TEST(CheckListeners, RefusesUnixSockets) {
  EXPECT_THAT(problems_upon_base(listener("a", "listen = ['unix:/a']")),
              ElementsAre("f:15:10: error: listener.a.listen: \"unix:/a\" will not do here: "
                          "clients come over TCP"));
}

TEST(CheckListeners, WantsACertificateForTls) {
  EXPECT_THAT(
      lines_of(
          load_text("listener.pop3.protocol = 'pop3'\nupstream.imap.url = 'imaps://h'\n", "f")),
      ElementsAre(
          "f:1:10: error: listener.pop3.tls: \"starttls\" needs a certificate: set certificate and "
          "private_key in [tls.default], or write tls = \"off\""));
  EXPECT_THAT(
      problems_upon_base("[tls.bare]\n" + listener("x", "tls = 'implicit'\ntls_profile = 'bare'")),
      ElementsAre(
          "f:16:7: error: listener.x.tls: \"implicit\" needs a certificate: set certificate and "
          "private_key in [tls.bare], or write tls = \"off\""));
}

TEST(CheckListeners, RefusesAProfileThatIsNotThere) {
  EXPECT_THAT(problems_upon_base("listener.pop3.tls_profile = 'museum'"),
              ElementsAre("f:13:29: error: listener.pop3.tls_profile: there is no [tls.museum]"));
}

TEST(CheckListeners, T016_KeepsPasswordsInsideTlsUnlessTold) {
  const auto settings = settings_upon_base("");

  EXPECT_EQ(settings.listeners.at(0).cleartext_login, CleartextLogin::Never);
  EXPECT_EQ(settings.listeners.at(0).tls, ListenerTls::Starttls);
}

TEST(CheckListeners, T016_WarnsWhenPasswordsMayComeInClear) {
  EXPECT_THAT(
      problems_upon_base("listener.pop3.cleartext_login = 'always'"),
      ElementsAre(
          "f:13:33: warning: listener.pop3.cleartext_login: passwords cross the network in clear"));
  EXPECT_THAT(problems_upon_base("listener.pop3.cleartext_login = 'local'"), IsEmpty());
}

TEST(CheckListeners, RefusesAListenerWhereNobodyCanLogIn) {
  EXPECT_THAT(
      problems_upon_base("listener.pop3.tls = 'off'"),
      ElementsAre("f:3:10: error: listener.pop3.cleartext_login: without TLS and clear-text "
                  "login nobody can "
                  "log in: write \"local\", or set tls"));
}

TEST(CheckListeners, WarnsOfNetworksWithoutEffect) {
  EXPECT_THAT(
      problems_upon_base("listener.pop3.cleartext_networks = ['10.0.0.0/8']"),
      ElementsAre("f:13:36: warning: listener.pop3.cleartext_networks: it has no effect without "
                  "cleartext_login = \"local\""));
}

TEST(CheckTls, T015_WarnsOfTlsBefore12) {
  EXPECT_THAT(
      problems_upon_base("tls.default.min_version = '1.1'\ntls.default.ciphers = 'legacy'\n"),
      ElementsAre(
          "f:13:27: warning: tls.default.min_version: TLS before 1.2 protects little: only for old "
          "clients"));
}

TEST(CheckTls, T015_WarnsOfCiphersThatOldTlsCannotUse) {
  EXPECT_THAT(problems_upon_base("tls.default.min_version = '1.0'\n"),
              ElementsAre("f:1:5: warning: tls.default.ciphers: TLS before 1.2 works with ciphers "
                          "= \"legacy\" only",
                          HasSubstr("tls.default.min_version")));
}

TEST(CheckTls, T015_StartsAtTls12) {
  EXPECT_EQ(settings_upon_base("").tls.at(0).min_version, TlsVersion::Tls12);
}

TEST(CheckTls, WantsCertificateAndKeyTogether) {
  EXPECT_THAT(problems_upon_base("[tls.a]\ncertificate = '/a'\n[tls.b]\nprivate_key = '/b'\n"),
              ElementsAre("f:14:15: error: tls.a.certificate: it needs private_key beside it",
                          "f:16:15: error: tls.b.private_key: it needs certificate beside it"));
}

TEST(CheckListeners, T065_WantsToKnowWhoMaySendProxyHeaders) {
  EXPECT_THAT(
      problems_upon_base("listener.pop3.proxy_protocol = 'require'"),
      ElementsAre("f:13:32: error: listener.pop3.proxy_protocol: \"require\" lets nobody in "
                  "without networks in server.trusted_proxies"));
  EXPECT_THAT(problems_upon_base("listener.pop3.proxy_protocol = 'require'\n"
                                 "server.trusted_proxies = ['192.0.2.0/24']"),
              testing::IsEmpty());
}

TEST(CheckTls, WantsACertificateForNames) {
  EXPECT_THAT(problems_upon_base("[tls.a]\nserver_names = ['a.example']\n"),
              ElementsAre("f:14:16: error: tls.a.server_names: names need certificate and "
                          "private_key in this profile"));
}

TEST(CheckTls, RefusesANameThatTwoProfilesHave) {
  EXPECT_THAT(
      problems_upon_base("tls.default.server_names = ['a.example']\n[tls.b]\nextends = 'default'\n"
                         "server_names = ['b.example', 'A.example']\n"),
      ElementsAre(
          "f:13:28: error: tls.default.server_names: \"a.example\" stands in [tls.b] already"));
}

class CheckFiles : public testing::Test {
 protected:
  Outcome load_with(std::string_view certificate, std::string_view key) {
    return load(
        {folder_.write("f.toml",
                       "tls.default.certificate = '" + std::string(certificate) +
                           "'\ntls.default.private_key = '" + std::string(key) +
                           "'\nlistener.pop3.protocol = 'pop3'\nupstream.imap.url = 'imaps://h'\n"),
         {}});
  }

  Folder folder_;
};

TEST_F(CheckFiles, AreFineWhenTheyCanBeReadAndTheKeyIsPrivate) {
  folder_.write("c", "x", std::filesystem::perms(0644));
  folder_.write("k", "x");

  EXPECT_THAT(lines_of(load_with("c", "k")), IsEmpty());
}

TEST_F(CheckFiles, F058_AreNamedWhenTheyAreMissing) {
  const auto lines = lines_of(load_with("c", "k"));

  EXPECT_THAT(
      lines,
      ElementsAre(HasSubstr(":1:27: error: tls.default.certificate: \"" + folder_.path("c") +
                            "\" cannot be looked at: No such file or directory"),
                  HasSubstr(":2:27: error: tls.default.private_key: \"" + folder_.path("k") +
                            "\" cannot be looked at: No such file or directory")));
}

TEST_F(CheckFiles, T074_AreRefusedWhenOthersCanReadTheKey) {
  folder_.write("c", "x");
  folder_.write("k", "x", std::filesystem::perms(0604));

  EXPECT_THAT(lines_of(load_with("c", "k")),
              ElementsAre(HasSubstr(
                  "\" is open to others (mode 0604): chmod 0600, or 0640 for a group of its own")));
}

}  // namespace
}  // namespace postern::conf
