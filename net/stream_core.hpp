// The engine behind a Stream: what has been received and not read, what has been written and not
// sent, TLS in between, and who waits for either. A transport (a socket, a pipe in memory) derives
// from it and knows how to move octets.
//
// A core outlives its Stream by as long as its transport needs to close, so a session may drop its
// Stream from inside a callback of that very stream. Internal to net.

#pragma once

#include "net/address.hpp"
#include "net/block.hpp"
#include "net/loop.hpp"
#include "net/operation.hpp"
#include "net/tls_engine.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace postern::net {

// Whoever wants what a stream receives.
class StreamReader {
 public:
  // The peer has sent something, if only a part of a TLS record.
  virtual void moved() = 0;

  // Octets came, or none will any more.
  virtual void progress() = 0;

 protected:
  ~StreamReader() = default;
};

// Whoever waits for a stream's peer to take what was written.
class StreamWriter {
 public:
  // It has taken octets, or will not take any more.
  virtual void drained() = 0;

 protected:
  ~StreamWriter() = default;
};

// A wait for octets of a stream. One at a time per stream.
class Reading : public Operation, public StreamReader {
 public:
  void moved() final { Operation::moved(); }

 protected:
  Reading(StreamCore& stream, Wait wait);
  ~Reading() override = default;

  void enlist() override;
  void withdraw() override;

  // Ends the wait with what ended the stream.
  void end_as_stream();

  StreamCore* stream_;
};

// A wait for a stream's peer to take octets. One at a time per stream.
class Writing : public Operation, public StreamWriter {
 public:
  void drained() final { progress(); }

 protected:
  Writing(StreamCore& stream, Wait wait, std::size_t unsent_max);
  ~Writing() override = default;

  void begin() override { progress(); }

  void enlist() override;
  void withdraw() override;
  void timed_out() override;

  StreamCore* stream_;

 private:
  void progress();

  std::size_t unsent_max_;       // goes on when no more than this is queued
  std::size_t unsent_then_ = 0;  // when the wait was last started anew
};

// A wait for the peer to go, while nobody reads: one that is gone for good, and left nothing to be
// answered. Only what a stream takes in ahead of its reader can tell (set_read_ahead).
class Departure final : public Operation {
 public:
  Departure(StreamCore& stream, Wait wait);

  ~Departure() override { abandon(); }

  void take() const {}

  // Looks whether it has gone.
  void progress();

  // Nobody wants to know any more: the wait ends as if it had been for this.
  void call_off() { done(); }

 private:
  void begin() override { progress(); }

  void enlist() override;
  void withdraw() override;

  StreamCore* stream_;
};

class StreamCore : protected Deferred {
 public:
  // Octets of a client read ahead of commands, so that its end is noticed; then reading stops.
  static constexpr std::size_t kReadAheadMax = std::size_t{8} << 10U;
  // Octets one stream may bring in one turn of the loop before others have theirs.
  static constexpr std::size_t kTurnOctetsMax = std::size_t{1} << 20U;
  // How long what was written before the end may take to leave.
  static constexpr Duration kLingerMax = std::chrono::seconds(5);

  StreamCore(const StreamCore&) = delete;
  StreamCore& operator=(const StreamCore&) = delete;

  // ---- reading
  [[nodiscard]] std::string_view unread() const {
    return input_ != nullptr ? input_->octets() : std::string_view();
  }

  void consumed(std::size_t octets) { input_->take(octets); }

  // Decrypts more of what is at hand. True if unread() has grown.
  bool pull();

  // Why nothing more will come once unread() is used up; null while more may come.
  [[nodiscard]] const Error* ended() const { return ended_.get(); }

  void set_reader(StreamReader* reader);

  void set_watcher(Departure* watcher) { watcher_ = watcher; }

  [[nodiscard]] Departure* watcher() const { return watcher_; }

  // Gives back memory that holds nothing unread. Ends views of what was read.
  void settle();

  // Overwrites what has been read and still lies in memory. Ends views of it.
  void wipe_read();

  // Makes room for an item of so many octets in one piece. False: out of memory.
  bool fit(std::size_t octets);

  void set_read_size(std::size_t octets) { read_size_ = static_cast<std::uint32_t>(octets); }

