// The gateway in memory: everything that a worker has around its sessions, real, but for sockets
// and time.
//
// A World is one worker: a loop whose clock is turned by hand, seeded chance, a snapshot made from
// a configuration in TOML, limits, penalties, index, metrics and the log. Clients come in by
// connect(); connections to upstreams end at whatever dialer().set_host() names, such as a
// MailServer or another Peer. Nothing moves unless loop().settle() or loop().turn_clock() is
// called.
//
//   World world({.assignments = {"pop3.seen=never"}});
//   MailServer server(world.loop(), store);
//   world.dialer().set_host([&](net::Stream s) { server.take(std::move(s)); });
//   auto client = world.connect("pop3");
//   client->say("CAPA\r\n");
//   world.loop().settle();
//   EXPECT_EQ(client->heard(), ...);
//
// The base configuration: listeners "pop3" and "imap" that offer TLS and let clients log in in
// clear, listeners "pop3s" and "imaps", all at 203.0.113.1, and one upstream "imap", reached
// without TLS. With `takes_submissions` the listeners "submission" and "submissions" and the
// upstream "relay" at smtp.example.net as well.

#pragma once

#include "metrics/log.hpp"
#include "metrics/registry.hpp"
#include "net/loop.hpp"
#include "net/random.hpp"
#include "net/scope.hpp"
#include "proxy/admission.hpp"
#include "proxy/distrust.hpp"
#include "proxy/index_memory.hpp"
#include "proxy/occupancy.hpp"
#include "proxy/penalties.hpp"
#include "proxy/poll_cache.hpp"
#include "proxy/recent_logins.hpp"
#include "proxy/roster.hpp"
#include "proxy/sent_copies.hpp"
#include "proxy/services.hpp"
#include "proxy/snapshot.hpp"
#include "proxy/uidl_memory.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/memory_dialer.hpp"
#include "tests/support/peer.hpp"

namespace postern::test {

struct WorldWishes {
  std::vector<std::string> assignments{};  // "pop3.seen=never", over the base
  std::string toml{};                      // behind the base, such as [[route]] tables
  bool takes_submissions = false;
  std::uint64_t seed = 1;
  std::size_t uidls_max = proxy::UidlMemory::kAliasesMax;  // that the store has room for
  std::function<std::size_t()> next_piece{};               // of every delivery; unset: all there is
};

class World {
 public:
  explicit World(const WorldWishes& wishes = {});

  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  [[nodiscard]] net::Loop& loop() { return loop_; }

  [[nodiscard]] net::Random& random() { return random_; }

  [[nodiscard]] MemoryDialer& dialer() { return dialer_; }

  [[nodiscard]] const proxy::Snapshot& snapshot() const { return *snapshot_; }

  [[nodiscard]] proxy::Roster& roster() { return roster_; }

  [[nodiscard]] proxy::UidlStore& uidls() { return uidls_; }

  // The owner of the sessions: to drain it, to cancel it, to see how many live.
  [[nodiscard]] net::Scope& sessions() { return *sessions_; }

  // A client connects; the session begins as soon as the loop is settled. Ends before the World.
  [[nodiscard]] std::unique_ptr<Peer> connect(std::string_view listener,
                                              std::string_view from = "192.0.2.1");

  // Copies of sent mail under way.
  [[nodiscard]] proxy::SentCopies& copies() { return copies_; }

  // Builds another snapshot from other wishes; sessions under way keep theirs.
  void reload(const WorldWishes& wishes);

  // All lines of the log so far, at level debug.
  [[nodiscard]] std::vector<std::string> log();

  // The number behind a series of the metrics page, such as
  // postern_sessions_ended_total{protocol="pop3",reason="quit"}; 0 if it is not there.
  [[nodiscard]] double metric(std::string_view series);

 private:
  class MemoryFile;

  net::Loop loop_;
  net::Random random_;
  net::PipeShape shape_;
  std::unique_ptr<MemoryFile> log_file_;
  metrics::Registry registry_;
  metrics::Recorder& recorder_;
  metrics::Log log_;
  proxy::Admission admission_;
  proxy::Penalties penalties_;
  proxy::RecentLogins recent_logins_;
  proxy::Occupancy occupancy_;
  proxy::PollCache polls_;
  proxy::IndexMemory index_;
  proxy::Distrust distrust_;
  proxy::UidlMemory uidls_;
  upstream::OctetPool prefetched_;
  proxy::Shared shared_;
  proxy::Roster roster_;
  proxy::SentCopies copies_;
  const proxy::Services services_{loop_, random_, recorder_, roster_, copies_, shared_};
  MemoryDialer dialer_;
  std::shared_ptr<const proxy::Snapshot> snapshot_;
  std::unique_ptr<net::Scope> sessions_;
};

// What a client or a server of a test trusts and shows: the authority of all certificates here, and
// a certificate for "localhost" and "imap.example.net".
[[nodiscard]] std::shared_ptr<const net::TlsContext> client_tls();
[[nodiscard]] std::shared_ptr<const net::TlsContext> server_tls();

}  // namespace postern::test
