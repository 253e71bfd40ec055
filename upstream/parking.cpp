// A queue with an index.

#include "upstream/parking.hpp"

#include <string>
#include <utility>

namespace postern::upstream {

Ticket Parking::ticket_for(const Account& account, const ClientFacts& facts) const {
  const std::string mechanism = std::to_string(std::to_underlying(account.mechanism));
  return secret_.hmac({mechanism,
                       account.user,
                       account.secret.reveal(),
                       facts.client.host(),
                       facts.listener.text(),
                       facts.secure ? "secure" : "clear",
                       facts.server_name});
}

void Parking::leave(const Ticket& ticket, Parked parked) {
  if (const auto found = entries_.find(ticket); found != entries_.end()) drop(found->second);
  if (entries_.size() >= max_) drop(order_.begin());
  parked.link->rest();
  order_.push_back({.ticket = ticket, .until = loop_.now() + stay_, .parked = std::move(parked)});
  entries_.emplace(ticket, std::prev(order_.end()));
  watch();
}

std::optional<Parking::Parked> Parking::fetch(const Ticket& ticket) {
  const auto found = entries_.find(ticket);
  if (found == entries_.end()) return std::nullopt;
  std::optional<Parked> parked(std::move(found->second->parked));
  drop(found->second);
  return parked;
}

void Parking::expired() {
  while (!order_.empty() && order_.front().until <= loop_.now())
    drop(order_.begin());
  watch();
}

void Parking::watch() {
  if (armed() || order_.empty()) return;
  loop_.timers().arm(*this, order_.front().until);
}

void Parking::drop(Order::iterator entry) {
  entries_.erase(entry->ticket);
  order_.erase(entry);
}

}  // namespace postern::upstream