  void set_read_ahead(bool on) { read_ahead_ = on; }

  // Octets received and not handed to the session, decrypted or not.
  [[nodiscard]] std::size_t waiting() const;

  // ---- writing
  // Queues what cannot leave at once. Nothing happens on a broken stream.
  void write(std::span<const std::string_view> pieces);

  // Octets queued and not yet taken by the kernel (or the pipe).
  [[nodiscard]] std::size_t unsent() const { return queue_.octets() + in_flight(); }

  void set_writer(StreamWriter* writer) { writer_ = writer; }

  [[nodiscard]] bool broken() const { return broken_; }

  // Sends octets as they are, or queues them.
  void push(std::span<const std::string_view> pieces);

  // ---- TLS
  // Puts TLS between. False: out of memory, or a name that cannot be verified.
  bool secure(std::shared_ptr<const TlsContext> context, const std::string& server_name);

  TlsEngine::Step shake_hands();

  [[nodiscard]] const TlsEngine* tls() const { return tls_.get(); }

  void end_of_secrets() {
    if (tls_) tls_->end_of_secrets();
  }

  // ---- the end
  // Ends the stream for its session: pending waits end with the error, later ones as well.
  void cancel(Error error);

  // Tells the peer that no more will come; reading goes on. Nothing may be unsent.
  void end_output();

  // The Stream is gone. What was written still leaves, within kLingerMax.
  void release();

  // The Stream is gone, and the peer is to see a broken connection.
  void abort();

  // ---- facts
  [[nodiscard]] Loop& loop() const { return loop_; }

  [[nodiscard]] Origin origin() const { return origin_; }

  [[nodiscard]] std::uint64_t octets_received() const { return octets_received_; }

  [[nodiscard]] std::uint64_t octets_sent() const { return octets_sent_; }

  [[nodiscard]] const Address& peer() const { return peer_; }

  void set_peer(const Address& peer) { peer_ = peer; }

  [[nodiscard]] virtual Address local() const { return {}; }

 protected:
  StreamCore(Loop& loop, Origin origin);
  virtual ~StreamCore();

  // ---- for transports to call
  // Where to put octets that have come; empty if nobody wants any now, then reading is to stop.
  [[nodiscard]] std::span<char> input_room();

  // So many octets were put there.
  void received(std::size_t octets);

  // No more will come. Kind::Closed: in order; others: and nothing can be sent either.
  void received_end(Error error);

  // The transport is done with the block it was given.
  void sent(Block* block);

  // ---- for transports to implement
  virtual void start_reading() = 0;

  // Sends what can be sent at once; answers how many octets that was. May call broke().
  virtual std::size_t send_now(std::span<const std::string_view> pieces) = 0;

  // Takes the block over and gives it back by sent().
  virtual void send_later(Block* block) = 0;

  // Octets of such a block that are still to go.
  [[nodiscard]] virtual std::size_t in_flight() const = 0;

  // Sends the end of the transport's stream; it can still be read from.
  virtual void half_close() = 0;

  // Closes the transport and, sooner or later, deletes this object. Called once.
  virtual void close(bool reset) = 0;

  void broke(Error error);

  [[nodiscard]] bool released() const { return released_; }

 private:
  class Linger;

  void run_deferred() override;
  std::span<char> clear_room();
  void send_queued();
  void drop_tls();
  void end(bool reset);

  Loop& loop_;
  BlockQueue queue_;
  Block* input_ = nullptr;
  StreamReader* reader_ = nullptr;
  StreamWriter* writer_ = nullptr;
  Departure* watcher_ = nullptr;
  ErrorPtr ended_;
  std::unique_ptr<TlsEngine> tls_;
  std::unique_ptr<Linger> linger_;
  std::uint64_t octets_received_ = 0;
  std::uint64_t octets_sent_ = 0;
  std::uint64_t turn_ = 0;
  std::uint32_t turn_octets_ = 0;  // brought in during turn_
  std::uint32_t read_size_ = BlockPool::kSmall;
  Address peer_;
  Origin origin_;
  bool read_ahead_ = false;
  bool broken_ = false;
  bool sending_ = false;  // the transport has a block
  bool released_ = false;
  bool closing_ = false;
};

}  // namespace postern::net
