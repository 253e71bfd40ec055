// Who may connect at all: networks that a listener allows, connections and their pace from one
// address (an IPv6 /64 counts as one), connections in all, memory.
//
// Asked by the acceptor before a connection costs anything. Any thread may call.

#pragma once

#include "conf/settings.hpp"
#include "metrics/label_values.hpp"
#include "net/address.hpp"
#include "net/octet_hash.hpp"
#include "net/timer.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace postern::proxy {

class Admission;

// An admitted connection; counted until this ends.
class Admitted {
 public:
  Admitted() = default;
  Admitted(Admitted&& other) noexcept;
  Admitted& operator=(Admitted&& other) noexcept;
  Admitted(const Admitted&) = delete;
  Admitted& operator=(const Admitted&) = delete;
  ~Admitted();

 private:
  friend class Admission;
  using Network = std::array<unsigned char, 16>;

  Admitted(Admission& admission, const Network& network)
      : admission_(&admission), network_(network) {}

  Admission* admission_ = nullptr;
  Network network_{};  // all zero: nobody's yet
};

class Admission {
 public:
  static constexpr std::size_t kNetworksMax = 200'000;

  Admission() = default;
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  struct Answer {
    std::optional<Admitted> admitted;
    metrics::RejectReason reason{};
    bool full = false;  // all connections are in use: somebody who has not logged in should go
  };

  [[nodiscard]] Answer ask(const net::Address& client,
                           const conf::Listener& listener,
                           const conf::Settings& settings,
                           std::size_t connections_max,
                           net::Time now);

  // For a connection of a proxy that will tell whom it speaks for: it counts among all connections,
  // and among its client's once that is named.
  [[nodiscard]] Answer ask_unnamed(const net::Address& proxy,
                                   const conf::Settings& settings,
                                   std::size_t connections_max);

  // Such a connection's client is known. Answers why it may not stay; nothing if it may.
  [[nodiscard]] std::optional<metrics::RejectReason> name(Admitted& admitted,
                                                          const net::Address& client,
                                                          const conf::Listener& listener,
                                                          const conf::Settings& settings,
                                                          net::Time now);

  // Memory is nearly used up: nobody else comes in, until told otherwise.
  void set_short_of_memory(bool is_short) { short_of_memory_.store(is_short); }

  [[nodiscard]] std::size_t connections() const { return connections_.load(); }

 private:
  friend class Admitted;
  using Network = Admitted::Network;

  struct Guests {
    unsigned connections = 0;
    unsigned newcomers = 0;  // since `began`
    net::Time began{};
  };

  [[nodiscard]] std::optional<metrics::RejectReason> enter(const Network& network,
                                                           const conf::Limits& limits,
                                                           net::Time now);
  void leave(const Network& network);

  std::atomic<bool> short_of_memory_ = false;
  std::atomic<std::size_t> connections_ = 0;
  std::mutex mutex_;  // guards networks_
  std::unordered_map<Network, Guests, net::OctetHash> networks_;
};

}  // namespace postern::proxy
