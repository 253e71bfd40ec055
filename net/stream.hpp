// A connection as session code sees it: lines, blocks of octets, TLS, and a deadline on each wait.
//
// A Stream is a TCP connection, that with TLS on top, or a pipe in memory; whoever reads and writes
// it cannot tell. It is a move-only value, and closing is its destructor: what was written before
// still leaves. One coroutine may read while another writes.
//
// Reading: views that a read hands over stay good until the next read, settle() or start of TLS on
// the same stream. An idle stream holds no buffers.
// Writing: all of it is taken at once; the wait is for the queue behind a slow peer to shrink. When
// the peer is gone, writes fail with what reads would fail with.

#pragma once

#include "net/stream_core.hpp"
#include "net/tls_context.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace postern::net {

// How long a line may be, in octets without its end.
struct LineBound {
  std::size_t octets_max;

  // A longer line is skipped up to so many octets and reported as `too_long`; beyond them, or at
  // once if zero, the read fails with Kind::Limit.
  std::size_t skip_max = 0;
};

struct Line {
  std::string_view text;  // without its CRLF or bare LF; empty if too long
  bool too_long = false;
};

class ReadLine final : public Reading {
 public:
  ReadLine(StreamCore& stream, LineBound bound, Wait wait) : Reading(stream, wait), bound_(bound) {}

  ~ReadLine() override { abandon(); }

  Line take() { return line_; }

  void begin() override { progress(); }

  void progress() override;

 private:
  bool look();
  bool skip();

  LineBound bound_;
  std::size_t searched_ = 0;  // octets of the line that hold no LF
  std::size_t skipped_ = 0;
  Line line_;
};

class ReadExactly final : public Reading {
 public:
  ReadExactly(StreamCore& stream, std::size_t octets, Wait wait)
      : Reading(stream, wait), octets_(octets) {}

  ~ReadExactly() override { abandon(); }

  std::string_view take() { return view_; }

  void begin() override { progress(); }

  void progress() override;

 private:
  std::size_t octets_;
  std::string_view view_;
};

class ReadSome final : public Reading {
 public:
  ReadSome(StreamCore& stream, std::size_t octets_max, Wait wait)
      : Reading(stream, wait), octets_max_(octets_max) {}

  ~ReadSome() override { abandon(); }

  std::string_view take() { return view_; }

  void begin() override { progress(); }

  void progress() override;

 private:
  std::size_t octets_max_;
  std::string_view view_;
};

class Readable final : public Reading {
 public:
  static constexpr bool kOnlyLooks = true;  // what came stays where it is

  Readable(StreamCore& stream, Wait wait) : Reading(stream, wait) {}

  ~Readable() override { abandon(); }

  std::string_view take() { return stream_->unread(); }

  void begin() override { progress(); }

  void progress() override;
};

class Write final : public Writing {
 public:
  static constexpr std::size_t kPiecesMax = 3;

  Write(StreamCore& stream,
        std::initializer_list<std::string_view> pieces,
        std::size_t unsent_max,
        std::size_t resume_at,
        Wait wait);

  ~Write() override { abandon(); }

  void take() const {}

 private:
  void begin() override;

  std::array<std::string_view, kPiecesMax> pieces_{};
  std::size_t unsent_max_;
};

class Flush final : public Writing {
 public:
  Flush(StreamCore& stream, Wait wait) : Writing(stream, wait, 0) {}

  ~Flush() override { abandon(); }

  void take() const {}
};

class Handshake final : public Reading {
 public:
  Handshake(StreamCore& stream,
            std::shared_ptr<const TlsContext> context,
            std::string server_name,
            Wait wait);

  ~Handshake() override { abandon(); }

  void take() const {}

  void begin() override;
  void progress() override;

 private:
  std::shared_ptr<const TlsContext> context_;
  std::string server_name_;
};

class Stream {
 public:
  // Queued octets above which a write waits, and at which it goes on (L-6).
  static constexpr std::size_t kUnsentHigh = std::size_t{256} << 10U;
  static constexpr std::size_t kUnsentLow = std::size_t{64} << 10U;

  Stream() = default;  // closed

  // A socket that is connected already; the stream owns the descriptor from now on, even if this
  // fails.
  static Result<Stream> adopt(Loop& loop, int descriptor, const Address& peer, Origin origin);

  // Takes over a core made by a transport.
  explicit Stream(StreamCore* core) : core_(core) {}

  Stream(Stream&& other) noexcept = default;
  Stream& operator=(Stream&& other) noexcept = default;

  // ---- reading
  // One line. Kind::Closed if the peer ended first, whatever it had begun to say.
  [[nodiscard]] ReadLine read_line(LineBound bound, Wait wait) { return {*core_, bound, wait}; }

