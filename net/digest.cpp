// Digests by OpenSSL.

#include "net/digest.hpp"

#include "wire/secret.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <cassert>
#include <cstdint>

namespace postern::net {

DigestKey::DigestKey() : key_{} {
  const int filled = RAND_bytes(key_.data(), static_cast<int>(key_.size()));
  assert(filled == 1);
  (void)filled;
}

DigestKey::~DigestKey() {
  wire::wipe(std::span<char>(reinterpret_cast<char*>(key_.data()), key_.size()));
}

Digest DigestKey::hmac(std::initializer_list<std::string_view> pieces) const {
  std::string text;
  for (const std::string_view piece : pieces) {
    const auto size = static_cast<std::uint64_t>(piece.size());
    text.append(reinterpret_cast<const char*>(&size), sizeof size);
    text.append(piece);
  }
  Digest digest{};
  HMAC(EVP_sha256(),
       key_.data(),
       static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(text.data()),
       text.size(),
       digest.data(),
       nullptr);
  wire::wipe(text);
  return digest;
}

Digest sha256(std::string_view octets) {
  Digest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(octets.data()), octets.size(), digest.data());
  return digest;
}

std::string hex(std::span<const unsigned char> octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(octets.size() * 2);
  for (const unsigned char octet : octets) {
    text += kDigits[octet >> 4U];
    text += kDigits[octet & 15U];
  }
  return text;
}

}  // namespace postern::net
