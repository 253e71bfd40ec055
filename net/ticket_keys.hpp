// The keys that TLS session tickets are sealed with (RFC 5077, section 4; RFC 8446, section 4.6.1).
//
// Random, in memory only, one set for all workers so that a client may come back to any of them. A
// new key is made every twelve hours; tickets of the key before are still read and renewed. Whoever
// gets the memory gets at most a day of resumptions, and no mail: TLS 1.3 resumption still runs a
// key exchange.

#pragma once

#include "net/timer.hpp"

#include <openssl/types.h>

#include <array>
#include <cstdint>
#include <mutex>

namespace postern::net {

class TicketKeys {
 public:
  static constexpr Duration kLife = std::chrono::hours(12);

  TicketKeys();
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;
  ~TicketKeys();

  // Makes a new key the current one. Any thread.
  void rotate();

  // OpenSSL's ticket callback: seals or opens one ticket. As SSL_CTX_set_tlsext_ticket_key_evp_cb
  // wants it: 1 found, 2 found but to be renewed, 0 unknown, -1 failed. Any thread.
  int apply(
      unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, bool seal);

 private:
  struct Key {
    std::array<unsigned char, 16> name;
    std::array<unsigned char, 32> cipher;
    std::array<unsigned char, 32> mac;
  };

  void make(Key& key) const;
  void rotate_locked();

  std::mutex mutex_;
  std::array<Key, 2> keys_{};  // current, previous
  Time made_;
};

}  // namespace postern::net
