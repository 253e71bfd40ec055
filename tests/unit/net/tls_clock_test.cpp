// Certificates and a clock that is a little wrong; and names that nobody has asked for before.

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <malloc.h>
#include <string>

#include "tests/unit/net/tls_scene.hpp"

namespace postern::net {
namespace {

bool takes(int starts_in_days, int ends_in_days, int and_seconds) {
  Scene scene;
  scene.play(server(serving({.starts_in_days = starts_in_days,
                             .ends_in_days = ends_in_days,
                             .and_seconds = and_seconds})),
             client());
  return scene.client_log == "secured greeting hello";
}

TEST(TlsClock, F065_ACertificateIsInTimeAMinuteEarlyAndAMinuteLate) {
  EXPECT_TRUE(takes(0, 30, 30)) << "begins in half a minute";
  EXPECT_FALSE(takes(0, 30, 90));
  EXPECT_TRUE(takes(-30, 0, -30)) << "ended half a minute ago";
  EXPECT_FALSE(takes(-30, 0, -90));
}

TEST(TlsClock, F065_SlackForgivesNothingElse) {
  Scene scene;
  scene.play(server(serving({.name = "example.org", .starts_in_days = 0, .and_seconds = 30})),
             client());
  EXPECT_EQ(scene.client_error.kind, Kind::Certificate);

  Scene stranger;
  stranger.play(server(serving({.starts_in_days = 0, .and_seconds = 30, .self_signed = true})),
                client());
  EXPECT_EQ(stranger.client_error.kind, Kind::Certificate);
}

// The first message of a client that asks for this name.
std::string client_hello(SSL_CTX* context, const std::string& name) {
  SSL* ssl = SSL_new(context);
  SSL_set_tlsext_host_name(ssl, name.c_str());
  SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_connect_state(ssl);
  SSL_do_handshake(ssl);
  char* octets = nullptr;
  const long size = BIO_get_mem_data(SSL_get_wbio(ssl), &octets);
  std::string hello(octets, static_cast<std::size_t>(size));
  SSL_free(ssl);
  return hello;
}

Task<> say_only(Scene& scene, std::string octets) {
  co_await scene.at_client.write(octets, scene.soon());
}

Task<> hear(Scene& scene, std::size_t& octets) {
  const std::string_view some = co_await scene.at_client.read_some(100'000, scene.soon());
  octets = some.size();
}

// What a name could leave behind is left by the time the server has answered the first message.
TEST(TlsServer, T011_TenThousandNamesLeaveNothingBehind) {
  const Context context = server(serving({.name = "default.test"}));
  SSL_CTX* clients = SSL_CTX_new(TLS_client_method());
  const auto greet = [&](int number) {
    Scene scene;
    const std::string name = std::string(60, 'n') + "." + std::string(60, 'o') + "." +
                             std::to_string(number) + ".random.test";
    scene.scope.spawn(keep_error(serve(scene, context), scene.server_error));
    scene.scope.spawn(say_only(scene, client_hello(clients, name)));
    std::size_t heard = 0;
    scene.scope.spawn(hear(scene, heard));
    scene.loop.settle();
    ASSERT_GT(heard, 0U) << "no answer";
  };
  for (int i = 0; i < 1'000; ++i)
    greet(i);
  const std::size_t before = mallinfo2().uordblks;

  for (int i = 1'000; i < 10'000; ++i)
    greet(i);

  // Names of more than 130 octets: had they been kept, that would be over a million.
  EXPECT_LT(mallinfo2().uordblks, before + 200'000);
  SSL_CTX_free(clients);
}

}  // namespace
}  // namespace postern::net
