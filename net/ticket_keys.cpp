// AES-256-CBC with HMAC-SHA256, encrypt then MAC, as OpenSSL's own tickets.

#include "net/ticket_keys.hpp"

#include "wire/secret.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cassert>
#include <cstring>

namespace postern::net {

namespace {

bool arm_mac(EVP_MAC_CTX* mac, std::array<unsigned char, 32> key) {
  std::array<char, 7> digest = {'S', 'H', 'A', '2', '5', '6', '\0'};
  const std::array<OSSL_PARAM, 3> parameters = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.data(), key.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  const bool ok = EVP_MAC_CTX_set_params(mac, parameters.data()) == 1;
  wire::wipe(std::span<char>(reinterpret_cast<char*>(key.data()), key.size()));
  return ok;
}

}  // namespace

TicketKeys::TicketKeys() : made_(std::chrono::steady_clock::now()) {
  make(keys_[0]);
  make(keys_[1]);
}

TicketKeys::~TicketKeys() {
  wire::wipe(std::span<char>(reinterpret_cast<char*>(keys_.data()), sizeof keys_));
}

void TicketKeys::make(Key& key) const {
  const int made = RAND_bytes(reinterpret_cast<unsigned char*>(&key), sizeof key);
  assert(made == 1);  // without randomness nothing here is safe
  (void)made;
}

void TicketKeys::rotate() {
  const std::scoped_lock lock(mutex_);
  rotate_locked();
}

void TicketKeys::rotate_locked() {
  keys_[1] = keys_[0];
  make(keys_[0]);
  made_ = std::chrono::steady_clock::now();
}

int TicketKeys::apply(
    unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, bool seal) {
  const std::scoped_lock lock(mutex_);
  if (seal) {
    if (std::chrono::steady_clock::now() - made_ > kLife) rotate_locked();
    const Key& key = keys_[0];
    const auto iv_size = static_cast<int>(EVP_CIPHER_get_iv_length(EVP_aes_256_cbc()));
    if (RAND_bytes(iv, iv_size) != 1) return -1;
    std::ranges::copy(key.name, name);
    if (EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.data(), iv) != 1)
      return -1;
    return arm_mac(mac, key.mac) ? 1 : -1;
  }
  for (std::size_t age = 0; age < keys_.size(); ++age) {
    const Key& key = keys_[age];
    if (std::memcmp(name, key.name.data(), key.name.size()) != 0) continue;
    if (!arm_mac(mac, key.mac)) return -1;
    if (EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.data(), iv) != 1)
      return -1;
    return age == 0 ? 1 : 2;
  }
  return 0;
}

}  // namespace postern::net
