// Building SSL_CTXs: certificates, SNI, ALPN, tickets, and the verification of upstreams.

#include "net/tls_context.hpp"

#include "net/address.hpp"
#include "net/ticket_keys.hpp"
#include "net/tls_engine.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <span>
#include <utility>

namespace postern::net {

namespace {

struct BioFree {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

using Bio = std::unique_ptr<BIO, BioFree>;

Bio reading(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::unexpected<Error> refused(const std::string& what) {
  const std::string why = take_tls_error();
  return failure(Kind::Tls, Origin::Here, why.empty() ? what : what + ": " + why);
}

int openssl_version(TlsVersion version) {
  switch (version) {
    case TlsVersion::Tls10:
      return TLS1_VERSION;
    case TlsVersion::Tls11:
      return TLS1_1_VERSION;
    case TlsVersion::Tls12:
      return TLS1_2_VERSION;
    case TlsVersion::Tls13:
      return TLS1_3_VERSION;
  }
  return TLS1_2_VERSION;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) { return lower(c); });
  return result;
}

std::chrono::system_clock::time_point time_of(const ASN1_TIME* asn1) {
  std::tm parts{};
  if (asn1 == nullptr || ASN1_TIME_to_tm(asn1, &parts) != 1) return {};
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

// What both roles share.
void set_up(SSL_CTX* context, TlsVersion version_min) {
  SSL_CTX_set_min_proto_version(context, openssl_version(version_min));
  SSL_CTX_set_options(context,
                      SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_ANTI_REPLAY);
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 0);
  SSL_CTX_set_msg_callback(context, &TlsEngine::watch_messages);
}

TicketKeys* tickets_of(SSL* ssl);

}  // namespace

std::string take_tls_error() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  if (code == 0) return {};
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "unknown reason";
}

// ---- identities

Result<std::shared_ptr<const TlsIdentity>> TlsIdentity::load(std::string_view chain_pem,
                                                             const wire::Secret& key_pem) {
  const std::shared_ptr<TlsIdentity> identity(new TlsIdentity);
  const Bio chain = reading(chain_pem);
  identity->leaf_ = PEM_read_bio_X509_AUX(chain.get(), nullptr, nullptr, nullptr);
  if (identity->leaf_ == nullptr) return refused("no certificate in PEM form");
  while (X509* next = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)) {
    identity->chain_.push_back(next);
  }
  ERR_clear_error();  // the end of the file is reported as an error

  const Bio key = reading(key_pem.reveal());
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  identity->key_ = PEM_read_bio_PrivateKey(key.get(), nullptr, no_passphrase, nullptr);
  if (identity->key_ == nullptr) return refused("no private key in PEM form without passphrase");
  if (X509_check_private_key(identity->leaf_, identity->key_) != 1) {
    return refused("the private key does not belong to the certificate");
  }
  identity->not_before_ = time_of(X509_get0_notBefore(identity->leaf_));
  identity->not_after_ = time_of(X509_get0_notAfter(identity->leaf_));
  return identity;
}

TlsIdentity::~TlsIdentity() {
  X509_free(leaf_);
  for (X509* certificate : chain_)
    X509_free(certificate);
  EVP_PKEY_free(key_);
}

bool TlsIdentity::covers(const std::string& host) const {
  if (host.starts_with("*.")) {
    return X509_check_host(leaf_, ("any" + host.substr(1)).c_str(), 0, 0, nullptr) == 1;
  }
  return X509_check_host(leaf_, host.c_str(), host.size(), 0, nullptr) == 1;
}

// ---- the server's side

Result<std::shared_ptr<const TlsContext>> TlsContext::server(const ServerTls& settings) {
  const std::shared_ptr<TlsContext> made(new TlsContext);
  made->is_server_ = true;
  for (std::string_view rest = settings.protocols; !rest.empty();) {
    const std::string_view name = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    made->protocols_ += static_cast<char>(name.size());
    made->protocols_ += name;
  }
  for (const TlsHost& host : settings.hosts) {
    if (auto built = made->build_host(settings, host); !built)
      return std::unexpected(built.error());
  }
  if (made->contexts_.empty()) return failure(Kind::Tls, Origin::Here, "no certificate");
  return made;
}

