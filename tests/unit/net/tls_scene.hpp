// A TLS server and a TLS client on one loop, over pipes in memory, for the tests of TLS.

#pragma once

#include "net/memory_stream.hpp"
#include "net/scope.hpp"
#include "net/stream.hpp"
#include "net/ticket_keys.hpp"
#include "net/tls_context.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "tests/support/certificates.hpp"

namespace postern::net {

using std::chrono::seconds;
using test::Authority;
using test::LeafWishes;
using test::Pem;
using Context = std::shared_ptr<const TlsContext>;

constexpr LineBound kBound{.octets_max = 1000};

inline std::shared_ptr<const TlsIdentity> identity(const Pem& pem) {
  auto loaded = TlsIdentity::load(pem.certificate, wire::Secret(std::string_view(pem.key)));
  EXPECT_TRUE(loaded) << loaded.error().detail;
  return loaded ? *loaded : nullptr;
}

inline ServerTls serving(const LeafWishes& wishes) {
  return {.hosts = {{.names = {}, .identities = {identity(Authority::shared().issue(wishes))}}},
          .protocols = "pop3",
          .session_scope = "pop3s",
          .tickets = std::make_shared<TicketKeys>()};
}

inline Context server(const ServerTls& settings) {
  auto made = TlsContext::server(settings);
  EXPECT_TRUE(made) << made.error().detail;
  return made ? *made : nullptr;
}

inline Context client(ClientTls settings = {}) {
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

inline Task<> serve(Scene& scene, Context context) {
  co_await scene.at_server.start_tls(std::move(context), "", scene.soon());
  scene.server_log += "secured ";
  co_await scene.at_server.write("greeting\r\n", scene.soon());
  const Line line = co_await scene.at_server.read_line(kBound, scene.soon());
  co_await scene.at_server.write({line.text, "\r\n"}, scene.soon());
  scene.server_log += "echoed";
}

inline Task<> speak(Scene& scene, Context context) {
  co_await scene.at_client.start_tls(std::move(context), scene.server_name, scene.soon());
  scene.client_log += "secured ";
  const Line greeting = co_await scene.at_client.read_line(kBound, scene.soon());
  scene.client_log += std::string(greeting.text) + " ";
  co_await scene.at_client.write({scene.line, "\r\n"}, scene.soon());
  const Line echo = co_await scene.at_client.read_line(kBound, scene.soon());
  scene.client_log += echo.text;
}

inline Task<> keep_error(Task<> task, Error& error) {
  auto done = co_await attempt(std::move(task));
  if (!done) error = std::move(done.error());
}

inline void Scene::play(const Context& as_server, const Context& as_client) {
  scope.spawn(keep_error(serve(*this, as_server), server_error));
  scope.spawn(keep_error(speak(*this, as_client), client_error));
  loop.settle();
}

}  // namespace postern::net
