// The effective configuration reads back as itself, and says where everything came from. The
// fingerprint is equal for equal settings and differs for others, wherever they are written.

#include "conf/dump.hpp"

#include "conf/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <string>

#include "tests/unit/conf/loading.hpp"

namespace postern::conf {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kRich =
    "pop3 = { delete = 'flag:x', uidl = '{uid}.{uidvalidity}', expire = '30d', nul = 'pass' }\n"
    "limits.per_address = { new = 'off', connections = 9 }\n"
    "server = { name = 'gw1', trusted_proxies = ['10.0.0.0/8', '2001:db8::/32'] }\n"
    "log.protocol_trace = [\"a \\\"b\\\" \\\\ \xc3\xb6\"]\n"
    "listener.pop3.pop3.lock = 'steal'\n"
    "listener.pop3.listen = ['[::1]:110', 'fd:x']\n"
    "[tls.museum]\nextends = 'default'\nserver_names = ['*.b.example']\n"
    "[upstream.b]\nurl = 'imap://[::1]:1143'\nbackends = ['10.0.0.1', '[2001:db8::1]:99']\n"
    "verify = { pin_sha256 = ['0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'] "
    "}\n"
    "auth = { user = 'gw', password = { file = '/etc/postern/p' } }\nmax_connections = 5\n"
    "[[route]]\nuser = 'a*'\nupstream = 'b'\npop3.seen = 'never'\n"
    "[[route]]\nupstream = 'imap'\n";

TEST(Dump, ReadsBackAsTheSameConfiguration) {
  const auto first = load_upon_base(kRich);
  ASSERT_TRUE(first.settings) << lines_of(first).front();

  const auto second = load_text(dump(*first.settings, first.origins), "dumped");

  ASSERT_TRUE(second.settings) << lines_of(second).front();
  EXPECT_EQ(fingerprint_text(*second.settings), fingerprint_text(*first.settings));
}

TEST(Dump, OfAListOfAThousandNetworksReadsBackToo) {
  std::string many = "server.trusted_proxies = [";
  for (int i = 0; i < 1'000; ++i) {
    many += fmt::format("'2001:db8:1111:2222:3333:4444:{:x}:0/112',\n", i);
  }
  const auto first = load_upon_base(many + "]\n");
  ASSERT_TRUE(first.settings);

  const auto second = load_text(dump(*first.settings, first.origins), "dumped");

  ASSERT_TRUE(second.settings) << lines_of(second).front();
  EXPECT_EQ(second.settings->server.trusted_proxies, first.settings->server.trusted_proxies);
}

TEST(Dump, OfDefaultsReadsBackToo) {
  const auto first = load_upon_base("");

  const auto second = load_text(fingerprint_text(*first.settings), "dumped");

  ASSERT_TRUE(second.settings) << lines_of(second).front();
  EXPECT_EQ(fingerprint_text(*second.settings), fingerprint_text(*first.settings));
}

TEST(Dump, NamesTheOriginOfEachValue) {
  const std::vector<std::string> assignments = {"pop3.seen=never"};
  const auto outcome = load_text(std::string(kBase) + "pop3.lock = 'refuse'\n", "f", assignments);

  const auto text = dump(*outcome.settings, outcome.origins);

  EXPECT_THAT(text, testing::ContainsRegex("\nlock = \"refuse\" +# f:13\n"));
  EXPECT_THAT(text, testing::ContainsRegex("\nseen = \"never\" +# --set\n"));
  EXPECT_THAT(text, testing::ContainsRegex("\nutf8 = true +# default\n"));
}

TEST(Dump, HasEverySetting) {
  const auto outcome = load_upon_base("");

  const auto text = fingerprint_text(*outcome.settings);

  for (const Section& section : describe_schema()) {
    for (const Described& setting : section.settings)
      EXPECT_THAT(text, HasSubstr("\n" + setting.key + " = "));
  }
}

TEST(Dump, T070_MasksTextSecretsAndNamesOtherSources) {
  const auto with = [](const std::string& password) {
    const auto outcome =
        load_upon_base("upstream.imap.auth = { user = 'gw', password = " + password + " }\n");
    return dump(*outcome.settings, outcome.origins);
  };

  EXPECT_THAT(with("'hunter2'"), HasSubstr(R"(auth = { user = "gw", password = "***" })"));
  EXPECT_THAT(with("{ file = '/p' }"),
              HasSubstr(R"(auth = { user = "gw", password = { file = "/p" } })"));
  EXPECT_THAT(with("{ env = 'P' }"),
              HasSubstr(R"(auth = { user = "gw", password = { env = "P" } })"));
  EXPECT_THAT(with("'hunter2'"), Not(HasSubstr("hunter2")));
}

TEST(Fingerprint, IsTheSameWhereverAndHoweverTheFileIsWritten) {
  const auto one = load_text(std::string(kBase) + "pop3.idle_timeout = '600s'\n[log]\n", "a");
  const auto other = load_text("# a comment\nlog.level = 'info'\n" + std::string(kBase), "b");

  EXPECT_EQ(fingerprint_text(*one.settings), fingerprint_text(*other.settings));
}

TEST(Fingerprint, ChangesWithAnySetting) {
  const auto plain = fingerprint_text(*load_upon_base("").settings);

  EXPECT_NE(fingerprint_text(*load_upon_base("pop3.lock = 'refuse'").settings), plain);
  EXPECT_NE(fingerprint_text(*load_upon_base("listener.pop3.pop3.lock = 'refuse'").settings),
            plain);
}

}  // namespace
}  // namespace postern::conf
