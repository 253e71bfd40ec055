// Seats.

#include "proxy/occupancy.hpp"

#include <utility>
#include <vector>

namespace postern::proxy {

Seat& Seat::operator=(Seat&& other) noexcept {
  if (this != &other) {
    if (table_ != nullptr) table_->leave(*this);
    table_ = std::exchange(other.table_, nullptr);
    user_ = other.user_;
    lock_ = other.lock_;
  }
  return *this;
}

Seat::~Seat() {
  if (table_ != nullptr) table_->leave(*this);
}

std::optional<Seat> Occupancy::take(const SeatWish& wish) {
  std::string name = std::string(wish.key.upstream) + '\0' + std::string(wish.key.user);
  std::vector<std::function<void()>> evicted;
  std::optional<Seat> seat;
  {
    const std::scoped_lock guard(mutex_);
    auto& user = *users_.try_emplace(std::move(name)).first;
    std::size_t giving_way = 0;
    bool is_locked = false;
    for (const Seat::Lock& lock : user.second.locks) {
      if (lock.mailbox != wish.key.mailbox) continue;
      is_locked = is_locked || wish.lock == conf::Lock::Refuse;
      if (wish.lock != conf::Lock::Steal) continue;
      evicted.push_back(lock.evict);
      ++giving_way;
    }
    if (is_locked || user.second.sessions - giving_way >= wish.sessions_max) {
      if (user.second.sessions == 0) users_.erase(user.first);
      return std::nullopt;
    }
    seat.emplace();
    seat->table_ = this;
    seat->user_ = &user;
    ++user.second.sessions;
    if (wish.lock != conf::Lock::None) {
      user.second.locks.push_back({.mailbox = std::string(wish.key.mailbox), .evict = wish.evict});
      seat->lock_ = &user.second.locks.back();
      ++locks_;
    }
  }
  // Outside the lock: an evicted session gives its seat back.
  for (const auto& evict : evicted)
    evict();
  return seat;
}

void Occupancy::leave(Seat& seat) {
  const std::scoped_lock guard(mutex_);
  Seat::User& user = seat.user_->second;
  locks_ -= user.locks.remove_if([&seat](const Seat::Lock& lock) { return &lock == seat.lock_; });
  if (--user.sessions == 0) users_.erase(seat.user_->first);
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

std::size_t Occupancy::users() const {
  const std::scoped_lock guard(mutex_);
  return users_.size();
}

std::size_t Occupancy::locks() const {
  const std::scoped_lock guard(mutex_);
  return locks_;
}

}  // namespace postern::proxy
