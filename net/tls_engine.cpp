// OpenSSL's side of a secured stream.
//
// The BIO never blocks on writing: what the kernel does not take is queued by the stream, whose
// bound is kept by whoever awaits its writes. So SSL_write either takes all or the connection is
// broken.

#include "net/tls_engine.hpp"

#include "net/loop.hpp"
#include "net/stream_core.hpp"
#include "net/ticket_keys.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace postern::net {

// ---- the loop's buffers

TlsBuffers::TlsBuffers()
    : incoming_(std::make_unique_for_overwrite<char[]>(kIncoming)),    // NOLINT(modernize-*)
      outgoing_(std::make_unique_for_overwrite<char[]>(kOutgoing)) {}  // NOLINT(modernize-*)

void TlsBuffers::gather(StreamCore& stream, std::string_view cipher) {
  if (owner_ != &stream || gathered_ + cipher.size() > kOutgoing) flush();
  assert(cipher.size() <= kOutgoing);  // OpenSSL writes record by record, at most 17 KiB each
  owner_ = &stream;
  std::memcpy(outgoing_.get() + gathered_, cipher.data(), cipher.size());
  gathered_ += cipher.size();
}

void TlsBuffers::flush() {
  if (gathered_ == 0) return;
  const std::string_view cipher(outgoing_.get(), std::exchange(gathered_, 0));
  std::exchange(owner_, nullptr)->push({&cipher, 1});
}

void TlsBuffers::forget(const StreamCore& stream) {
  if (owner_ != &stream) return;
  owner_ = nullptr;
  gathered_ = 0;
}

// ---- making and ending

std::unique_ptr<TlsEngine> TlsEngine::make(StreamCore& stream,
                                           std::shared_ptr<const TlsContext> context,
                                           const std::string& server_name) {
  std::unique_ptr<TlsEngine> engine(new TlsEngine(stream, std::move(context)));
  engine->ssl_ = engine->context_->make(server_name);
  BIO* bio = engine->ssl_ != nullptr ? BIO_new(bio_method()) : nullptr;
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, engine.get());
  BIO_set_init(bio, 1);
  SSL_set_bio(engine->ssl_, bio, bio);
  return engine;
}

TlsEngine::~TlsEngine() {
  SSL_free(ssl_);
  stream_.loop().blocks().put(stashed_);
}

// ---- records

TlsEngine::Step TlsEngine::shake_hands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  if (result == 1) {
    ready_ = true;
    // From now on secrets may come; wiping the buffers of a handshake would only take time.
    SSL_set_options(ssl_, SSL_OP_CLEANSE_PLAINTEXT);
    return Step::Done;
  }
  const Step step = failed(result);
  stream_.loop().tls_buffers().flush();
  return step;
}

TlsEngine::Step TlsEngine::decrypt(std::span<char> room, std::size_t& gained) {
  gained = 0;
  while (gained < room.size()) {
    // OpenSSL would find this out as well, after making and wiping a buffer for the next record.
    if (has_no_cipher()) return Step::Wait;
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_read_ex(ssl_, room.data() + gained, room.size() - gained, &count);
    gained += count;
    if (result == 1 && key_updates_ <= kKeyUpdatesMax) continue;
    if (key_updates_ > kKeyUpdatesMax) {
      gained = 0;
      error_ = std::make_unique<Error>(Kind::Limit, stream_.origin(), "too many TLS key updates");
      return Step::Failed;
    }
    return failed(result);
  }
  return Step::Done;
}

bool TlsEngine::encrypt(std::string_view clear) {
  while (!clear.empty()) {
    std::size_t count = 0;
    if (SSL_write_ex(ssl_, clear.data(), clear.size(), &count) != 1) {
      failed(0);
      return false;
    }
    clear.remove_prefix(count);
  }
  return true;
}

void TlsEngine::end_of_secrets() {
  SSL_clear_options(ssl_, SSL_OP_CLEANSE_PLAINTEXT);
}

void TlsEngine::say_goodbye() {
  if (!ready_ || failure_ != TlsFailure::None) return;
  ERR_clear_error();
  SSL_shutdown(ssl_);
  stream_.loop().tls_buffers().flush();
}

bool TlsEngine::stash() {
  if (lent_.empty()) return true;
  BlockPool& pool = stream_.loop().blocks();
  if (stashed_ != nullptr) stashed_->compact();
  const std::size_t held = stashed_ != nullptr ? stashed_->size() : 0;
  if (stashed_ == nullptr || stashed_->room().size() < lent_.size()) {
    Block* larger = pool.get(held + lent_.size());
    if (larger == nullptr) return false;
    if (stashed_ != nullptr) larger->append(stashed_->octets());
    pool.put(std::exchange(stashed_, larger));
  }
  stashed_->append(lent_);
  lent_ = {};
  return true;
}

bool TlsEngine::has_no_cipher() const {
  return waiting() == 0 && !transport_ended_ && SSL_has_pending(ssl_) == 0;
}

std::size_t TlsEngine::waiting() const {
  return lent_.size() + (stashed_ != nullptr ? stashed_->size() : 0);
}

// ---- what went wrong

namespace {

TlsFailure classify(unsigned long code) {
  if (ERR_GET_LIB(code) != ERR_LIB_SSL) return TlsFailure::Other;
  const int reason = ERR_GET_REASON(code);
  if (reason > SSL_AD_REASON_OFFSET) return TlsFailure::PeerAlert;
  switch (reason) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
      return TlsFailure::NoSharedVersion;
    case SSL_R_NO_SHARED_CIPHER:
      return TlsFailure::NoSharedCipher;
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
      return TlsFailure::Plaintext;
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      return TlsFailure::Certificate;
    default:
      return TlsFailure::Other;
  }
}

}  // namespace

