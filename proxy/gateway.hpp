// The process as a whole: listeners and the acceptor on the main thread, workers, reload, drain.
//
// A reload builds everything new beside the old, and only when all of it stands swaps it in; a
// listener whose address stays keeps its socket, so no connection is refused. Whatever is wrong
// leaves the old configuration in force.

#pragma once

#include "conf/load.hpp"
#include "metrics/log.hpp"
#include "metrics/registry.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "net/signals.hpp"
#include "net/ticket_keys.hpp"
#include "proxy/admission.hpp"
#include "proxy/occupancy.hpp"
#include "proxy/penalties.hpp"
#include "proxy/poll_cache.hpp"
#include "proxy/recent_logins.hpp"
#include "proxy/state.hpp"
#include "proxy/tls_files.hpp"
#include "proxy/worker.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace postern::proxy {

// A listening socket inherited from systemd (LISTEN_FDS).
struct InheritedSocket {
  std::string name;
  int descriptor;
};

// What route expressions are wrong.
void check_expressions(const conf::Settings& settings,
                       const conf::Origins& origins,
                       conf::Problems& problems);

class Gateway {
 public:
  Gateway(metrics::Log& log, metrics::Registry& registry);

  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // Opens the listeners of a configuration that was loaded; problems otherwise. The request is what
  // a reload reads again.
  [[nodiscard]] std::vector<conf::Problem> open(conf::Request request,
                                                conf::Outcome outcome,
                                                std::vector<InheritedSocket> inherited);

  // Starts the workers and serves until a signal ends it; then drains. `ready` is called once
  // clients are being served, `reloading` and `stopping` when they begin.
  struct Moments {
    std::function<void()> ready;
    std::function<void()> reloading;
    std::function<void()> stopping;
    std::function<void()> alive;  // every few seconds, while all workers are
  };

  void run(const Moments& moments);

  [[nodiscard]] const conf::Settings& settings() const { return *settings_; }

  // For the admin thread.
  [[nodiscard]] bool is_ready() const { return ready_.load(); }

 private:
  // One socket, and the listener it belongs to. Stays where it is: the socket's callbacks know it.
  struct Door {
    conf::Endpoint endpoint;
    std::size_t listener = 0;               // index in the settings in force
    std::unique_ptr<net::Listener> socket;  // null while a reload means to keep the old one
  };

  class Chores;

  // Ends the loop when sessions have had their time to end.
  struct DrainOver final : net::Timer {
    explicit DrainOver(net::Loop& owner) : loop(owner) {}

    void expired() override { loop.stop(); }

    net::Loop& loop;
  };

  [[nodiscard]] std::vector<conf::Problem> accept(conf::Outcome outcome);
  using Doors = std::vector<std::unique_ptr<Door>>;

  Doors open_doors(const conf::Settings& settings,
                   const conf::Origins& origins,
                   conf::Problems& problems);
  net::Result<std::unique_ptr<net::Listener>> open_socket(Door& door,
                                                          const conf::Listener& listener);
  [[nodiscard]] const net::Listener* same_door(const Door& wanted) const;
  void take_over(Doors doors);
  void connected(const Door& door, int descriptor, const net::Address& peer);
  void name_metrics(const conf::Settings& settings);
  [[nodiscard]] Blueprint blueprint() const;
  [[nodiscard]] std::size_t connections_max() const;

  void reload();
  void reread_certificates();
  void show_certificates();
  void begin_drain(std::string_view reason);
  void open_state();
  void close_state();

  metrics::Log& log_;
  metrics::Registry& registry_;
  metrics::Recorder& recorder_;
  net::Loop loop_;
  Admission admission_;
  Penalties penalties_;
  RecentLogins recent_logins_;
  Occupancy occupancy_;
  Distrust distrust_;
  PollCache polls_;
  upstream::OctetPool prefetched_;
  std::unique_ptr<State> state_;  // from run() on, when it is known whose files they are
  std::unique_ptr<Shared> shared_;
  std::shared_ptr<net::TicketKeys> tickets_;

  conf::Request request_;
  std::shared_ptr<const conf::Settings> settings_;
  conf::Origins origins_;
  std::shared_ptr<const TlsFiles> tls_;
  std::string mark_;  // of this process, in IMAP greetings
  std::shared_ptr<const upstream::OwnAddresses> own_addresses_;
  Doors doors_;
  std::vector<InheritedSocket> inherited_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<Chores> chores_;
  Moments moments_;
  std::unique_ptr<DrainOver> drain_over_;
  net::Time drain_until_{};
  std::size_t connections_max_ = 0;
  std::size_t next_worker_ = 0;
  std::size_t not_empty_ = 0;  // workers that still have sessions, while draining
  std::atomic<bool> ready_ = false;
  bool draining_ = false;
};

}  // namespace postern::proxy