  // Just so many octets, in one piece: for what is small and kept.
  [[nodiscard]] ReadExactly read_exactly(std::size_t octets, Wait wait) {
    return {*core_, octets, wait};
  }

  // At least one octet, as many as there are, at most `octets_max`.
  [[nodiscard]] ReadSome read_some(std::size_t octets_max, Wait wait) {
    return {*core_, octets_max, wait};
  }

  // Waits until there is something to read, and shows it without taking it.
  [[nodiscard]] Readable readable(Wait wait) { return {*core_, wait}; }

  // Waits until the peer is gone: for whoever does something on its behalf meanwhile. Ends in the
  // error that ended the stream, or without one after stop_watching(). Ends views.
  [[nodiscard]] Departure departure(Wait wait) { return {*core_, wait}; }

  void stop_watching() {
    if (core_->watcher() != nullptr) core_->watcher()->call_off();
  }

  // Octets that came and were not read; those that TLS still hides count.
  [[nodiscard]] std::size_t waiting() const { return core_->waiting(); }

  // Those of them that are plain to see, without taking them; good until the next wait.
  [[nodiscard]] std::string_view unread() const { return core_->unread(); }

  // True if the next read_line() will not have to wait.
  [[nodiscard]] bool has_line() const;

  // Gives back the memory of what has been read. Ends views.
  void settle() { core_->settle(); }

  // Overwrites what has been read and still lies in memory. Ends views.
  void wipe_read() { core_->wipe_read(); }

  // How much to take in at a time: BlockPool::kSmall (from the start) or kLarge.
  void set_read_size(std::size_t octets) { core_->set_read_size(octets); }

  // Whether to go on taking in what comes, within bounds, while nobody reads: so that a broken
  // connection is noticed. From the start: no.
  void set_read_ahead(bool on) { core_->set_read_ahead(on); }

  // ---- writing
  [[nodiscard]] Write write(std::string_view octets, Wait wait) { return write({octets}, wait); }

  // Up to three pieces that leave together.
  [[nodiscard]] Write write(std::initializer_list<std::string_view> pieces, Wait wait) {
    return {*core_, pieces, unsent_high_, unsent_low_, wait};
  }

  // Queues octets without waiting for room: for last words, which are short.
  void put(std::string_view octets) { core_->write({&octets, 1}); }

  // Until the kernel has taken everything.
  [[nodiscard]] Flush flush(Wait wait) { return {*core_, wait}; }

  // Other bounds than kUnsentHigh and kUnsentLow.
  void set_unsent(std::size_t high, std::size_t low);

  [[nodiscard]] std::size_t unsent() const { return core_->unsent(); }

  // ---- TLS
  // Both roles, implicit or upgraded; `server_name` is for clients. What has come and was not read
  // is taken for TLS. Where TLS is an upgrade there must be none: it came in clear, and the caller
  // makes sure of that (waiting() == 0).
  [[nodiscard]] Handshake start_tls(std::shared_ptr<const TlsContext> context,
                                    std::string server_name,
                                    Wait wait) {
    return {*core_, std::move(context), std::move(server_name), wait};
  }

  // Null without TLS. After a failed handshake it tells the failure.
  [[nodiscard]] const TlsEngine* tls() const { return core_->tls(); }

  [[nodiscard]] bool secure() const { return tls() != nullptr && tls()->is_ready(); }

  // No more secrets will come: TLS need not wipe its buffers after each record.
  void end_of_secrets() { core_->end_of_secrets(); }

  // ---- the end
  // Ends every wait on the stream, now and later, with this error. Not from a coroutine that waits.
  void cancel(Error error) { core_->cancel(std::move(error)); }

  // Tells the peer that no more will come; reading goes on. After a flush() only.
  void end_output() { core_->end_output(); }

  // Closes so that the peer sees a broken connection: TCP reset, no goodbye of TLS.
  void reset();

  // Closes; what was written still leaves.
  void close() { core_ = nullptr; }

  [[nodiscard]] bool is_open() const { return core_ != nullptr; }

  // ---- facts
  [[nodiscard]] const Address& peer() const { return core_->peer(); }

  [[nodiscard]] Address local() const { return core_->local(); }

  [[nodiscard]] Origin origin() const { return core_->origin(); }

  // Clear octets in each direction.
  [[nodiscard]] std::uint64_t octets_received() const { return core_->octets_received(); }

  [[nodiscard]] std::uint64_t octets_sent() const { return core_->octets_sent(); }

 private:
  friend class Splice;

  struct Release {
    void operator()(StreamCore* core) const { core->release(); }
  };

  std::unique_ptr<StreamCore, Release> core_;
  std::uint32_t unsent_high_ = kUnsentHigh;
  std::uint32_t unsent_low_ = kUnsentLow;
};

}  // namespace postern::net
