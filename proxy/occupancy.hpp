// Who has a maildrop open: the bound on sessions of one user, the exclusive lock where the operator
// wants one (RFC 1939, section 8), and the pace of logins (RFC 2449, section 6.5).
//
// A lock is not needed for safety, since messages are named by UID and every step of the commit may
// be repeated; so the default is none, and half-dead dial-up sessions shut nobody out. Only those
// whom the upstream let in are counted: nobody can occupy a stranger's seats. Any thread may call.

#pragma once

#include "conf/words.hpp"
#include "net/digest.hpp"
#include "net/octet_hash.hpp"
#include "net/timer.hpp"
#include "proxy/state.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace postern::proxy {

class Occupancy;

// A place in a maildrop, given back when this ends.
class Seat {
 public:
  Seat() = default;

  Seat(Seat&& other) noexcept : table_(other.table_), place_(other.place_) {
    other.table_ = nullptr;
  }

  Seat& operator=(Seat&& other) noexcept;
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;
  ~Seat();

 private:
  friend class Occupancy;

  struct Place;

  Seat(Occupancy& table, Place& place) : table_(&table), place_(&place) {}

  Occupancy* table_ = nullptr;
  Place* place_ = nullptr;
};

struct SeatWish {
  MailboxKey key;
  std::size_t sessions_max;  // of this user on this upstream
  conf::Lock lock;
  std::function<void()> evict;  // ends the session that sits here; for Lock::Steal
};

class Occupancy {
 public:
  static constexpr std::size_t kPacedMax = 100'000;  // logins remembered for LOGIN-DELAY

  Occupancy() = default;
  Occupancy(const Occupancy&) = delete;
  Occupancy& operator=(const Occupancy&) = delete;

  // Nothing if the user has too many sessions, or the maildrop is locked.
  [[nodiscard]] std::optional<Seat> take(const SeatWish& wish);

  // Whether the last login with this very digest of user and secret was less than `delay` ago.
  [[nodiscard]] bool is_early(const net::Digest& login, net::Duration delay, net::Time now);

  // A login succeeded.
  void note_login(const net::Digest& login, net::Duration delay, net::Time now);

  [[nodiscard]] std::size_t seats() const;

 private:
  friend class Seat;

  using Places = std::list<Seat::Place>;

  void leave(Seat::Place& place);

  mutable std::mutex mutex_;  // guards what follows
  std::unordered_map<std::string, Places> users_;
  std::unordered_map<net::Digest, net::Time, net::OctetHash> logins_;
  std::size_t seats_ = 0;
};

// Defined here for Occupancy's lists.
struct Seat::Place {
  std::string user;  // key of Occupancy::users_
  std::string mailbox;
  std::function<void()> evict;
  std::list<Place>::iterator self{};
};

}  // namespace postern::proxy
