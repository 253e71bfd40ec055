// TLS as a server: names, versions, protocols, resumption, and clients that do not play fair.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/certificates.hpp"
#include "tests/unit/net/tls_scene.hpp"

namespace postern::net {
namespace {

TEST(TlsServer, T011_PicksTheCertificateByNameAndTheFirstForUnknownOnes) {
  auto settings = serving({.name = "default.test"});
  settings.hosts.push_back(
      {.names = {"mail.Example.org"},
       .identities = {identity(Authority::shared().issue({.name = "mail.example.org"}))}});
  settings.hosts.push_back(
      {.names = {"*.hosted.test"},
       .identities = {identity(Authority::shared().issue({.name = "*.hosted.test"}))}});
  const Context context = server(settings);
  const auto works = [&](const std::string& name) {
    Scene scene;
    scene.server_name = name;
    scene.play(context, client());
    return scene.client_log == "secured greeting hello";
  };

  EXPECT_TRUE(works("mail.example.org"));
  EXPECT_TRUE(works("MAIL.example.ORG"));
  EXPECT_TRUE(works("a.hosted.test"));
  EXPECT_TRUE(works("default.test"));
  EXPECT_FALSE(works("a.b.hosted.test")) << "a wildcard stands for one label";
  for (int i = 0; i < 200; ++i)
    EXPECT_FALSE(works("random" + std::to_string(i) + ".test"));
}

// A bare OpenSSL client on the far end of a pipe, for what our own client would never do.
struct RawClient {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* ssl = nullptr;

  RawClient() { SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr); }

  ~RawClient() {
    SSL_free(ssl);
    SSL_CTX_free(context);
  }

  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void start(SSL_SESSION* session = nullptr) {
    ssl = SSL_new(context);
    if (session != nullptr) SSL_set_session(ssl, session);
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl);
    SSL_do_handshake(ssl);
  }

  // What it has to send.
  std::string take() {
    char* octets = nullptr;
    const long size = BIO_get_mem_data(SSL_get_wbio(ssl), &octets);
    std::string taken(octets, static_cast<std::size_t>(size));
    (void)BIO_reset(SSL_get_wbio(ssl));
    return taken;
  }

  void give(std::string_view octets) {
    BIO_write(SSL_get_rbio(ssl), octets.data(), static_cast<int>(octets.size()));
    if (SSL_is_init_finished(ssl) == 0) SSL_do_handshake(ssl);
  }
};

