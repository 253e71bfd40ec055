// TLS on streams, both roles on one loop, over pipes in memory.

#include "net/memory_stream.hpp"
#include "net/scope.hpp"
#include "net/stream.hpp"
#include "net/ticket_keys.hpp"
#include "net/tls_context.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/certificates.hpp"

namespace postern::net {
namespace {

using std::chrono::seconds;
using test::Authority;
using test::LeafWishes;
using test::Pem;
using Context = std::shared_ptr<const TlsContext>;

constexpr LineBound kBound{.octets_max = 1000};

std::shared_ptr<const TlsIdentity> identity(const Pem& pem) {
  auto loaded = TlsIdentity::load(pem.certificate, wire::Secret(std::string_view(pem.key)));
  EXPECT_TRUE(loaded) << loaded.error().detail;
  return loaded ? *loaded : nullptr;
}

ServerTls serving(const LeafWishes& wishes) {
  return {.hosts = {{.names = {}, .identities = {identity(Authority::shared().issue(wishes))}}},
          .protocols = "pop3",
          .session_scope = "pop3s",
          .tickets = std::make_shared<TicketKeys>()};
}

Context server(const ServerTls& settings) {
  auto made = TlsContext::server(settings);
  EXPECT_TRUE(made) << made.error().detail;
  return made ? *made : nullptr;
}

Context client(ClientTls settings = {}) {
  if (settings.authorities_pem.empty()) settings.authorities_pem = Authority::shared().pem();
  auto made = TlsContext::client(settings);
  EXPECT_TRUE(made) << made.error().detail;
  return made ? *made : nullptr;
}

// A server that greets and echoes one line, a client that says one line; both write down how it
// went.
struct Scene {
  Loop loop{Time(seconds(1000))};
  Stream at_server;
  Stream at_client;
  std::string server_log;
  std::string client_log;
  Error server_error{};
  Error client_error{};
  std::string server_name = "localhost";
  std::string line = "hello";
  Scope scope{[](const Error&) {}};

  explicit Scene(const PipeShape& shape = {}) {
    auto [one, other] = memory_pair(loop, Origin::Client, Origin::Upstream, shape);
    at_server = std::move(one);
    at_client = std::move(other);
  }

  [[nodiscard]] Deadline soon() const { return Deadline{loop.now() + seconds(30)}; }

