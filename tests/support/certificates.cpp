// Certificates by OpenSSL's own calls. Anything that fails here is a broken test machine: assert.

#include "tests/support/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <cassert>

namespace postern::test {

namespace {

std::string text_of(BIO* bio) {
  char* octets = nullptr;
  const long size = BIO_get_mem_data(bio, &octets);
  std::string text(octets, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

std::string pem_of(X509* certificate) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  return text_of(bio);
}

std::string pem_of(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(bio);
}

void extend(X509* certificate, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  assert(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* blank(EVP_PKEY* key, const std::string& common_name, const LeafWishes& wishes) {
  static long serial = 1;
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate),
                  86400L * wishes.starts_in_days + wishes.and_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate),
                  86400L * wishes.ends_in_days + wishes.and_seconds);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name,
                             "CN",
                             MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()),
                             -1,
                             -1,
                             0);
  return certificate;
}

}  // namespace

Authority::Authority() : key_(EVP_EC_gen("P-256")) {
  certificate_ = blank(key_, "Test Authority", {.ends_in_days = 365});
  X509_set_issuer_name(certificate_, X509_get_subject_name(certificate_));
  extend(certificate_, certificate_, NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate_, certificate_, NID_key_usage, "critical,keyCertSign,cRLSign");
  X509_sign(certificate_, key_, EVP_sha256());
  pem_ = pem_of(certificate_);
}

Authority::~Authority() {
  X509_free(certificate_);
  EVP_PKEY_free(key_);
}

Pem Authority::issue(const LeafWishes& wishes) const {
  EVP_PKEY* key =
      wishes.rsa ? EVP_RSA_gen(static_cast<unsigned>(wishes.rsa_bits)) : EVP_EC_gen("P-256");
  X509* leaf = blank(key, "leaf", wishes);
  X509* issuer = wishes.self_signed ? leaf : certificate_;
  X509_set_issuer_name(leaf, X509_get_subject_name(issuer));
  extend(leaf, issuer, NID_basic_constraints, "critical,CA:FALSE");
  extend(leaf, issuer, NID_ext_key_usage, wishes.for_servers ? "serverAuth" : "clientAuth");
  const bool numeric = wishes.name.starts_with("IP:");
  extend(leaf, issuer, NID_subject_alt_name, numeric ? wishes.name : "DNS:" + wishes.name);
  X509_sign(leaf, wishes.self_signed ? key : key_, EVP_sha256());
  Pem pem{.certificate = pem_of(leaf), .key = pem_of(key)};
  X509_free(leaf);
  EVP_PKEY_free(key);
  return pem;
}

const Authority& Authority::shared() {
  static const Authority authority;
  return authority;
}

}  // namespace postern::test