Task<> carry_back(Scene& scene, RawClient& raw) {
  while (true) {
    const auto some = co_await scene.at_client.read_some(100'000, scene.soon());
    raw.give(some);
    const std::string answer = raw.take();
    if (!answer.empty()) co_await scene.at_client.write(answer, scene.soon());
  }
}

Task<> send_raw(Scene& scene, std::string octets) {
  co_await scene.at_client.write(octets, scene.soon());
}

// Plays the server against a bare client as far as the handshake goes.
void play_raw(Scene& scene, RawClient& raw, const Context& context) {
  scene.scope.spawn(keep_error(serve(scene, context), scene.server_error));
  raw.start();
  scene.scope.spawn(send_raw(scene, raw.take()));
  scene.scope.spawn(carry_back(scene, raw));
  scene.loop.settle();
}

TEST(TlsServer, M013_T013_TakesItsOwnProtocolOrNoneAndNoOther) {
  const Context context = server(serving({}));
  const auto offers = [&](std::string_view protocols) {
    Scene scene;
    RawClient raw;
    if (!protocols.empty()) {
      SSL_CTX_set_alpn_protos(raw.context,
                              reinterpret_cast<const unsigned char*>(protocols.data()),
                              static_cast<unsigned>(protocols.size()));
    }
    play_raw(scene, raw, context);
    return scene.server_log == "secured ";
  };

  EXPECT_TRUE(offers(""));
  EXPECT_TRUE(offers("\4pop3"));
  EXPECT_TRUE(offers("\4imap\4pop3"));
  EXPECT_FALSE(offers("\x08http/1.1"));
  EXPECT_FALSE(offers("\2h2\x08http/1.1"));
}

TEST(TlsServer, T015_RefusesOldVersionsUnlessTheProfileAllowsThem) {
  const auto talks = [](const ServerTls& settings, int version) {
    Scene scene;
    RawClient raw;
    SSL_CTX_set_security_level(raw.context, 0);
    SSL_CTX_set_min_proto_version(raw.context, version);
    SSL_CTX_set_max_proto_version(raw.context, version);
    play_raw(scene, raw, server(settings));
    if (scene.server_log.empty()) {
      EXPECT_EQ(scene.at_server.tls()->failure(), TlsFailure::NoSharedVersion);
    }
    return scene.server_log == "secured ";
  };
  ServerTls museum = serving({});
  museum.version_min = TlsVersion::Tls10;
  museum.ciphers = "DEFAULT@SECLEVEL=0";
  museum.legacy = true;

  EXPECT_FALSE(talks(serving({}), TLS1_VERSION));
  EXPECT_FALSE(talks(serving({}), TLS1_1_VERSION));
  EXPECT_TRUE(talks(serving({}), TLS1_2_VERSION));
  EXPECT_TRUE(talks(museum, TLS1_VERSION));
}

TEST(TlsServer, T002_ClearOctetsInsteadOfAHandshakeFailIt) {
  Scene scene;
  scene.scope.spawn(keep_error(serve(scene, server(serving({}))), scene.server_error));
  scene.scope.spawn(send_raw(scene, "USER joe\r\nPASS secret\r\n"));
  scene.loop.settle();

  EXPECT_EQ(scene.server_error.kind, Kind::Tls);
  EXPECT_EQ(scene.server_log, "");
}

TEST(TlsServer, F002_AStalledHandshakeEndsAtItsDeadline) {
  Scene scene;
  scene.scope.spawn(keep_error(serve(scene, server(serving({}))), scene.server_error));
  scene.scope.spawn(send_raw(scene, "\x16\x03\x01"));
  scene.loop.settle();
  scene.loop.turn_clock(seconds(30));

  EXPECT_EQ(scene.server_error.kind, Kind::Timeout);
}

TEST(TlsServer, T008_TooManyKeyUpdatesEndTheConnection) {
  for (const unsigned count : {TlsEngine::kKeyUpdatesMax, TlsEngine::kKeyUpdatesMax + 1}) {
    Scene scene;
    RawClient raw;
    play_raw(scene, raw, server(serving({})));
    ASSERT_EQ(scene.server_log, "secured ");

    for (unsigned i = 0; i < count; ++i) {
      SSL_key_update(raw.ssl, SSL_KEY_UPDATE_NOT_REQUESTED);
      SSL_do_handshake(raw.ssl);
    }
    SSL_write(raw.ssl, "hi\r\n", 4);
    scene.scope.spawn(send_raw(scene, raw.take()));
    scene.loop.settle();

    const bool allowed = count <= TlsEngine::kKeyUpdatesMax;
    EXPECT_EQ(scene.server_log, allowed ? "secured echoed" : "secured ");
    EXPECT_EQ(scene.server_error.kind == Kind::Limit, !allowed);
  }
}

TEST(TlsServer, T008_NeverRenegotiates) {
  Scene scene;
  RawClient raw;
  SSL_CTX_set_max_proto_version(raw.context, TLS1_2_VERSION);
  play_raw(scene, raw, server(serving({})));
  ASSERT_EQ(scene.server_log, "secured ");

  SSL_renegotiate(raw.ssl);
  SSL_do_handshake(raw.ssl);
  scene.scope.spawn(send_raw(scene, raw.take()));
  scene.loop.settle();

  EXPECT_NE(SSL_is_init_finished(raw.ssl), 1) << "the new handshake was never answered";
}

TEST(TlsServer, T012_NothingIsReadInTheClearBehindATlsGoodbye) {
  Scene scene;
  RawClient raw;
  play_raw(scene, raw, server(serving({})));

  SSL_write(raw.ssl, "hel", 3);
  SSL_shutdown(raw.ssl);
  scene.scope.spawn(send_raw(scene, raw.take() + "lo\r\nDELE 1\r\n"));
  scene.loop.settle();

  EXPECT_EQ(scene.server_error.kind, Kind::Closed);
  EXPECT_EQ(scene.server_log, "secured ");
}

// Connects twice, the second time with the session of the first; answers whether it was taken.
bool resumes(const Context& first,
             const Context& second,
             const std::function<void()>& between = {}) {
  RawClient raw;
  SSL_CTX_set_session_cache_mode(raw.context, SSL_SESS_CACHE_CLIENT);
  Scene scene;
  play_raw(scene, raw, first);
  std::array<char, 100> greeting{};
  SSL_read(raw.ssl, greeting.data(), greeting.size());  // the ticket came in front of it
  SSL_SESSION* session = SSL_get1_session(raw.ssl);
  SSL_set_shutdown(raw.ssl, SSL_SENT_SHUTDOWN);  // else the library forgets the session
  SSL_free(std::exchange(raw.ssl, nullptr));
  if (between) between();

  Scene again;
  raw.start(session);
  again.scope.spawn(keep_error(serve(again, second), again.server_error));
  again.scope.spawn(send_raw(again, raw.take()));
  again.scope.spawn(carry_back(again, raw));
  again.loop.settle();
  SSL_SESSION_free(session);
  EXPECT_EQ(again.server_log, "secured ");
  return again.at_server.tls()->resumed();
}

TEST(TlsServer, T009_ResumesWithinItsScopeAcrossWorkersAndNeverInAnother) {
  const ServerTls settings = serving({});
  const Context one = server(settings);
  const Context another_worker = server(settings);
  ServerTls elsewhere = settings;
  elsewhere.session_scope = "pop3-museum";
  ServerTls other_keys = settings;
  other_keys.tickets = std::make_shared<TicketKeys>();
  ServerTls no_tickets = settings;
  no_tickets.tickets = nullptr;

  EXPECT_TRUE(resumes(one, one));
  EXPECT_TRUE(resumes(one, another_worker));
  EXPECT_FALSE(resumes(one, server(elsewhere)));
  EXPECT_FALSE(resumes(one, server(other_keys)));
  EXPECT_FALSE(resumes(server(no_tickets), server(no_tickets)));
}

TEST(TlsServer, T009_TicketsOutliveOneRotationOfTheKeysAndNotTwo) {
  const ServerTls settings = serving({});
  const Context context = server(settings);
  const auto rotate = [&] { settings.tickets->rotate(); };
  const auto rotate_twice = [&] {
    rotate();
    rotate();
  };

  EXPECT_TRUE(resumes(context, context, rotate));
  EXPECT_FALSE(resumes(context, context, rotate_twice));
}

TEST(TlsServer, ServesEcdsaAndRsaSideBySide) {
  ServerTls settings = serving({});
  settings.hosts[0].identities.push_back(identity(Authority::shared().issue({.rsa = true})));
  const Context context = server(settings);
  const auto works_with = [&](const char* signatures) {
    Scene scene;
    RawClient raw;
    SSL_CTX_set1_sigalgs_list(raw.context, signatures);
    play_raw(scene, raw, context);
    return scene.server_log == "secured ";
  };

  EXPECT_TRUE(works_with("ecdsa_secp256r1_sha256"));
  EXPECT_TRUE(works_with("rsa_pss_rsae_sha256"));
}

TEST(TlsIdentity, F058_RefusesWhatDoesNotBelongTogetherOrIsNotThere) {
  const Pem one = Authority::shared().issue({});
  const Pem other = Authority::shared().issue({});
  const auto error = [](std::string_view chain, std::string_view key) {
    auto loaded = TlsIdentity::load(chain, wire::Secret(key));
    return loaded ? std::string("loaded") : loaded.error().detail;
  };

  EXPECT_EQ(error(one.certificate, one.key), "loaded");
  EXPECT_THAT(error(one.certificate, other.key), testing::HasSubstr("does not belong"));
  EXPECT_THAT(error("", one.key), testing::HasSubstr("no certificate"));
  EXPECT_THAT(error(one.certificate, ""), testing::HasSubstr("no private key"));
  EXPECT_THAT(error(one.certificate, "-----BEGIN nonsense"), testing::HasSubstr("no private key"));
}

TEST(TlsIdentity, KnowsItsNamesAndItsEnd) {
  const auto made =
      identity(Authority::shared().issue({.name = "*.example.org", .ends_in_days = 9}));

  EXPECT_TRUE(made->covers("mail.example.org"));
  EXPECT_TRUE(made->covers("*.example.org"));
  EXPECT_FALSE(made->covers("example.org"));
  EXPECT_FALSE(made->covers("a.b.example.org"));
  const auto left = made->not_after() - std::chrono::system_clock::now();
  EXPECT_GT(left, std::chrono::hours(24 * 8));
  EXPECT_LT(left, std::chrono::hours(24 * 9 + 1));
}

}  // namespace
}  // namespace postern::net
