// Digests by OpenSSL.

#include "net/digest.hpp"

#include "wire/secret.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <cassert>
#include <cstdint>

namespace postern::net {

DigestKey::DigestKey() : keyed_(nullptr) {
  Digest key{};
  const bool filled = RAND_bytes(key.data(), static_cast<int>(key.size())) == 1;
  assert(filled);
  (void)filled;
  arm(key);
  wire::wipe(std::span<char>(reinterpret_cast<char*>(key.data()), key.size()));
}

DigestKey::DigestKey(const Digest& key) : keyed_(nullptr) {
  arm(key);
}

void DigestKey::arm(const Digest& key) {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  keyed_ = EVP_MAC_CTX_new(mac);
  EVP_MAC_free(mac);
  std::array<char, 7> digest = {'S', 'H', 'A', '2', '5', '6', '\0'};
  const std::array<OSSL_PARAM, 2> parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  const bool armed =
      keyed_ != nullptr && EVP_MAC_init(keyed_, key.data(), key.size(), parameters.data()) == 1;
  assert(armed);
  (void)armed;
}

DigestKey::~DigestKey() {
  EVP_MAC_CTX_free(keyed_);
}

Digest DigestKey::hmac(std::initializer_list<std::string_view> pieces) const {
  EVP_MAC_CTX* mac = EVP_MAC_CTX_dup(keyed_);
  bool good = mac != nullptr;
  for (const std::string_view piece : pieces) {
    const std::uint64_t size = piece.size();
    good = good &&
           EVP_MAC_update(mac, reinterpret_cast<const unsigned char*>(&size), sizeof size) == 1 &&
           EVP_MAC_update(
               mac, reinterpret_cast<const unsigned char*>(piece.data()), piece.size()) == 1;
  }
  Digest digest{};
  std::size_t size = 0;
  good = good && EVP_MAC_final(mac, digest.data(), &size, digest.size()) == 1;
  EVP_MAC_CTX_free(mac);
  assert(good);  // a digest of nothing would make all users one
  (void)good;
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
