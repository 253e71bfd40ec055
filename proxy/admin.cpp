// The one file that knows cpp-httplib.

#include "proxy/admin.hpp"

#include "net/timer.hpp"

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <httplib.h>
#include <memory>
#include <mutex>
#include <poll.h>
#include <set>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace postern::proxy {

namespace {

constexpr std::size_t kWaitingMax = 16;  // accepted, while all threads are busy

// A connection of a scraper, with one deadline for all that is read and written on it: whoever
// sends an octet now and then holds a thread no longer than whoever sends none.
class BoundedStream final : public httplib::Stream {
 public:
  explicit BoundedStream(int descriptor)
      : descriptor_(descriptor),
        until_(std::chrono::steady_clock::now() + std::chrono::seconds(Admin::kRequestSeconds)) {}

  using httplib::Stream::write;

  [[nodiscard]] bool is_readable() const override { return wait_for(POLLIN); }

  [[nodiscard]] bool is_writable() const override { return wait_for(POLLOUT); }

  ssize_t read(char* to, std::size_t size) override {
    return is_readable() ? ::recv(descriptor_, to, size, 0) : -1;
  }

  ssize_t write(const char* from, std::size_t size) override {
    return is_writable() ? ::send(descriptor_, from, size, MSG_NOSIGNAL | MSG_DONTWAIT) : -1;
  }

  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }

  void get_local_ip_and_port(std::string& ip, int& port) const override {
    get_remote_ip_and_port(ip, port);  // nothing here asks who it is
  }

  [[nodiscard]] int socket() const override { return descriptor_; }

 private:
  [[nodiscard]] bool wait_for(short what) const {
    while (true) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(until_ - std::chrono::steady_clock::now());
      if (left.count() <= 0) return false;
      pollfd wanted{.fd = descriptor_, .events = what, .revents = 0};
      const int ready = poll(&wanted, 1, static_cast<int>(left.count()));
      if (ready > 0) return true;
      if (ready == 0 || errno != EINTR) return false;
    }
  }

  int descriptor_;
  net::Time until_;
};

// Four threads, and a short queue: who comes beyond it waits in the kernel.
class BoundedPool final : public httplib::TaskQueue {
 public:
  BoundedPool() {
    for (int i = 0; i < Admin::kRequestsAtOnce; ++i)
      threads_.emplace_back([this] { work(); });
  }

  void enqueue(std::function<void()> request) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_.size() < kWaitingMax || ending_; });
    waiting_.push_back(std::move(request));
    changed_.notify_all();
  }

  void shutdown() override {
    {
      const std::scoped_lock lock(mutex_);
      ending_ = true;
      changed_.notify_all();
    }
    for (std::thread& thread : threads_)
      thread.join();
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return !waiting_.empty() || ending_; });
      if (waiting_.empty()) return;
      const std::function<void()> request = std::move(waiting_.front());
      waiting_.pop_front();
      changed_.notify_all();
      lock.unlock();
      request();
      lock.lock();
    }
  }

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

// One request a connection, on streams of our own; at the end none of them is waited for.
class BoundedServer final : public httplib::Server {
 public:
  void cut_all() {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
    for (const int descriptor : open_)
      ::shutdown(descriptor, SHUT_RDWR);
  }

 private:
  bool process_and_close_socket(int descriptor) override {
    if (!enter(descriptor)) {
      ::close(descriptor);
      return false;
    }
    BoundedStream stream(descriptor);
    bool closed = false;
    // Pages go out whole: a few thousand overlapping ranges, which fit into one request, would make
    // hundreds of megabytes of one of them.
    const bool served = process_request(
        stream, true, closed, [](httplib::Request& request) { request.ranges.clear(); });
    {
      const std::scoped_lock lock(mutex_);
      open_.erase(descriptor);
    }
    ::shutdown(descriptor, SHUT_RDWR);
    ::close(descriptor);
    return served;
  }

  bool enter(int descriptor) {
    const std::scoped_lock lock(mutex_);
    return !ending_ && open_.insert(descriptor).second;
  }

  std::mutex mutex_;  // guards what follows
  std::set<int> open_;
  bool ending_ = false;
};

}  // namespace

struct Admin::Server {
  BoundedServer http;
  std::thread thread;
};

namespace {

constexpr const char* kExposition = "text/plain; version=0.0.4; charset=utf-8";
constexpr std::size_t kRequestOctetsMax = 8192;

std::string host_of(const conf::Endpoint& endpoint) {
  return endpoint.address.empty() ? "0.0.0.0" : endpoint.address;
}

// As the listeners of clients are opened: an address that another process listens at is refused,
// and one where only closed connections linger is taken. By itself the library would do the
// opposite.
void set_options(int descriptor) {
  const int on = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}

void set_up(httplib::Server& http, metrics::Registry& registry, std::function<bool()> is_ready) {
  http.set_socket_options(set_options);
  http.new_task_queue = [] { return new BoundedPool; };
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
    server->http.cut_all();
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
