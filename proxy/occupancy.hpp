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
#include "proxy/mailbox_key.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace postern::proxy {

class Occupancy;

// A place in a maildrop, given back when this ends.
class Seat {
 public:
  Seat() = default;

  Seat(Seat&& other) noexcept
      : table_(std::exchange(other.table_, nullptr)), user_(other.user_), lock_(other.lock_) {}

  Seat& operator=(Seat&& other) noexcept;
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;
  ~Seat();

 private:
  friend class Occupancy;

  // Somebody who holds a maildrop for itself, or may have to give way to one who will.
  struct Lock {
    std::string mailbox;
    std::function<void()> evict;
  };

  struct User {
    std::size_t sessions = 0;
    std::list<Lock> locks;  // of those sessions that have one
  };

  using Users = std::unordered_map<std::string, User>;

  Occupancy* table_ = nullptr;
  Users::value_type* user_ = nullptr;
  Lock* lock_ = nullptr;  // null: the maildrop is shared
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

  // Users with a session.
  [[nodiscard]] std::size_t users() const;

  // Maildrops that sessions hold for themselves.
  [[nodiscard]] std::size_t locks() const;

 private:
  friend class Seat;

  void leave(Seat& seat);

  mutable std::mutex mutex_;  // guards what follows
  Seat::Users users_;
  std::size_t locks_ = 0;
  std::unordered_map<net::Digest, net::Time, net::OctetHash> logins_;
};

}  // namespace postern::proxy
