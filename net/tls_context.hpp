// What a TLS handshake needs to know beforehand, for either role.
//
// A TlsContext is immutable. A reload makes a new one and swaps the pointer; streams that were
// secured with the old one keep it alive. Contexts are made per worker, from identities loaded
// once: certificates and keys are shared, OpenSSL's locks are not.
//
// One code path serves implicit and upgraded TLS on both sides: there is nothing here that knows
// how a stream came to start its handshake.

#pragma once

#include "net/result.hpp"
#include "wire/secret.hpp"

#include <openssl/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postern::net {

class TicketKeys;  // net/ticket_keys.hpp

enum class TlsVersion : std::uint8_t { Tls10, Tls11, Tls12, Tls13 };

// A certificate chain with its key, checked to belong together.
class TlsIdentity {
 public:
  // From PEM text. The errors say what is wrong, not which file: the caller knows that.
  static Result<std::shared_ptr<const TlsIdentity>> load(std::string_view chain_pem,
                                                         const wire::Secret& key_pem);

  ~TlsIdentity();
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  // Wall-clock bounds of the leaf certificate.
  [[nodiscard]] std::chrono::system_clock::time_point not_before() const { return not_before_; }

  [[nodiscard]] std::chrono::system_clock::time_point not_after() const { return not_after_; }

  // Whether the leaf names the host; a certificate's wildcard counts (RFC 6125).
  [[nodiscard]] bool covers(const std::string& host) const;

 private:
  friend class TlsContext;

  TlsIdentity() = default;

  X509* leaf_ = nullptr;
  EVP_PKEY* key_ = nullptr;
  std::vector<X509*> chain_;
  std::chrono::system_clock::time_point not_before_;
  std::chrono::system_clock::time_point not_after_;
};

// One set of names and the identities that prove them: an ECDSA and an RSA one may stand side by
// side. `names` are matched without case; "*.example.org" stands for one label.
struct TlsHost {
  std::vector<std::string> names;
  std::vector<std::shared_ptr<const TlsIdentity>> identities;
};

struct ServerTls {
  std::vector<TlsHost> hosts;  // the first serves clients that name none, or an unknown one
  TlsVersion version_min = TlsVersion::Tls12;
  std::string ciphers;        // OpenSSL list for TLS 1.2 and below; empty: the library's default
  std::string ciphersuites;   // for TLS 1.3, likewise
  bool legacy = false;        // allow what security level 0 allows, which TLS 1.0 and 1.1 need
  std::string protocols;      // ALPN names that are accepted, separated by blanks
  std::string session_scope;  // sessions resume only within one scope: the listener's name
  std::shared_ptr<TicketKeys> tickets;  // null: no tickets
};

enum class Verify : std::uint8_t {
  Full,       // chain and name
  Authority,  // chain only
  Pin,        // SHA-256 of the leaf's public key, chain and name not looked at
  None,
};

struct ClientTls {
  Verify verify = Verify::Full;
  std::string authorities_pem;                  // empty: the system's
  std::vector<std::string> pins;                // 64 hexadecimal digits each
  std::shared_ptr<const TlsIdentity> identity;  // what we show when asked; may be null
  TlsVersion version_min = TlsVersion::Tls12;
};

class TlsContext {
 public:
  // How far the clock of whoever issued an upstream's certificate may be from ours.
  static constexpr std::chrono::seconds kClockSlack{60};

  static Result<std::shared_ptr<const TlsContext>> server(const ServerTls& settings);
  static Result<std::shared_ptr<const TlsContext>> client(const ClientTls& settings);

  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  [[nodiscard]] bool is_server() const { return is_server_; }

 private:
  friend class TlsEngine;

  struct NamedContext {
    std::string name;
    SSL_CTX* context;
  };

  TlsContext() = default;

  Result<> build_host(const ServerTls& settings, const TlsHost& host);

  // A fresh SSL, for a client with the name it is to find in the certificate. Null: out of memory.
  [[nodiscard]] SSL* make(const std::string& server_name) const;

  static int choose_host(SSL* ssl, int* alert, void* context);
  static int choose_protocol(SSL* ssl,
                             const unsigned char** chosen,
                             unsigned char* chosen_size,
                             const unsigned char* offered,
                             unsigned offered_size,
                             void* context);
  static int forgive_clock(int is_good, X509_STORE_CTX* store);
  static int check_pin(X509_STORE_CTX* store, void* context);

  std::vector<SSL_CTX*> contexts_;  // one per host; the first is the default
  std::vector<NamedContext> names_;
  std::string protocols_;  // ALPN wire form
  std::vector<std::string> pins_;
  Verify verify_ = Verify::Full;
  bool is_server_ = false;
};

// OpenSSL's own words for the error on top of this thread's queue, which is emptied.
std::string take_tls_error();

}  // namespace postern::net
