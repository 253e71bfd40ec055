// Certificates for tests, made in memory: an authority and what it signs, good and bad.

#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>

namespace postern::test {

struct Pem {
  std::string certificate;  // the chain, leaf first
  std::string key;
};

struct LeafWishes {
  std::string name = "localhost";  // subject alternative name; "IP:127.0.0.1" makes an address
  int starts_in_days = -1;
  int ends_in_days = 30;
  int and_seconds = 0;      // added to both
  bool for_servers = true;  // extended key usage serverAuth, else clientAuth
  bool rsa = false;         // RSA 2048 instead of ECDSA P-256
  int rsa_bits = 2048;
  bool self_signed = false;
};

// An authority with its own key.
class Authority {
 public:
  Authority();
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  [[nodiscard]] Pem issue(const LeafWishes& wishes = {}) const;

  // The authority's certificate, for those who are to trust it.
  [[nodiscard]] const std::string& pem() const { return pem_; }

  // One that lives as long as the test program: making keys takes time.
  static const Authority& shared();

 private:
  EVP_PKEY* key_;
  X509* certificate_;
  std::string pem_;
};

}  // namespace postern::test
