// Logins as a whole: what a refusal takes, whoever refuses.

#include "proxy/login.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/mail_server.hpp"
#include "tests/support/world.hpp"

namespace postern::proxy {
namespace {

using std::chrono::milliseconds;
using test::MailServer;
using test::MailServerWishes;
using test::MailStore;
using test::World;

// How long a refused login takes, for many seeds of chance.
std::vector<double> refusals_of(const std::string& login) {
  std::vector<double> times;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    World world({.toml = "[[route]]\nuser = 'joe'\nupstream = 'imap'\n", .seed = seed});
    MailStore store = MailStore::with_account("joe", "secret");
    MailServer server(world.loop(), store);
    world.dialer().set_host([&](net::Stream s) { server.take(std::move(s)); });
    auto client = world.connect("pop3");
    client->say(login);
    world.loop().settle();
    int waited = 0;
    for (; !client->heard().contains("-ERR [AUTH] ") && waited < 10'000; waited += 10)
      world.loop().turn_clock(milliseconds(10));
    EXPECT_TRUE(client->heard().ends_with("-ERR [AUTH] invalid user name or password\r\n"));
    times.push_back(waited);
  }
  return times;
}

double mean(const std::vector<double>& times) {
  double sum = 0;
  for (const double time : times)
    sum += time;
  return sum / static_cast<double>(times.size());
}

TEST(Login, T020_TheTimeOfARefusalTellsNotWhetherThereIsSuchAUser) {
  const auto known = refusals_of("USER joe\r\nPASS wrong\r\n");
  const auto unknown = refusals_of("USER nobody\r\nPASS wrong\r\n");
  const auto empty = refusals_of("USER joe\r\nPASS \r\n");

  for (const auto& times : {known, unknown, empty}) {
    for (const double time : times) {
      EXPECT_GE(time, 1600);
      EXPECT_LE(time, 2410);
    }
  }
  // Twice the standard error of the difference of two means of a hundred in 800 ms.
  EXPECT_NEAR(mean(known), mean(unknown), 66);
  EXPECT_NEAR(mean(known), mean(empty), 66);
}

}  // namespace
}  // namespace postern::proxy
