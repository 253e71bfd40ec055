// TLS on streams, both roles on one loop: what it carries, and what a client checks.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/certificates.hpp"
#include "tests/unit/net/tls_scene.hpp"

namespace postern::net {
namespace {

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

TEST(Tls, IsGoneAsSoonAsTheStreamIs) {
  for (const bool in_order : {true, false}) {
    Scene scene;
    const Context context = server(serving({}));
    scene.play(context, client());
    const long before = context.use_count();

    in_order ? scene.at_server.close() : scene.at_server.reset();

    EXPECT_EQ(context.use_count(), before - 1) << (in_order ? "closed" : "reset");
  }
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

}  // namespace
}  // namespace postern::net
