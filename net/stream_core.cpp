// The engine. Input flows transport -> (TLS) -> input_ -> whoever reads; output flows whoever
// writes -> (TLS) -> transport, by way of queue_ only if the transport is slow.

#include "net/stream_core.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace postern::net {

namespace {

std::size_t total(std::span<const std::string_view> pieces) {
  std::size_t octets = 0;
  for (const std::string_view piece : pieces)
    octets += piece.size();
  return octets;
}

Error no_memory(Origin origin) {
  return {Kind::Internal, origin, "out of memory"};
}

}  // namespace

// A core without Stream that still has something to send: until it is sent, its time is over, or
// the loop ends.
class StreamCore::Linger final : public Timer, public Deferred {
 public:
  explicit Linger(StreamCore& core) : core_(core) {
    core.loop().timers().arm(*this, core.loop().now() + kLingerMax);
    core.loop().run_at_end(*this);
  }

 private:
  void expired() override { core_.end(true); }

  void run_deferred() override { core_.end(true); }

  StreamCore& core_;
};

StreamCore::StreamCore(Loop& loop, Origin origin)
    : loop_(loop), queue_(loop.blocks()), origin_(origin) {}

StreamCore::~StreamCore() {
  loop_.blocks().put(input_);
}

// ---- reading

void StreamCore::set_reader(StreamReader* reader) {
  assert(reader == nullptr || reader_ == nullptr);
  reader_ = reader;
  if (reader_ == nullptr) return;
  settle();
  start_reading();
}

// Room for clear octets while somebody waits for them: everything unread may be moved.
std::span<char> StreamCore::clear_room() {
  if (input_ != nullptr && input_->room().size() < input_->capacity() / 2) input_->compact();
  if (input_ != nullptr && input_->room().empty() && !fit(input_->capacity() + 1)) return {};
  if (input_ == nullptr) input_ = loop_.blocks().get(loop_.blocks().affordable(read_size_));
  return input_ != nullptr ? input_->room() : std::span<char>();
}

bool StreamCore::fit(std::size_t octets) {
  if (input_ != nullptr && input_->capacity() >= octets) {
    if (input_->size() + input_->room().size() < octets) input_->compact();
    return true;
  }
  Block* larger = loop_.blocks().get(std::max(octets, loop_.blocks().affordable(read_size_)));
  if (larger == nullptr) return false;
  if (input_ != nullptr) larger->append(input_->octets());
  loop_.blocks().put(std::exchange(input_, larger));
  return true;
}

bool StreamCore::pull() {
  if (!tls_ || !tls_->is_ready() || ended_) return false;
  const std::span<char> room = clear_room();
  if (room.empty()) {
    broke(no_memory(origin_));
    return false;
  }
  std::size_t gained = 0;
  const TlsEngine::Step step = tls_->decrypt(room, gained);
  input_->filled(gained);
  octets_received_ += gained;
  if (step == TlsEngine::Step::Failed) ended_ = std::make_unique<Error>(tls_->take_error());
  if (gained == 0) settle();
  return gained > 0;
}

void StreamCore::settle() {
  if (input_ == nullptr) return;
  const std::size_t size = input_->size();
  if (size > 0) {
    if (size > BlockPool::kSmall / 4 || input_->capacity() <= BlockPool::kSmall / 2) return;
    Block* smaller = loop_.blocks().get(size);
    if (smaller == nullptr) return;
    smaller->append(input_->octets());
    loop_.blocks().put(std::exchange(input_, smaller));
    return;
  }
  loop_.blocks().put(std::exchange(input_, nullptr));
}

void StreamCore::wipe_read() {
  if (input_ != nullptr) input_->wipe_taken();
}

std::size_t StreamCore::waiting() const {
  return unread().size() + (tls_ ? tls_->waiting() : 0);
}

