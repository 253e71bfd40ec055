// Who read mail from which address a short while ago, for programs that cannot log in to send (POP
// before SMTP): an address may send in the name of an account that logged in from it.
//
// It is a weak proof: everybody behind the same address has it. So it holds for the exact address
// and for the accounts that were used there, for a time, and for so many messages; and only where
// the operator says so. Addresses of this machine, and those of networks that share one among many
// customers, are left to the caller to leave out.
//
// Counted for the process as a whole, bounded in size, keyed hashes only. Any thread may call.

#pragma once

#include "conf/settings.hpp"
#include "net/address.hpp"
#include "net/digest.hpp"
#include "net/octet_hash.hpp"
#include "net/timer.hpp"

#include <array>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace postern::proxy {

class RecentLogins {
 public:
  static constexpr std::size_t kAddressesMax = 100'000;
  static constexpr std::size_t kAccountsMax = 8;  // of one address; the oldest login goes first

  // Somebody logged in: as `user` typed it, and as the upstream knows it. Letter case is not told
  // apart.
  void note(const net::Address& client,
            std::string_view user,
            std::string_view login,
            net::Time now);

  enum class Advice : unsigned char { Stranger, TooMany, Send };

  // Whether a message from there may have that sender; counts it if so.
  [[nodiscard]] Advice consult(const net::Address& client,
                               std::string_view sender,
                               const conf::Submission& settings,
                               net::Time now);

 private:
  struct Account {
    net::Digest user;
    net::Digest login;
    net::Time seen_at;
    net::Time counting_since{};
    unsigned messages = 0;  // since then
  };

  using Key = std::array<unsigned char, 16>;

  [[nodiscard]] net::Digest digest_of(std::string_view name) const;
  void make_room();

  net::DigestKey key_;
  std::mutex mutex_;  // guards what follows
  std::unordered_map<Key, std::vector<Account>, net::OctetHash> addresses_;
};

}  // namespace postern::proxy
