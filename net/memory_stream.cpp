// The pipe: each end keeps what is on its way to it, and hands it over when the loop comes round.

#include "net/memory_stream.hpp"

#include <algorithm>
#include <cstring>

namespace postern::net {

namespace {

class MemoryStream final : public StreamCore {
 public:
  MemoryStream(Loop& loop, Origin origin, const PipeShape& shape)
      : StreamCore(loop, origin), shape_(shape), coming_(loop.blocks()), delivery_(*this) {}

  static void join(MemoryStream& one, MemoryStream& other) {
    one.peer_ = &other;
    other.peer_ = &one;
    one.set_peer(one.shape_.second_address);
    other.set_peer(other.shape_.first_address);
    one.local_ = one.shape_.first_address;
    other.local_ = other.shape_.second_address;
  }

  [[nodiscard]] Address local() const override { return local_; }

 private:
  // Work of its own, since the core's Deferred is taken.
  class Delivery final : public Deferred {
   public:
    explicit Delivery(MemoryStream& stream) : stream_(stream) {}

   private:
    void run_deferred() override { stream_.deliver(); }

    MemoryStream& stream_;
  };

  void start_reading() override { loop().defer(delivery_); }

  std::size_t send_now(std::span<const std::string_view> pieces) override {
    std::size_t sent = 0;
    for (std::string_view piece : pieces) {
      const std::size_t taken = offer(piece);
      sent += taken;
      if (taken < piece.size()) break;
    }
    return sent;
  }

  // Puts octets on their way to the peer, as far as the pipe has room.
  std::size_t offer(std::string_view octets) {
    if (peer_ == nullptr) {
      broke({Kind::Reset, origin(), "peer is gone"});
      return 0;
    }
    const std::size_t under_way = peer_->coming_.octets();
    const std::size_t room = shape_.capacity - std::min(under_way, shape_.capacity);
    const std::string_view now = octets.substr(0, room);
    if (!peer_->coming_.append(now)) return 0;
    if (!now.empty()) loop().defer(peer_->delivery_);
    return now.size();
  }

  void send_later(Block* block) override {
    later_ = block;
    loop().defer(delivery_);
  }

  [[nodiscard]] std::size_t in_flight() const override {
    return later_ != nullptr ? later_->size() : 0;
  }

  void deliver() {
    if (closed_) {
      delete this;  // NOLINT(cppcoreguidelines-owning-memory): a core owns itself once released
      return;
    }
    take_in();
    if (later_ == nullptr || closed_) return;
    if (peer_ == nullptr) broke({Kind::Reset, origin(), "peer is gone"});
    later_->take(peer_ == nullptr ? later_->size() : offer(later_->octets()));
    if (later_->size() == 0) sent(std::exchange(later_, nullptr));
  }

  void take_in() {
    while (!closed_) {
      if (front_ == nullptr) front_ = coming_.pop();
      if (front_ == nullptr) break;
      std::span<char> room = input_room();
      if (room.empty()) return;
      if (shape_.next_piece) room = room.first(std::min(room.size(), shape_.next_piece()));
      const std::size_t count = std::min(room.size(), front_->size());
      std::memcpy(room.data(), front_->octets().data(), count);
      front_->take(count);
      if (front_->size() == 0) loop().blocks().put(std::exchange(front_, nullptr));
      received(count);
      if (peer_ != nullptr && peer_->later_ != nullptr) loop().defer(peer_->delivery_);
    }
    if (!closed_ && end_comes_ && front_ == nullptr && coming_.empty()) {
      end_comes_ = false;
      received_end({end_kind_, origin(), end_kind_ == Kind::Closed ? "" : "connection reset"});
    }
  }

  void peer_closed(bool reset) {
    peer_ = nullptr;
    if (reset) {
      coming_.clear();
      loop().blocks().put(std::exchange(front_, nullptr));
    }
    expect_end(reset ? Kind::Reset : Kind::Closed);
  }

  void expect_end(Kind kind) {
    end_comes_ = true;
    end_kind_ = kind;
    loop().defer(delivery_);
  }

  void half_close() override {
    if (peer_ != nullptr) peer_->expect_end(Kind::Closed);
  }

  void close(bool reset) override {
    closed_ = true;
    if (peer_ != nullptr) std::exchange(peer_, nullptr)->peer_closed(reset);
    loop().blocks().put(std::exchange(front_, nullptr));
    loop().blocks().put(std::exchange(later_, nullptr));
    loop().defer(delivery_);
  }

  PipeShape shape_;
  Address local_;
  BlockQueue coming_;       // on its way to us
  Block* front_ = nullptr;  // its first block, partly delivered
  Block* later_ = nullptr;  // ours, waiting for room
  MemoryStream* peer_ = nullptr;
  Delivery delivery_;
  Kind end_kind_ = Kind::Closed;
  bool end_comes_ = false;
  bool closed_ = false;
};

}  // namespace

std::pair<Stream, Stream> memory_pair(Loop& loop,
                                      Origin first,
                                      Origin second,
                                      const PipeShape& shape) {
  auto* one = new MemoryStream(loop, first, shape);     // NOLINT(cppcoreguidelines-owning-memory)
  auto* other = new MemoryStream(loop, second, shape);  // NOLINT(cppcoreguidelines-owning-memory)
  MemoryStream::join(*one, *other);
  return {Stream(one), Stream(other)};
}

}  // namespace postern::net
