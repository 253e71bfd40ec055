// Counting connections.

#include "proxy/admission.hpp"

#include <algorithm>
#include <utility>

namespace postern::proxy {

using metrics::RejectReason;

namespace {

bool is_in(const std::vector<conf::Network>& networks, const net::Address& address) {
  const auto octets = address.octets();
  return std::ranges::any_of(
      networks, [&](const conf::Network& network) { return network.contains(octets); });
}

bool is_blocked(const net::Address& client, const conf::Listener& listener) {
  return (!listener.allow.empty() && !is_in(listener.allow, client)) ||
         is_in(listener.deny, client);
}

}  // namespace

Admitted::Admitted(Admitted&& other) noexcept
    : admission_(std::exchange(other.admission_, nullptr)), network_(other.network_) {}

Admitted& Admitted::operator=(Admitted&& other) noexcept {
  if (this != &other) {
    if (admission_ != nullptr) admission_->leave(network_);
    admission_ = std::exchange(other.admission_, nullptr);
    network_ = other.network_;
  }
  return *this;
}

Admitted::~Admitted() {
  if (admission_ != nullptr) admission_->leave(network_);
}

Admission::Answer Admission::ask(const net::Address& client,
                                 const conf::Listener& listener,
                                 const conf::Settings& settings,
                                 std::size_t connections_max,
                                 net::Time now) {
  if (is_blocked(client, listener)) return {.admitted = {}, .reason = RejectReason::Blocked};
  if (short_of_memory_.load()) return {.admitted = {}, .reason = RejectReason::Memory};
  const Network network = client.network();
  if (const auto refused = enter(network, settings.limits, now)) {
    return {.admitted = {}, .reason = *refused};
  }
  const bool full = ++connections_ > connections_max;
  return {.admitted = Admitted(*this, network), .reason = RejectReason::ListenerFull, .full = full};
}

Admission::Answer Admission::ask_unnamed(const net::Address& proxy,
                                         const conf::Settings& settings,
                                         std::size_t connections_max) {
  if (!is_in(settings.server.trusted_proxies, proxy)) {
    return {.admitted = {}, .reason = RejectReason::ProxyHeader};
  }
  if (short_of_memory_.load()) return {.admitted = {}, .reason = RejectReason::Memory};
  const bool full = ++connections_ > connections_max;
  return {
      .admitted = Admitted(*this, Network{}), .reason = RejectReason::ListenerFull, .full = full};
}

std::optional<RejectReason> Admission::name(Admitted& admitted,
                                            const net::Address& client,
                                            const conf::Listener& listener,
                                            const conf::Settings& settings,
                                            net::Time now) {
  if (is_blocked(client, listener)) return RejectReason::Blocked;
  const Network network = client.network();
  if (const auto refused = enter(network, settings.limits, now)) return refused;
  admitted.network_ = network;
  return std::nullopt;
}

// Counts one more connection from there.
std::optional<RejectReason> Admission::enter(const Network& network,
                                             const conf::Limits& limits,
                                             net::Time now) {
  const std::scoped_lock lock(mutex_);
  if (networks_.size() >= kNetworksMax) {
    std::erase_if(networks_, [](const auto& entry) { return entry.second.connections == 0; });
  }
  Guests& guests = networks_[network];
  if (limits.per_address_connections && guests.connections >= *limits.per_address_connections) {
    return RejectReason::PerAddress;
  }
  if (limits.per_address_new) {
    if (now - guests.began >= limits.per_address_new->per) guests = {guests.connections, 0, now};
    if (guests.newcomers >= limits.per_address_new->events) return RejectReason::Rate;
    ++guests.newcomers;
  }
  ++guests.connections;
  return std::nullopt;
}

void Admission::leave(const Network& network) {
  --connections_;
  if (network == Network{}) return;
  const std::scoped_lock lock(mutex_);
  const auto found = networks_.find(network);
  if (found == networks_.end()) return;
  --found->second.connections;
  // One that set no pace is forgotten at once; the others when room is needed.
  if (found->second.connections == 0 && found->second.newcomers == 0) networks_.erase(found);
}

}  // namespace postern::proxy
