// The one file that knows cpp-httplib.

#include "proxy/admin.hpp"

#include <httplib.h>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace postern::proxy {

struct Admin::Server {
  httplib::Server http;
  std::thread thread;
};

namespace {

constexpr const char* kExposition = "text/plain; version=0.0.4; charset=utf-8";
constexpr std::size_t kRequestOctetsMax = 8192;

std::string host_of(const conf::Endpoint& endpoint) {
  return endpoint.address.empty() ? "0.0.0.0" : endpoint.address;
}

void set_up(httplib::Server& http, metrics::Registry& registry, std::function<bool()> is_ready) {
  http.new_task_queue = [] { return new httplib::ThreadPool(Admin::kRequestsAtOnce); };
  http.set_read_timeout(Admin::kRequestSeconds);
  http.set_write_timeout(Admin::kRequestSeconds);
  http.set_keep_alive_max_count(1);
  http.set_payload_max_length(kRequestOctetsMax);
  http.Get("/metrics", [&registry](const httplib::Request&, httplib::Response& response) {
    response.set_content(registry.exposition(), kExposition);
  });
  http.Get("/healthz", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("ok\n", "text/plain");
  });
  http.Get("/readyz",
           [is_ready = std::move(is_ready)](const httplib::Request&, httplib::Response& response) {
             const bool ready = is_ready();
             response.status = ready ? 200 : 503;
             response.set_content(ready ? "ready\n" : "not ready\n", "text/plain");
           });
}

}  // namespace

net::Result<std::unique_ptr<Admin>> Admin::open(const conf::Admin& settings,
                                                metrics::Registry& registry,
                                                std::function<bool()> is_ready) {
  std::unique_ptr<Admin> admin(new Admin);
  for (const conf::Endpoint& endpoint : settings.listen) {
    if (endpoint.kind != conf::Endpoint::Kind::Tcp) {
      return net::failure(net::Kind::Limit,
                          net::Origin::Here,
                          "admin.listen: only addresses with a port, in this version");
    }
    auto server = std::make_unique<Server>();
    set_up(server->http, registry, is_ready);
    if (!server->http.bind_to_port(host_of(endpoint), endpoint.port.value_or(0))) {
      return net::failure(net::Kind::Unreachable,
                          net::Origin::Here,
                          "admin.listen: cannot bind " + host_of(endpoint) + " port " +
                              std::to_string(endpoint.port.value_or(0)));
    }
    admin->servers_.push_back(std::move(server));
  }
  return admin;
}

void Admin::start() {
  for (const auto& server : servers_) {
    server->thread = std::thread([http = &server->http] { http->listen_after_bind(); });
  }
}

Admin::~Admin() {
  for (const auto& server : servers_) {
    server->http.stop();
    if (server->thread.joinable()) server->thread.join();
  }
}

std::string ask_health(const conf::Admin& settings) {
  if (settings.listen.empty()) return "there is no admin listener to ask";
  const conf::Endpoint& endpoint = settings.listen.front();
  const std::string host = endpoint.address.empty() ? "127.0.0.1" : endpoint.address;
  httplib::Client client(host, endpoint.port.value_or(0));
  client.set_connection_timeout(Admin::kRequestSeconds);
  client.set_read_timeout(Admin::kRequestSeconds);
  const httplib::Result answer = client.Get("/readyz");
  if (!answer) return "no answer from " + host + ": " + httplib::to_string(answer.error());
  return answer->status == 200 ? std::string() : "not ready";
}

}  // namespace postern::proxy
