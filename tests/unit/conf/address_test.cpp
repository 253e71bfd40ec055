// Endpoints, backends and URLs: every form that is taken, and what is said of the others. Ports,
// brackets and labels are tried at their borders. Nothing here asks a resolver.

#include "conf/address.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::conf {
namespace {

using Kind = Endpoint::Kind;

TEST(Endpoint, ReadsAPortOfAllAddresses) {
  const auto endpoint = parse_endpoint(":110");

  ASSERT_TRUE(endpoint);
  EXPECT_EQ(*endpoint, (Endpoint{Kind::Tcp, "", 110, ""}));
  EXPECT_EQ(show(*endpoint), ":110");
}

TEST(Endpoint, ReadsAddressesWithAndWithoutPort) {
  EXPECT_EQ(parse_endpoint("127.0.0.1:1110"), (Endpoint{Kind::Tcp, "127.0.0.1", 1110, ""}));
  EXPECT_EQ(parse_endpoint("[::1]:110"), (Endpoint{Kind::Tcp, "::1", 110, ""}));
  EXPECT_EQ(parse_endpoint("192.0.2.7"), (Endpoint{Kind::Tcp, "192.0.2.7", std::nullopt, ""}));
  EXPECT_EQ(parse_endpoint("[2001:DB8::0:7]"),
            (Endpoint{Kind::Tcp, "2001:db8::7", std::nullopt, ""}));
  EXPECT_EQ(parse_endpoint("127.0.0.1:0")->port, 0);
}

TEST(Endpoint, ReadsSocketsOfSystemdAndUnixPaths) {
  EXPECT_EQ(parse_endpoint("fd:pop3.tls-1"),
            (Endpoint{Kind::Inherited, "", std::nullopt, "pop3.tls-1"}));
  EXPECT_EQ(parse_endpoint("unix:/run/postern/admin.sock"),
            (Endpoint{Kind::Unix, "", std::nullopt, "/run/postern/admin.sock"}));
}

TEST(Endpoint, ShowsWhatItReads) {
  for (const auto* text :
       {":0", ":65535", "127.0.0.1:1110", "[::1]:110", "192.0.2.7", "[::1]", "fd:a", "unix:/a"}) {
    const auto endpoint = parse_endpoint(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(show(*endpoint), text);
  }
}

TEST(Endpoint, RefusesNamesAndHalfAddresses) {
  for (const auto* text : {"",
                           ":",
                           "110",
                           "localhost:110",
                           "::1",
                           "::1:110",
                           "[::1",
                           "[]:110",
                           "[127.0.0.1]:1",
                           "127.0.0.1:",
                           "127.0.0.1:65536",
                           ":-1",
                           ":110x",
                           "[::1]110"}) {
    const auto got = parse_endpoint(text);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error(),
              R"(write ":110" for all addresses, or "127.0.0.1:110", "[::1]:110", "fd:NAME")")
        << text;
  }
}

TEST(Endpoint, RefusesOddPathsAndNames) {
  EXPECT_FALSE(parse_endpoint("unix:relative"));
  EXPECT_FALSE(parse_endpoint("unix:/" + std::string(107, 'x')));
  EXPECT_TRUE(parse_endpoint("unix:/" + std::string(106, 'x')));
  EXPECT_FALSE(parse_endpoint("fd:"));
  EXPECT_FALSE(parse_endpoint("fd:a b"));
  EXPECT_FALSE(parse_endpoint("fd:" + std::string(65, 'x')));
}

TEST(Backend, IsAnAddressWithOrWithoutPort) {
  EXPECT_EQ(parse_backend("10.1.0.11"), (HostPort{"10.1.0.11", 0}));
  EXPECT_EQ(parse_backend("10.1.0.11:1143"), (HostPort{"10.1.0.11", 1143}));
  EXPECT_EQ(parse_backend("2001:db8::1"), (HostPort{"2001:db8::1", 0}));
  EXPECT_EQ(parse_backend("[2001:db8::1]:143"), (HostPort{"2001:db8::1", 143}));
  EXPECT_EQ(show(*parse_backend("[2001:db8::1]:143")), "[2001:db8::1]:143");
  for (const auto* text :
       {"", "imap.example.net", "10.1.0.11:0", "10.1.0.11:x", ":143", "[::1", "fd:x"}) {
    EXPECT_FALSE(parse_backend(text)) << text;
  }
}

TEST(Url, TakesThePortFromTheSchemeUnlessGiven) {
  EXPECT_EQ(parse_url("imaps://imap.example.net"), (Url{Scheme::Imaps, {"imap.example.net", 993}}));
  EXPECT_EQ(parse_url("imap://imap.example.net"), (Url{Scheme::Imap, {"imap.example.net", 143}}));
  EXPECT_EQ(parse_url("imap://127.0.0.1:1143"), (Url{Scheme::Imap, {"127.0.0.1", 1143}}));
  EXPECT_EQ(parse_url("imaps://[2001:db8::1]:1993/"), (Url{Scheme::Imaps, {"2001:db8::1", 1993}}));
  EXPECT_EQ(show(*parse_url("imaps://[2001:db8::1]")), "imaps://[2001:db8::1]:993");
}

TEST(Url, RefusesWhatIsNoServer) {
  for (const auto* text : {"",
                           "imap.example.net",
                           "imap:host",
                           "imaps://",
                           "imaps:///",
                           "imaps://host:0",
                           "imaps://host:70000",
                           "imaps://host/INBOX",
                           "imaps://ho st",
                           "imaps://::1",
                           "imaps://[host]",
                           "pop3://host",
                           "imaps://a..b",
                           "imaps://host?x"}) {
    const auto got = parse_url(text);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error(),
              R"(write "imaps://HOST" or "imap://HOST", for mail to be sent "submissions://HOST", )"
              R"("submission://HOST" or "smtp://HOST"; ":PORT" may follow)")
        << text;
  }
}

TEST(Url, KnowsServersThatTakeSubmissions) {
  EXPECT_EQ(parse_url("submission://a.example"), (Url{Scheme::Submission, {"a.example", 587}}));
  EXPECT_EQ(parse_url("submissions://a.example"), (Url{Scheme::Submissions, {"a.example", 465}}));
  EXPECT_EQ(parse_url("smtp://a.example"), (Url{Scheme::Smtp, {"a.example", 25}}));
  EXPECT_EQ(show(*parse_url("submissions://a.example")), "submissions://a.example:465");
  EXPECT_TRUE(parse_url("submissions://a.example")->implicit_tls());
  EXPECT_FALSE(parse_url("smtp://a.example")->implicit_tls());
}

TEST(Url, T070_DoesNotRepeatAPasswordInside) {
  const auto got = parse_url("imaps://joe:hunter2@imap.example.net");

  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), "a user and password do not belong in the URL: clients log in themselves");
}

TEST(HostName, HasBoundsForLabelsAndForAll) {
  EXPECT_TRUE(is_host_name("a"));
  EXPECT_TRUE(is_host_name("imap_1.example-2.net"));
  EXPECT_TRUE(is_host_name(std::string(63, 'a') + ".net"));
  EXPECT_FALSE(is_host_name(std::string(64, 'a') + ".net"));
  EXPECT_FALSE(is_host_name(""));
  EXPECT_FALSE(is_host_name(".net"));
  EXPECT_FALSE(is_host_name("net."));
  std::string long_name = "a";
  while (long_name.size() < 253)
    long_name += ".a";
  EXPECT_TRUE(is_host_name(long_name));
  EXPECT_FALSE(is_host_name(long_name + ".a"));
}

}  // namespace
}  // namespace postern::conf
