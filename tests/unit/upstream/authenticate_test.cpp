// Credentials on their way: whatever they are made of, the upstream reads the same two strings, or
// nothing was sent.

#include "upstream/authenticate.hpp"

#include "wire/base64.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/mail_server.hpp"
#include "tests/support/world.hpp"

namespace postern::upstream {
namespace {

using test::MailServer;
using test::MailServerWishes;
using test::MailStore;
using test::World;

// Octets that have a meaning somewhere on the way, and some that have none.
std::string odd_text(net::Random& random, std::size_t octets_max) {
  static constexpr std::string_view kOctets = "\"\\{}()[]%*+ <>@:=~\x7f\xc3\xa4\xff&'ab1";
  std::string text = "x";
  const std::uint64_t octets = random.below(octets_max);
  for (std::uint64_t i = 0; i < octets; ++i)
    text += kOctets[static_cast<std::size_t>(random.below(kOctets.size()))];
  return text;
}

// Logs in by AUTH PLAIN, at a server with just one account. True: the server took it.
bool logs_in(const MailServerWishes& wishes,
             const std::string& user,
             const std::string& password,
             const std::string& said) {
  World world;
  MailStore store = MailStore::with_account(user, password);
  MailServer server(world.loop(), store, wishes);
  world.dialer().set_host([&](net::Stream s) { server.take(std::move(s)); });
  auto client = world.connect("pop3");
  std::string message(1, '\0');
  message += user;
  message += '\0';
  message += said;
  client->say("AUTH PLAIN\r\n" + wire::base64_encode(message) + "\r\n");
  world.loop().settle();
  return client->heard().ends_with("+OK logged in\r\n");
}

TEST(Authenticate, T026_TheUpstreamReadsTheSameTwoStrings) {
  net::Random random(7);
  for (const char* const capabilities : {"IMAP4rev1 SASL-IR AUTH=PLAIN",
                                         "IMAP4rev1 AUTH=PLAIN LOGINDISABLED",
                                         "IMAP4rev1 AUTH=LOGIN LOGINDISABLED",
                                         "IMAP4rev1",
                                         "IMAP4rev1 LITERAL+",
                                         "IMAP4rev1 LITERAL-"}) {
    for (int i = 0; i < 30; ++i) {
      const MailServerWishes wishes{.capabilities = capabilities};
      std::string user = odd_text(random, 30);
      std::erase(user, '\x7f');  // a control octet is no part of a name
      std::string password = odd_text(random, i == 0 ? 5000 : 40);
      std::erase(password, '\x7f');
      EXPECT_TRUE(logs_in(wishes, user, password, password))
          << capabilities << " " << user << " " << password;
      EXPECT_FALSE(logs_in(wishes, user, password, password + "x"));
    }
  }
}

TEST(Authenticate, T026_ControlOctetsThatEndNoLineAreReadAlikeOrNotSent) {
  for (const char octet : {'\x01', '\t', '\x1b', '\x7f'}) {
    World world;
    const std::string password = std::string("se") + octet + "cret";
    MailStore store = MailStore::with_account("joe", password);
    MailServer server(world.loop(), store);
    world.dialer().set_host([&](net::Stream s) { server.take(std::move(s)); });
    auto client = world.connect("pop3");
    client->say("AUTH PLAIN\r\n" + wire::base64_encode(std::string("\0joe\0", 5) + password) +
                "\r\n");
    world.loop().settle();
    const bool got_in = client->heard().ends_with("+OK logged in\r\n");
    EXPECT_TRUE(got_in || world.dialer().dialled().empty());
  }
}

}  // namespace
}  // namespace postern::upstream