std::span<char> StreamCore::input_room() {
  if (ended_ || released_) return {};
  if (std::exchange(turn_, loop_.turn()) != loop_.turn()) turn_octets_ = 0;
  if (turn_octets_ >= kTurnOctetsMax) {
    loop_.defer(*this);  // reading goes on in the next turn
    return {};
  }
  if (reader_ == nullptr && (!read_ahead_ || waiting() >= kReadAheadMax)) return {};
  if (tls_) {
    // What is decrypted at once costs nothing, however much it is; what has to wait is kept.
    return loop_.tls_buffers().incoming().first(loop_.blocks().affordable(BlockPool::kLarge));
  }
  if (reader_ != nullptr) return clear_room();

  // Nobody waits, but what was read last may still be looked at: nothing may move.
  if (input_ == nullptr) input_ = loop_.blocks().get(BlockPool::kSmall);
  return input_ != nullptr ? input_->room() : std::span<char>();
}

void StreamCore::received(std::size_t octets) {
  turn_octets_ += static_cast<std::uint32_t>(octets);
  if (tls_) {
    tls_->lend({loop_.tls_buffers().incoming().data(), octets});
  } else {
    input_->filled(octets);
    octets_received_ += octets;
  }
  if (reader_ != nullptr) {
    reader_->moved();
    reader_->progress();
  }
  if (!tls_ || released_) return;
  if (!tls_->stash()) broke(no_memory(origin_));
  loop_.tls_buffers().flush();
}

void StreamCore::received_end(Error error) {
  if (error.kind != Kind::Closed) return broke(std::move(error));
  if (tls_) {
    tls_->end_of_input();
  } else if (!ended_) {
    ended_ = std::make_unique<Error>(std::move(error));
  }
  if (reader_ != nullptr) {
    reader_->progress();
  } else if (watcher_ != nullptr) {
    watcher_->progress();
  }
  if (tls_ && !released_) loop_.tls_buffers().flush();
}

// ---- writing

void StreamCore::write(std::span<const std::string_view> pieces) {
  if (broken_) return;
  octets_sent_ += total(pieces);
  if (!tls_) return push(pieces);
  for (const std::string_view piece : pieces) {
    if (!tls_->encrypt(piece)) {
      broke(tls_->take_error());
      break;
    }
  }
  loop_.tls_buffers().flush();
}

void StreamCore::push(std::span<const std::string_view> pieces) {
  if (broken_) return;
  std::size_t sent = sending_ || !queue_.empty() ? 0 : send_now(pieces);
  for (std::string_view piece : pieces) {
    const std::size_t gone = std::min(sent, piece.size());
    sent -= gone;
    piece.remove_prefix(gone);
    if (!broken_ && !piece.empty() && !queue_.append(piece)) broke(no_memory(origin_));
  }
  send_queued();
}

void StreamCore::send_queued() {
  if (sending_ || broken_) return;
  Block* block = queue_.pop();
  if (block == nullptr) return;
  sending_ = true;
  send_later(block);
}

void StreamCore::sent(Block* block) {
  loop_.blocks().put(block);
  sending_ = false;
  send_queued();
  if (linger_ && (broken_ || unsent() == 0)) return end(broken_);
  if (writer_ != nullptr) writer_->drained();
}

// ---- TLS

bool StreamCore::secure(std::shared_ptr<const TlsContext> context, const std::string& server_name) {
  assert(!tls_);
  tls_ = TlsEngine::make(*this, std::move(context), server_name);
  if (tls_ == nullptr) return false;
  const std::string_view early = unread();
  tls_->lend(early);
  if (!tls_->stash()) return false;
  octets_received_ -= early.size();
  if (!early.empty()) consumed(early.size());
  settle();
  return true;
}

TlsEngine::Step StreamCore::shake_hands() {
  const TlsEngine::Step step = tls_->shake_hands();
  if (step == TlsEngine::Step::Failed && !ended_) {
    ended_ = std::make_unique<Error>(tls_->take_error());
  }
  return step;
}

// ---- the end

void StreamCore::broke(Error error) {
  if (!broken_) {
    broken_ = true;
    queue_.clear();
    if (!ended_) ended_ = std::make_unique<Error>(std::move(error));
  }
  if (reader_ != nullptr || writer_ != nullptr || watcher_ != nullptr) loop_.defer(*this);
}

