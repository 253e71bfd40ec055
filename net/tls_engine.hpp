// TLS between a stream and its transport: OpenSSL on a BIO of our own.
//
// What arrives is decrypted straight out of the loop's shared buffer; what is written in one go is
// gathered there, record behind record, and leaves in one system call. So an idle stream holds
// nothing but OpenSSL's own state, and a partial record wakes nobody.
//
// Internal to net: StreamCore is the only user.

#pragma once

#include "net/block.hpp"
#include "net/result.hpp"
#include "net/tls_context.hpp"

#include <openssl/bio.h>
#include <openssl/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace postern::net {

class StreamCore;

// Why a handshake failed, as operators count it.
enum class TlsFailure : std::uint8_t {
  None,
  NoSharedVersion,
  NoSharedCipher,
  PeerAlert,
  Plaintext,    // what came was not TLS
  Certificate,  // the peer's certificate was not accepted
  Closed,
  Other,
};

// The two shared buffers of a loop.
class TlsBuffers {
 public:
  TlsBuffers();

  // Where ciphertext is received. Its content is good until the loop's next read.
  [[nodiscard]] std::span<char> incoming() { return {incoming_.get(), kIncoming}; }

  // Gathers ciphertext of one stream. Another stream's, or what does not fit, leaves first.
  void gather(StreamCore& stream, std::string_view cipher);

  // Hands what was gathered to its stream's transport.
  void flush();

  // The stream ends: nothing may be gathered for it any more.
  void forget(const StreamCore& stream);

 private:
  static constexpr std::size_t kIncoming = BlockPool::kLarge;
  static constexpr std::size_t kOutgoing = BlockPool::kLarge + (std::size_t{32} << 10U);

  std::unique_ptr<char[]> incoming_;  // NOLINT(modernize-avoid-c-arrays): uninitialised on purpose
  std::unique_ptr<char[]> outgoing_;  // NOLINT(modernize-avoid-c-arrays)
  std::size_t gathered_ = 0;
  StreamCore* owner_ = nullptr;
};

class TlsEngine {
 public:
  // KeyUpdates a peer may send on one connection before it counts as an attack.
  static constexpr unsigned kKeyUpdatesMax = 64;

  // Null when OpenSSL has no memory, or when `server_name` cannot be verified.
  static std::unique_ptr<TlsEngine> make(StreamCore& stream,
                                         std::shared_ptr<const TlsContext> context,
                                         const std::string& server_name);

  ~TlsEngine();
  TlsEngine(const TlsEngine&) = delete;
  TlsEngine& operator=(const TlsEngine&) = delete;

  enum class Step : std::uint8_t { Done, Wait, Failed };

  // Takes the handshake as far as the octets at hand allow. What it has to say is gathered, and
  // flushed unless the handshake is done: then the first answer leaves together with it.
  Step shake_hands();

  // Decrypts into the room; answers the octets gained. Failed: see error().
  Step decrypt(std::span<char> room, std::size_t& gained);

  // Encrypts all of it, gathering. False: the connection is beyond use.
  bool encrypt(std::string_view clear);

  // Lets OpenSSL keep what it has decrypted until it is overwritten; before, it wipes it.
  void end_of_secrets();

  // Tells the peer that no more will come.
  void say_goodbye();

  // Lends ciphertext for decryption; what is left of it must be stashed before the lender's memory
  // changes. False from stash(): memory has run out.
  void lend(std::string_view cipher) { lent_ = cipher; }

  bool stash();

  // The transport has no more to give.
  void end_of_input() { transport_ended_ = true; }

  // Octets of ciphertext that wait to be decrypted.
  [[nodiscard]] std::size_t waiting() const;

  // What went wrong after Step::Failed; Kind::Closed when the peer ended in order.
  [[nodiscard]] Error take_error();

  [[nodiscard]] TlsFailure failure() const { return failure_; }

  [[nodiscard]] bool is_ready() const { return ready_; }

  [[nodiscard]] std::string_view version() const;
  [[nodiscard]] std::string_view cipher() const;
  [[nodiscard]] bool resumed() const;

  // The host name that the client asked for (SNI); empty if it asked for none.
  [[nodiscard]] std::string_view server_name() const;

  // For TlsContext: hooks of an SSL_CTX.
  static void watch_messages(int is_write,
                             int version,
                             int type,
                             const void* message,
                             std::size_t size,
                             SSL* ssl,
                             void* argument);
  static void keep_tickets(SSL_CTX* context, std::shared_ptr<TicketKeys> keys);
  static TicketKeys* kept_tickets(SSL_CTX* context);

 private:
  TlsEngine(StreamCore& stream, std::shared_ptr<const TlsContext> context)
      : stream_(stream), context_(std::move(context)) {}

  // Neither here nor inside OpenSSL is anything that could become octets, or an end.
  [[nodiscard]] bool has_no_cipher() const;

  Step failed(int result);
  std::size_t pull(std::span<char> room);

  static int bio_read(BIO* bio, char* to, int size);
  static int bio_write(BIO* bio, const char* from, int size);
  static long bio_control(BIO* bio, int command, long number, void* pointer);
  static BIO_METHOD* bio_method();

  StreamCore& stream_;
  std::shared_ptr<const TlsContext> context_;
  SSL* ssl_ = nullptr;
  std::string_view lent_;
  Block* stashed_ = nullptr;
  ErrorPtr error_;
  unsigned key_updates_ = 0;
  TlsFailure failure_ = TlsFailure::None;
  bool transport_ended_ = false;
  bool ready_ = false;
};

}  // namespace postern::net
