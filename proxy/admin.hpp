// The operator's window: /metrics, /healthz and /readyz over HTTP, for reading only.
//
// It lives in threads of its own, so that no scrape ever touches a loop, and is bounded on its own:
// four requests at a time, five seconds each from its first octet to its last.

#pragma once

#include "conf/settings.hpp"
#include "metrics/registry.hpp"
#include "net/result.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace postern::proxy {

class Admin {
 public:
  static constexpr int kRequestsAtOnce = 4;
  static constexpr int kRequestSeconds = 5;

  // Binds all endpoints, or tells why not. `is_ready` is called from its threads.
  static net::Result<std::unique_ptr<Admin>> open(const conf::Admin& settings,
                                                  metrics::Registry& registry,
                                                  std::function<bool()> is_ready);

  // Begins to answer.
  void start();

  ~Admin();
  Admin(const Admin&) = delete;
  Admin& operator=(const Admin&) = delete;

 private:
  struct Server;

  Admin() = default;

  std::vector<std::unique_ptr<Server>> servers_;
};

// For `postern health`: asks a running gateway at its first endpoint. Nothing if it is well, else
// what is wrong.
std::string ask_health(const conf::Admin& settings);

}  // namespace postern::proxy