void StreamCore::cancel(Error error) {
  ended_ = std::make_unique<Error>(std::move(error));
  broken_ = true;
  queue_.clear();
  if (reader_ != nullptr || writer_ != nullptr || watcher_ != nullptr) loop_.defer(*this);
}

// Wakes those whom broke() or cancel() left to wake, and goes on reading after a pause.
void StreamCore::run_deferred() {
  if (released_) return;
  if (broken_ && writer_ != nullptr) writer_->drained();
  if (broken_ && watcher_ != nullptr) watcher_->progress();
  if (reader_ == nullptr || released_) return;
  if (ended_) return reader_->progress();
  start_reading();
}

void StreamCore::end_output() {
  assert(unsent() == 0);
  if (broken_) return;
  if (tls_) tls_->say_goodbye();
  half_close();
}

void StreamCore::release() {
  assert(reader_ == nullptr && writer_ == nullptr && watcher_ == nullptr);
  released_ = true;
  if (tls_ && !broken_) {
    loop_.tls_buffers().flush();
    tls_->say_goodbye();
  }
  drop_tls();
  loop_.blocks().put(std::exchange(input_, nullptr));
  if (broken_ || unsent() == 0) return end(broken_);
  linger_ = std::make_unique<Linger>(*this);
}

void StreamCore::abort() {
  released_ = true;
  drop_tls();
  end(true);
}

// Not only when the transport has closed: after a goodbye OpenSSL keeps a buffer of 16 KiB, and
// when many end in one turn of the loop, that many would be there at once.
void StreamCore::drop_tls() {
  if (!tls_) return;
  loop_.tls_buffers().forget(*this);
  tls_ = nullptr;
}

void StreamCore::end(bool reset) {
  if (std::exchange(closing_, true)) return;
  linger_ = nullptr;
  close(reset);
}

// ---- waits

Reading::Reading(StreamCore& stream, Wait wait)
    : Operation(stream.loop(), wait, stream.origin()), stream_(&stream) {}

void Reading::enlist() {
  stream_->set_reader(this);
}

void Reading::withdraw() {
  stream_->set_reader(nullptr);
}

void Reading::end_as_stream() {
  end(Error(*stream_->ended()));
}

Departure::Departure(StreamCore& stream, Wait wait)
    : Operation(stream.loop(), wait, stream.origin()), stream_(&stream) {}

// Whoever ended in order may have said something before, and is owed the answer; whoever broke the
// connection hears nothing more.
void Departure::progress() {
  while (stream_->pull()) {
  }
  if (stream_->ended() == nullptr) return;
  if (!stream_->broken() && !stream_->unread().empty()) return;
  end(Error(*stream_->ended()));
}

void Departure::enlist() {
  stream_->set_watcher(this);
}

void Departure::withdraw() {
  stream_->set_watcher(nullptr);
}

Writing::Writing(StreamCore& stream, Wait wait, std::size_t unsent_max)
    : Operation(stream.loop(), wait, stream.origin()), stream_(&stream), unsent_max_(unsent_max) {}

void Writing::progress() {
  if (stream_->broken()) return end(Error(*stream_->ended()));
  const std::size_t unsent = stream_->unsent();
  if (unsent <= unsent_max_) return done();
  if (unsent < unsent_then_) moved();
  unsent_then_ = unsent;
}

void Writing::enlist() {
  unsent_then_ = stream_->unsent();
  stream_->set_writer(this);
}

void Writing::withdraw() {
  stream_->set_writer(nullptr);
}

// The kernel tells of whole blocks only; a slow peer that took part of one is not an idle one.
void Writing::timed_out() {
  const std::size_t unsent = stream_->unsent();
  if (is_idle_wait() && unsent < unsent_then_) {
    unsent_then_ = unsent;
    return moved();
  }
  Operation::timed_out();
}

}  // namespace postern::net