  void play(const Context& as_server, const Context& as_client);
};

Task<> serve(Scene& scene, Context context) {
  co_await scene.at_server.start_tls(std::move(context), "", scene.soon());
  scene.server_log += "secured ";
  co_await scene.at_server.write("greeting\r\n", scene.soon());
  const Line line = co_await scene.at_server.read_line(kBound, scene.soon());
  co_await scene.at_server.write({line.text, "\r\n"}, scene.soon());
  scene.server_log += "echoed";
}

Task<> speak(Scene& scene, Context context) {
  co_await scene.at_client.start_tls(std::move(context), scene.server_name, scene.soon());
  scene.client_log += "secured ";
  const Line greeting = co_await scene.at_client.read_line(kBound, scene.soon());
  scene.client_log += std::string(greeting.text) + " ";
  co_await scene.at_client.write({scene.line, "\r\n"}, scene.soon());
  const Line echo = co_await scene.at_client.read_line(kBound, scene.soon());
  scene.client_log += echo.text;
}

Task<> keep_error(Task<> task, Error& error) {
  auto done = co_await attempt(std::move(task));
  if (!done) error = std::move(done.error());
}

void Scene::play(const Context& as_server, const Context& as_client) {
  scope.spawn(keep_error(serve(*this, as_server), server_error));
  scope.spawn(keep_error(speak(*this, as_client), client_error));
  loop.settle();
}

Task<> pour(Scene& scene, std::size_t octets) {
  const std::string block(100'000, 'p');
  for (std::size_t sent = 0; sent < octets; sent += block.size()) {
    co_await scene.at_server.write(block, scene.soon());
  }
  co_await scene.at_server.flush(scene.soon());
  scene.at_server.close();
}

Task<> drink(Scene& scene, std::size_t& got) {
  while (true) {
    const auto some = co_await attempt(scene.at_client.read_some(1'000'000, scene.soon()));
    if (!some) {
      scene.client_error = some.error();
      co_return;
    }
    got += some->size();
  }
}

TEST(Tls, SecuresBothEndsAndCarriesLines) {
  Scene scene;

  scene.play(server(serving({})), client());

  EXPECT_EQ(scene.server_log, "secured echoed");
  EXPECT_EQ(scene.client_log, "secured greeting hello");
  EXPECT_EQ(scene.at_server.tls()->version(), "TLSv1.3");
  EXPECT_TRUE(scene.at_server.secure());
}

TEST(Tls, F014_WorksAtEverySizeOfPieces) {
  for (std::size_t size = 1; size < 40; ++size) {
    Scene scene({.next_piece = [size] { return size; }});

    scene.play(server(serving({})), client());

    ASSERT_EQ(scene.client_log, "secured greeting hello") << "pieces of " << size;
  }
}

TEST(Tls, AnIdleStreamHoldsNoBlocks) {
  Scene scene;
  std::size_t got = 0;
  scene.play(server(serving({})), client());

  scene.scope.spawn(drink(scene, got));  // waits at the client's end
  scene.at_server.settle();
  scene.loop.settle();

  EXPECT_EQ(scene.loop.blocks().held(), 0U);
}

TEST(Tls, CarriesMegabytesThroughANarrowPipeInOrderAndToTheEnd) {
  Scene scene({.capacity = 5000});
  scene.play(server(serving({})), client());
  std::size_t got = 0;

  scene.scope.spawn(pour(scene, 3'000'000));
  scene.scope.spawn(drink(scene, got));
  scene.loop.settle();

  EXPECT_EQ(got, 3'000'000U);
  EXPECT_EQ(scene.client_error.kind, Kind::Closed);
  EXPECT_EQ(scene.client_error.detail, "") << "an end with goodbye is no truncation";
}

TEST(Tls, F042_AnEndWithoutGoodbyeIsTold) {
  Scene scene;
  scene.play(server(serving({})), client());
  std::size_t got = 0;
  scene.scope.spawn(drink(scene, got));
  scene.loop.settle();

  scene.at_server.reset();
  scene.loop.settle();

  EXPECT_EQ(scene.client_error.kind, Kind::Reset);
}

// T-007: what a hostile or careless server may show, and what is wrong with it.
struct BadCertificate {
  const char* name;
  LeafWishes wishes;
};

const Authority& stranger() {
  static const Authority authority;
  return authority;
}

TEST(TlsVerification, T007_F021_RefusesEveryBadCertificateBeforeAnythingIsSaid) {
  const std::vector<BadCertificate> bad = {
      {"another name", {.name = "example.org"}},
      {"name as a suffix", {.name = "localhost.example.org"}},
      {"partial wildcard", {.name = "local*"}},
      {"another address", {.name = "IP:127.0.0.2"}},
      {"expired", {.starts_in_days = -60, .ends_in_days = -1}},
      {"not yet valid", {.starts_in_days = 2}},
      {"not for servers", {.for_servers = false}},
      {"self-signed", {.self_signed = true}},
      {"expired and self-signed", {.ends_in_days = -1, .self_signed = true}},
  };
  for (const BadCertificate& each : bad) {
    SCOPED_TRACE(each.name);
    Scene scene;
    scene.play(server(serving(each.wishes)), client());
    EXPECT_EQ(scene.client_error.kind, Kind::Certificate);
    EXPECT_EQ(scene.client_log, "");
    EXPECT_EQ(scene.at_client.tls()->failure(), TlsFailure::Certificate);
  }
  const auto refused_by_library = [](const Pem& pem) {
    Scene scene;
    auto settings = serving({});
    settings.hosts[0].identities = {identity(pem)};
    scene.play(server(settings), client());
    return scene.client_error.kind == Kind::Certificate && scene.client_log.empty();
  };
  EXPECT_TRUE(refused_by_library(stranger().issue({}))) << "unknown authority";
  Pem chained = Authority::shared().issue({.name = "other.test"});
  chained.certificate += Authority::shared().issue({}).certificate;  // a good one behind a bad one
  EXPECT_TRUE(refused_by_library(chained));
}

TEST(TlsVerification, T007_RefusesAKeyThatIsTooWeak) {
  Scene scene;
  auto settings = serving({});
  settings.hosts[0].identities = {
      identity(Authority::shared().issue({.rsa = true, .rsa_bits = 1024}))};
  settings.legacy = true;  // the hostile server does not mind

  scene.play(server(settings), client());

  EXPECT_NE(scene.client_error.kind, Kind::Closed);
  EXPECT_EQ(scene.client_log, "");
}

TEST(TlsVerification, ChecksAddressesWhenThereIsNoName) {
  Scene scene;
  scene.server_name = "127.0.0.1";
  scene.play(server(serving({.name = "IP:127.0.0.1"})), client());
  EXPECT_EQ(scene.client_log, "secured greeting hello");
}

TEST(TlsVerification, AuthorityOnlyDoesNotLookAtTheName) {
  Scene scene;
  scene.play(server(serving({.name = "example.org"})), client({.verify = Verify::Authority}));
  EXPECT_EQ(scene.client_log, "secured greeting hello");
}

TEST(TlsVerification, NoneTakesAnything) {
  Scene scene;
  scene.play(server(serving({.self_signed = true})), client({.verify = Verify::None}));
  EXPECT_EQ(scene.client_log, "secured greeting hello");
}

TEST(TlsVerification, APinTakesItsKeyAndNoOther) {
  const std::string wrong(64, 'a');
  Scene scene;
  scene.play(server(serving({})), client({.verify = Verify::Pin, .pins = {wrong}}));
  EXPECT_EQ(scene.client_error.kind, Kind::Certificate);
}

TEST(TlsVerification, ANameIsNeededWhereItIsToBeChecked) {
  Scene scene;
  scene.server_name = "";
  scene.play(server(serving({})), client());
  EXPECT_EQ(scene.client_error.kind, Kind::Tls);
  EXPECT_EQ(scene.client_log, "");
}

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
