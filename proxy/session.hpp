// What sessions of all protocols share: a client's stream, what is known and counted of it, TLS by
// one code path, and the one line in the log that tells how it went.

#pragma once

#include "metrics/label_values.hpp"
#include "metrics/session_log.hpp"
#include "net/stream.hpp"
#include "net/task.hpp"
#include "proxy/services.hpp"
#include "upstream/authenticate.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace postern::proxy {

class Session {
 public:
  Session(const Services& services,
          std::shared_ptr<const Snapshot> snapshot,
          const Entry& entry,
          net::Stream client,
          metrics::Protocol protocol);

  // Counts the session and writes its line.
  ~Session();

  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] net::Stream& client() { return client_; }

  [[nodiscard]] const Services& services() const { return services_; }

  [[nodiscard]] net::Loop& loop() const { return services_.loop; }

  [[nodiscard]] metrics::Recorder& recorder() const { return services_.recorder; }

  [[nodiscard]] const conf::Settings& settings() const { return *snapshot_->settings; }

  [[nodiscard]] const Snapshot& snapshot() const { return *snapshot_; }

  // For what outlives the session.
  [[nodiscard]] std::shared_ptr<const Snapshot> shared_snapshot() const { return snapshot_; }

  [[nodiscard]] const Entry& entry() const { return entry_; }

  [[nodiscard]] metrics::SessionLog& log() { return log_; }

  [[nodiscard]] metrics::Protocol protocol() const { return protocol_; }

  [[nodiscard]] const std::string& name() const { return log_.session(); }

  // Who the client is: the peer, or whom a trusted proxy in front of us speaks for.
  [[nodiscard]] const net::Address& client_address() const { return client_address_; }

  void set_client_address(const net::Address& address);
  [[nodiscard]] bool peer_is_trusted_proxy() const;
  [[nodiscard]] bool client_is_in(const std::vector<conf::Network>& networks) const;

  // What a trusted proxy in front of us told of the client besides.
  void set_listener_address(const net::Address& address) { introduction().listener = address; }

  void set_secure_in_front(bool secure) { secure_in_front_ = secure; }

  void set_server_name(std::string name) { introduction().server_name = std::move(name); }

  void set_outer_name(std::string name) { introduction().outer_name = std::move(name); }

  // How many more gateways the connection may pass, this one left out: none is a loop.
  void set_hops(unsigned hops) { hops_ = static_cast<std::uint8_t>(hops); }

  [[nodiscard]] unsigned hops() const { return hops_; }

  // What upstreams that trust us are told.
  [[nodiscard]] upstream::ClientFacts facts() const;

  // Whether a password may be told on this connection as it is now.
  [[nodiscard]] bool may_log_in() const;

  // STLS or its kin can be offered.
  [[nodiscard]] bool can_start_tls() const;

  // The handshake, implicit or upgraded; counted either way.
  net::Task<> secure();

  // Octets that came in clear behind the request to start TLS: an attack, or a broken client.
  // Answers whether there are any, and counts them.
  [[nodiscard]] bool was_injected();

  // Until when the client has to be logged in.
  [[nodiscard]] net::Deadline login_deadline() const { return login_deadline_; }

  // The wait for a command of a client that is not logged in.
  [[nodiscard]] net::Wait patience() const { return net::Wait(login_deadline_).drainable(); }

  // Waits for the first octet. Fails if it begins a TLS handshake where none is wanted.
  net::Task<> expect_words();

  // How many sessions one user may have with that upstream.
  [[nodiscard]] std::size_t sessions_max(const conf::Upstream& upstream) const;

  // How long a client may take no octet of what it asked for.
  [[nodiscard]] net::Idle stalled() const { return {settings().limits.timeout_stalled}; }

  void enter(metrics::SessionState state);

  void note_command() { ++commands_; }

  void note_retrieved() { ++retrieved_; }

  void note_sent() { ++sent_; }

  void note_deleted(std::uint64_t messages) { deleted_ += messages; }

  // How the session ends; the first word on it counts.
  void end(metrics::EndReason reason, std::string_view detail = {});
  void end(const net::Error& error);

  [[nodiscard]] bool ended() const { return has_ended_; }

  // The client is to see a broken connection at the end, since it has half an answer.
  void break_off() { breaks_off_ = true; }

 private:
  // What only a proxy in front of us can tell.
  struct Introduction {
    net::Address listener;    // that the client meant
    std::string server_name;  // that it asked the proxy for
    std::string outer_name;   // of the session there
  };

  Introduction& introduction();
  [[nodiscard]] metrics::Security security() const;
  [[nodiscard]] bool is_probe() const;

  const Services& services_;
  std::shared_ptr<const Snapshot> snapshot_;
  const Entry& entry_;
  net::Stream client_;
  Roster::Newcomer newcomer_;
  net::Address client_address_;
  metrics::SessionLog log_;
  std::unique_ptr<Introduction> introduction_;  // null: there was none
  net::Time began_;
  net::Deadline login_deadline_;
  std::string detail_;
  std::uint64_t retrieved_ = 0;
  std::uint64_t deleted_ = 0;
  std::uint64_t sent_ = 0;  // messages that a submission server took
  std::uint32_t commands_ = 0;
  metrics::Protocol protocol_;
  metrics::SessionState state_ = metrics::SessionState::Unauthenticated;
  metrics::EndReason reason_ = metrics::EndReason::ClientClosed;
  std::uint8_t hops_ = upstream::ClientFacts::kHops;
  bool secure_in_front_ = false;
  bool has_ended_ = false;
  bool breaks_off_ = false;
};

}  // namespace postern::proxy
