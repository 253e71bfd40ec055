// SHA-256 and HMAC-SHA256 (FIPS 180-4, RFC 2104), for keys of tables and comparisons of secrets.

#pragma once

#include <openssl/types.h>

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace postern::net {

using Digest = std::array<unsigned char, 32>;

// Any thread may use it.
class DigestKey {
 public:
  DigestKey();  // random: it exists in this process only
  explicit DigestKey(const Digest& key);
  ~DigestKey();
  DigestKey(const DigestKey&) = delete;
  DigestKey& operator=(const DigestKey&) = delete;

  // The pieces are kept apart: ("ab", "c") and ("a", "bc") differ.
  [[nodiscard]] Digest hmac(std::initializer_list<std::string_view> pieces) const;

 private:
  void arm(const Digest& key);

  EVP_MAC_CTX* keyed_;  // copied for each HMAC: looking algorithms up costs more than using them
};

Digest sha256(std::string_view octets);

// Lower case.
std::string hex(std::span<const unsigned char> octets);

}  // namespace postern::net
