// URLs of servers: what referrals may hold, and what they may not.

#include "wire/imap_url.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::wire::imap {
namespace {

void expect(std::string_view text, std::string_view user, std::string_view host, unsigned port) {
  const auto url = parse_server_url(text);
  ASSERT_TRUE(url) << text;
  EXPECT_EQ(url->user, user) << text;
  EXPECT_EQ(url->host, host) << text;
  EXPECT_EQ(url->port, port) << text;
}

TEST(ImapUrl, NamesAServerAndPerhapsAUser) {
  expect("imap://imap2.example.net/", "", "imap2.example.net", 0);
  expect("IMAP://MIKE@SERVER2/", "MIKE", "server2", 0);
  expect("imap://joe;AUTH=*@one.example:1143", "joe", "one.example", 1143);
  expect("imap://;AUTH=PLAIN@one.example/", "", "one.example", 0);
  expect("imap://joe%40example.test@one.example/", "joe@example.test", "one.example", 0);
  expect("imap://joe@example.test@one.example/", "joe@example.test", "one.example", 0);
}

TEST(ImapUrl, ThatIsAnythingElseIsNone) {
  for (const std::string_view text : {"",
                                      "imap:/x",
                                      "imap://",
                                      "imap:///",
                                      "imap://joe@/",
                                      "http://one.example/",
                                      "imaps://one.example/",
                                      "imap://one.example/INBOX",
                                      "imap://one.example:0/",
                                      "imap://one.example:65536/",
                                      "imap://one.example:/",
                                      "imap://one.example:1:2/",
                                      "imap://one example/",
                                      "imap://one\r\n/",
                                      "imap://[::1]/",
                                      "imap://j%@one.example/",
                                      "imap://j%4@one.example/",
                                      "imap://j%zz@one.example/",
                                      "imap://j%0d%0a@one.example/",
                                      "imap://j%00@one.example/"}) {
    EXPECT_FALSE(parse_server_url(text)) << text;
  }
  EXPECT_FALSE(parse_server_url("imap://" + std::string(ServerUrl::kOctetsMax, 'x')));
}

}  // namespace
}  // namespace postern::wire::imap
