// One thread that serves clients: its loop, and everything that its sessions use and nobody shares.
//
// The gateway talks to it by posting; what it is told is done in the order it was told.

#pragma once

#include "conf/settings.hpp"
#include "metrics/registry.hpp"
#include "net/dialer.hpp"
#include "net/loop.hpp"
#include "net/random.hpp"
#include "net/resolver.hpp"
#include "net/scope.hpp"
#include "proxy/admission.hpp"
#include "proxy/roster.hpp"
#include "proxy/sent_copies.hpp"
#include "proxy/services.hpp"
#include "proxy/snapshot.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

namespace postern::proxy {

// A connection on its way from the acceptor.
struct Arrival {
  int descriptor;
  net::Address peer;
  std::size_t entry;  // of the snapshot that the worker has by then
  Admitted admitted;
  bool full;  // another connection has to go for it
};

class Worker {
 public:
  // Starts the thread. `number` counts from 0, `share` is how many workers there are.
  Worker(unsigned number,
         unsigned share,
         Shared& shared,
         metrics::Registry& registry,
         const Blueprint& blueprint);

  // The thread must have ended: see stop().
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // ---- from the main thread
  void rebuild(const Blueprint& blueprint);
  void take(Arrival arrival);

  // Ends what waits for clients, and calls `empty` (on the worker's thread) when no session is
  // left and no copy of sent mail is being made.
  void drain(std::function<void()> empty);

  // Ends all sessions, then the thread; returns when it has ended.
  void stop();

  // When the loop last came round; a worker that hangs is seen by it.
  [[nodiscard]] net::Time last_sign_of_life() const { return alive_at_.load(); }

 private:
  class Pulse;

  void run(Blueprint blueprint);
  void build(const Blueprint& blueprint);
  void admit(Arrival& arrival);

  metrics::Worker number_;
  unsigned share_;
  Shared& shared_;
  metrics::Registry& registry_;
  std::atomic<net::Time> alive_at_{};

  net::Loop loop_;
  net::Random random_;
  Roster roster_{loop_};
  metrics::Recorder* recorder_ = nullptr;
  std::unique_ptr<net::SystemResolver> resolver_;
  std::unique_ptr<net::TcpDialer> dialer_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::unique_ptr<SentCopies> copies_;
  std::optional<const Services> services_;
  std::unique_ptr<net::Scope> scope_;
  std::unique_ptr<Pulse> pulse_;
  std::thread thread_;
};

// What a client that cannot be served hears on that listener; empty where it has to speak first.
[[nodiscard]] std::string_view overload_words(const conf::Listener& listener);

// Closes a connection that is not to be served; the client hears why if it can.
void turn_away(int descriptor, const conf::Listener& listener);

}  // namespace postern::proxy
