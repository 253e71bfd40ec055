// Seats.

#include "proxy/occupancy.hpp"

#include <utility>
#include <vector>

namespace postern::proxy {

Seat& Seat::operator=(Seat&& other) noexcept {
  if (this != &other) {
    if (table_ != nullptr) table_->leave(*place_);
    table_ = std::exchange(other.table_, nullptr);
    place_ = other.place_;
  }
  return *this;
}

Seat::~Seat() {
  if (table_ != nullptr) table_->leave(*place_);
}

std::optional<Seat> Occupancy::take(const SeatWish& wish) {
  std::string user = std::string(wish.key.upstream) + '\0' + std::string(wish.key.user);
  std::vector<std::function<void()>> evicted;
  std::optional<Seat> seat;
  {
    const std::scoped_lock lock(mutex_);
    Places& places = users_[user];
    std::size_t staying = 0;
    for (Seat::Place& place : places) {
      const bool same = place.mailbox == wish.key.mailbox;
      if (same && wish.lock == conf::Lock::Refuse) return std::nullopt;
      if (same && wish.lock == conf::Lock::Steal && place.evict) {
        evicted.push_back(place.evict);
      } else {
        ++staying;
      }
    }
    if (staying >= wish.sessions_max) {
      if (places.empty()) users_.erase(user);
      return std::nullopt;
    }
    places.push_back(
        {.user = std::move(user), .mailbox = std::string(wish.key.mailbox), .evict = wish.evict});
    places.back().self = std::prev(places.end());
    ++seats_;
    seat = Seat(*this, places.back());
  }
  // Outside the lock: an evicted session gives its seat back.
  for (const auto& evict : evicted)
    evict();
  return seat;
}

void Occupancy::leave(Seat::Place& place) {
  const std::scoped_lock lock(mutex_);
  const auto found = users_.find(place.user);
  --seats_;
  found->second.erase(place.self);
  if (found->second.empty()) users_.erase(found);
}

bool Occupancy::is_early(const net::Digest& login, net::Duration delay, net::Time now) {
  if (delay == net::Duration::zero()) return false;
  const std::scoped_lock lock(mutex_);
  const auto found = logins_.find(login);
  return found != logins_.end() && now - found->second < delay;
}

void Occupancy::note_login(const net::Digest& login, net::Duration delay, net::Time now) {
  if (delay == net::Duration::zero()) return;
  const std::scoped_lock lock(mutex_);
  if (logins_.size() >= kPacedMax) {
    std::erase_if(logins_, [&](const auto& entry) { return now - entry.second >= delay; });
    if (logins_.size() >= kPacedMax) logins_.erase(logins_.begin());
  }
  logins_[login] = now;
}

std::size_t Occupancy::seats() const {
  const std::scoped_lock lock(mutex_);
  return seats_;
}

}  // namespace postern::proxy