TlsEngine::Step TlsEngine::failed(int result) {
  const int why = SSL_get_error(ssl_, result);
  if (why == SSL_ERROR_WANT_READ && !transport_ended_) return Step::Wait;
  if (why == SSL_ERROR_ZERO_RETURN) {
    error_ = std::make_unique<Error>(Kind::Closed, stream_.origin(), std::string());
    return Step::Failed;
  }
  const unsigned long code = ERR_peek_last_error();
  if (why == SSL_ERROR_WANT_READ || ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING ||
      code == 0) {
    failure_ = TlsFailure::Closed;
    error_ = std::make_unique<Error>(Kind::Closed, stream_.origin(), "TLS ended without goodbye");
    ERR_clear_error();
    return Step::Failed;
  }
  failure_ = classify(code);
  std::string detail = take_tls_error();
  if (failure_ == TlsFailure::Certificate) {
    detail = X509_verify_cert_error_string(SSL_get_verify_result(ssl_));
  }
  const Kind kind = failure_ == TlsFailure::Certificate ? Kind::Certificate : Kind::Tls;
  error_ = std::make_unique<Error>(kind, stream_.origin(), std::move(detail));
  return Step::Failed;
}

Error TlsEngine::take_error() {
  if (!error_) return {Kind::Tls, stream_.origin(), "TLS has failed"};
  return std::move(*std::exchange(error_, nullptr));
}

std::string_view TlsEngine::version() const {
  return SSL_get_version(ssl_);
}

std::string_view TlsEngine::cipher() const {
  return SSL_get_cipher_name(ssl_);
}

bool TlsEngine::resumed() const {
  return SSL_session_reused(ssl_) == 1;
}

std::string_view TlsEngine::server_name() const {
  const char* name = SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name);
  return name != nullptr ? std::string_view(name) : std::string_view();
}

// ---- hooks

void TlsEngine::watch_messages(int is_write,
                               int /*version*/,
                               int type,
                               const void* message,
                               std::size_t size,
                               SSL* ssl,
                               void* /*argument*/) {
  if (is_write != 0 || type != SSL3_RT_HANDSHAKE || size == 0) return;
  if (*static_cast<const unsigned char*>(message) != SSL3_MT_KEY_UPDATE) return;
  ++static_cast<TlsEngine*>(BIO_get_data(SSL_get_rbio(ssl)))->key_updates_;
}

namespace {

using KeptTickets = std::shared_ptr<TicketKeys>;

int tickets_slot() {
  static const int slot = SSL_CTX_get_ex_new_index(
      0, nullptr, nullptr, nullptr, [](void*, void* kept, CRYPTO_EX_DATA*, int, long, void*) {
        delete static_cast<KeptTickets*>(kept);  // NOLINT(cppcoreguidelines-owning-memory): C API
      });
  return slot;
}

}  // namespace

void TlsEngine::keep_tickets(SSL_CTX* context, std::shared_ptr<TicketKeys> keys) {
  SSL_CTX_set_ex_data(context, tickets_slot(), new KeptTickets(std::move(keys)));
}

TicketKeys* TlsEngine::kept_tickets(SSL_CTX* context) {
  auto* kept = static_cast<KeptTickets*>(SSL_CTX_get_ex_data(context, tickets_slot()));
  return kept != nullptr ? kept->get() : nullptr;
}

// ---- the BIO

std::size_t TlsEngine::pull(std::span<char> room) {
  std::size_t pulled = 0;
  if (stashed_ != nullptr) {
    pulled = std::min(room.size(), stashed_->size());
    std::memcpy(room.data(), stashed_->octets().data(), pulled);
    stashed_->take(pulled);
    if (stashed_->size() > 0) return pulled;
    stream_.loop().blocks().put(std::exchange(stashed_, nullptr));
  }
  const std::size_t more = std::min(room.size() - pulled, lent_.size());
  if (more == 0) return pulled;  // what is lent may be nowhere then, which memcpy does not take
  std::memcpy(room.data() + pulled, lent_.data(), more);
  lent_.remove_prefix(more);
  return pulled + more;
}

int TlsEngine::bio_read(BIO* bio, char* to, int size) {
  auto* engine = static_cast<TlsEngine*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (engine->waiting() == 0) {
    if (engine->transport_ended_) return 0;
    BIO_set_retry_read(bio);
    return -1;
  }
  return static_cast<int>(engine->pull({to, static_cast<std::size_t>(size)}));
}

int TlsEngine::bio_write(BIO* bio, const char* from, int size) {
  auto* engine = static_cast<TlsEngine*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  engine->stream_.loop().tls_buffers().gather(engine->stream_,
                                              {from, static_cast<std::size_t>(size)});
  return size;
}

long TlsEngine::bio_control(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
  if (command == BIO_CTRL_EOF) {
    return static_cast<TlsEngine*>(BIO_get_data(bio))->transport_ended_ ? 1 : 0;
  }
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* TlsEngine::bio_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "postern stream");
    BIO_meth_set_read(made, &TlsEngine::bio_read);
    BIO_meth_set_write(made, &TlsEngine::bio_write);
    BIO_meth_set_ctrl(made, &TlsEngine::bio_control);
    return made;
  }();
  return method;
}

}  // namespace postern::net
