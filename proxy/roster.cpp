// Numbers to streams.

#include "proxy/roster.hpp"

namespace postern::proxy {

std::function<void()> Roster::evictor(net::Stream& client) {
  const std::uint64_t number = next_++;
  clients_.emplace(number, &client);
  return [this, number] { loop_.post([this, number] { evict(number); }); };
}

void Roster::strike_off(const net::Stream& client) {
  if (clients_.empty()) return;
  std::erase_if(clients_, [&client](const auto& entry) { return entry.second == &client; });
}

void Roster::evict(std::uint64_t number) {
  const auto found = clients_.find(number);
  if (found == clients_.end()) return;
  found->second->cancel(
      {net::Kind::Cancelled, net::Origin::Here, "maildrop taken over by another session"});
}

void Roster::Newcomer::join() {
  if (joined_) return;
  place_ = roster_.newcomers_.insert(roster_.newcomers_.end(), this);
  joined_ = true;
}

void Roster::Newcomer::leave() {
  if (!joined_) return;
  roster_.newcomers_.erase(place_);
  joined_ = false;
}

bool Roster::make_room() {
  if (newcomers_.empty()) return false;
  Newcomer& oldest = *newcomers_.front();
  oldest.leave();
  oldest.client_.cancel({net::Kind::Cancelled, net::Origin::Here, "made room for another client"});
  return true;
}

}  // namespace postern::proxy