Result<> TlsContext::build_host(const ServerTls& settings, const TlsHost& host) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  if (context == nullptr) return refused("cannot make a TLS context");
  contexts_.push_back(context);
  set_up(context, settings.version_min);
  if (settings.legacy) SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, settings.tickets ? 1 : 0);
  SSL_CTX_set_max_early_data(context, 0);
  SSL_CTX_set_dh_auto(context, 1);
  const std::string& scope = settings.session_scope;
  std::array<unsigned char, SHA256_DIGEST_LENGTH> id{};
  SHA256(reinterpret_cast<const unsigned char*>(scope.data()), scope.size(), id.data());
  SSL_CTX_set_session_id_context(context, id.data(), id.size());
  if (settings.tickets) {
    // The SSL_CTX keeps the keys alive by an ex_data slot, see tickets_of().
    TlsEngine::keep_tickets(context, settings.tickets);
    SSL_CTX_set_timeout(
        context, std::chrono::duration_cast<std::chrono::seconds>(TicketKeys::kLife).count());
    SSL_CTX_set_tlsext_ticket_key_evp_cb(
        context,
        [](SSL* ssl,
           unsigned char* name,
           unsigned char* iv,
           EVP_CIPHER_CTX* cipher,
           EVP_MAC_CTX* mac,
           int seal) {
          TicketKeys* keys = tickets_of(ssl);
          return keys == nullptr ? 0 : keys->apply(name, iv, cipher, mac, seal == 1);
        });
  } else {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  }
  if (!settings.ciphers.empty() &&
      SSL_CTX_set_cipher_list(context, settings.ciphers.c_str()) != 1) {
    return refused("no known cipher in \"" + settings.ciphers + "\"");
  }
  if (!settings.ciphersuites.empty() &&
      SSL_CTX_set_ciphersuites(context, settings.ciphersuites.c_str()) != 1) {
    return refused("no known ciphersuite in \"" + settings.ciphersuites + "\"");
  }
  for (const auto& identity : host.identities) {
    bool ok = SSL_CTX_use_certificate(context, identity->leaf_) == 1 &&
              SSL_CTX_use_PrivateKey(context, identity->key_) == 1;
    for (X509* next : identity->chain_)
      ok = ok && SSL_CTX_add1_chain_cert(context, next) == 1;
    if (!ok) return refused("cannot use the certificate");
  }
  SSL_CTX_set_tlsext_servername_callback(context, &TlsContext::choose_host);
  SSL_CTX_set_tlsext_servername_arg(context, this);
  if (!protocols_.empty()) SSL_CTX_set_alpn_select_cb(context, &TlsContext::choose_protocol, this);
  for (const std::string& name : host.names)
    names_.push_back({lower(name), context});
  return {};
}

// SNI (RFC 6066, section 3): a fixed list, nothing is kept per name; an unknown name gets the
// default.
int TlsContext::choose_host(SSL* ssl, int* /*alert*/, void* self) {
  const char* asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (asked == nullptr) return SSL_TLSEXT_ERR_NOACK;
  const std::string name = lower(asked);
  const std::size_t dot = name.find('.');
  const std::string wild = dot == std::string::npos ? std::string() : "*" + name.substr(dot);
  SSL_CTX* best = nullptr;
  for (const NamedContext& known : static_cast<TlsContext*>(self)->names_) {
    if (known.name == name) {
      best = known.context;
      break;
    }
    if (known.name == wild) best = known.context;
  }
  if (best != nullptr) SSL_set_SSL_CTX(ssl, best);
  return best != nullptr ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

// ALPN (RFC 7301): a client that offers protocols must offer one of ours, against web requests that
// are bounced to a mail port. Without the extension everything is as ever.
int TlsContext::choose_protocol(SSL* /*ssl*/,
                                const unsigned char** chosen,
                                unsigned char* chosen_size,
                                const unsigned char* offered,
                                unsigned offered_size,
                                void* self) {
  const std::string& ours = static_cast<TlsContext*>(self)->protocols_;
  unsigned char* match = nullptr;
  const int found = SSL_select_next_proto(&match,
                                          chosen_size,
                                          reinterpret_cast<const unsigned char*>(ours.data()),
                                          static_cast<unsigned>(ours.size()),
                                          offered,
                                          offered_size);
  if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = match;
  return SSL_TLSEXT_ERR_OK;
}

// ---- the client's side

Result<std::shared_ptr<const TlsContext>> TlsContext::client(const ClientTls& settings) {
  const std::shared_ptr<TlsContext> made(new TlsContext);
  made->verify_ = settings.verify;
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  if (context == nullptr) return refused("cannot make a TLS context");
  made->contexts_.push_back(context);
  set_up(context, settings.version_min);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  if (settings.identity) {
    const TlsIdentity& identity = *settings.identity;
    bool ok = SSL_CTX_use_certificate(context, identity.leaf_) == 1 &&
              SSL_CTX_use_PrivateKey(context, identity.key_) == 1;
    for (X509* next : identity.chain_)
      ok = ok && SSL_CTX_add1_chain_cert(context, next) == 1;
    if (!ok) return refused("cannot use the client certificate");
  }
  for (const std::string& pin : settings.pins)
    made->pins_.push_back(lower(pin));

  switch (settings.verify) {
    case Verify::None:
      SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
      return made;
    case Verify::Pin:
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
      SSL_CTX_set_cert_verify_callback(context, &TlsContext::check_pin, made.get());
      return made;
    case Verify::Full:
    case Verify::Authority:
      break;
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, &TlsContext::forgive_clock);
  if (settings.authorities_pem.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) != 1) return refused("no system authorities");
    return made;
  }
  const Bio authorities = reading(settings.authorities_pem);
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  int added = 0;
  while (X509* authority = PEM_read_bio_X509(authorities.get(), nullptr, nullptr, nullptr)) {
    added += X509_STORE_add_cert(store, authority);
    X509_free(authority);
  }
  ERR_clear_error();
  if (added == 0) return failure(Kind::Tls, Origin::Here, "no authority in PEM form");
  return made;
}

// Clocks differ: a certificate that begins or ends within kClockSlack of now is in time.
int TlsContext::forgive_clock(int is_good, X509_STORE_CTX* store) {
  const X509* certificate = X509_STORE_CTX_get_current_cert(store);
  if (is_good == 1 || certificate == nullptr) return is_good;
  const std::time_t now = std::time(nullptr);
  bool in_time = false;
  if (X509_STORE_CTX_get_error(store) == X509_V_ERR_CERT_NOT_YET_VALID) {
    std::time_t later = now + kClockSlack.count();
    in_time = X509_cmp_time(X509_get0_notBefore(certificate), &later) < 0;
  } else if (X509_STORE_CTX_get_error(store) == X509_V_ERR_CERT_HAS_EXPIRED) {
    std::time_t earlier = now - kClockSlack.count();
    in_time = X509_cmp_time(X509_get0_notAfter(certificate), &earlier) > 0;
  }
  if (!in_time) return 0;
  X509_STORE_CTX_set_error(store, X509_V_OK);
  return 1;
}

int TlsContext::check_pin(X509_STORE_CTX* store, void* self) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  unsigned char* key = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(X509_STORE_CTX_get0_cert(store)), &key);
  if (size <= 0) return 0;
  SHA256(key, static_cast<std::size_t>(size), digest.data());
  OPENSSL_free(key);
  std::string text;
  for (const unsigned char octet : digest) {
    text += "0123456789abcdef"[octet >> 4U];
    text += "0123456789abcdef"[octet & 15U];
  }
  const auto& pins = static_cast<TlsContext*>(self)->pins_;
  if (std::ranges::find(pins, text) != pins.end()) return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
  return 0;
}

TlsContext::~TlsContext() {
  for (SSL_CTX* context : contexts_)
    SSL_CTX_free(context);
}

SSL* TlsContext::make(const std::string& server_name) const {
  SSL* ssl = SSL_new(contexts_.front());
  if (ssl == nullptr) return nullptr;
  if (is_server_) {
    SSL_set_accept_state(ssl);
    return ssl;
  }
  SSL_set_connect_state(ssl);
  const bool numeric = Address::parse(server_name, 0).has_value();
  if (!numeric) SSL_set_tlsext_host_name(ssl, server_name.c_str());
  if (verify_ == Verify::Full) {
    X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl);
    X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const int set =
        numeric ? X509_VERIFY_PARAM_set1_ip_asc(wanted, server_name.c_str())
                : X509_VERIFY_PARAM_set1_host(wanted, server_name.data(), server_name.size());
    if (set != 1 || server_name.empty()) {
      SSL_free(ssl);
      return nullptr;
    }
  }
  return ssl;
}

namespace {

TicketKeys* tickets_of(SSL* ssl) {
  return TlsEngine::kept_tickets(SSL_get_SSL_CTX(ssl));
}

}  // namespace

}  // namespace postern::net
