// Two streams joined: what one receives the other sends, in both directions, until both have ended.
//
// It is one wait, and holds nothing while nothing moves. What arrives lies in a buffer that the
// streams of the loop share and is written on at once; only what the other side does not take is
// kept, and then nothing more is read until it is gone. So a side that stalls stops the other, and
// costs at most one read: up to 256 KiB while the loop has a budget for such things, 16 KiB after.
//
// The end of one side is passed on once everything before it has left; the other side may then go
// on speaking until it ends as well, or falls silent for `farewell`. A broken connection, or a side
// that is silent or stuck for too long, ends the whole.
//
// A timer fires only to find out whether a time is over: it is not moved with each octet.

#pragma once

#include "net/stream.hpp"

#include <cstdint>

namespace postern::net {

struct SpliceTimes {
  Duration idle;                                 // no octet in either direction
  Duration stalled;                              // a side takes none of what waits for it
  Duration farewell = std::chrono::seconds(10);  // no octet after one side has ended
};

// How it went. Kept by the caller, so that it is there after a failure, too.
struct SpliceTally {
  std::uint32_t pauses = 0;        // reading of the first stream stopped for the second's sake
  std::uint32_t other_pauses = 0;  // and the other way round
  bool other_ended_first = false;
};

class Splice final : public Operation {
 public:
  // Both streams, and the tally, must outlive it; nobody else may read or write the streams.
  Splice(Stream& stream, Stream& other, const SpliceTimes& times, SpliceTally& tally);

  ~Splice() override { abandon(); }

  void take() const {}

 private:
  // One direction.
  class Half final : public StreamReader, public StreamWriter {
   public:
    Half(StreamCore& from, StreamCore& to, std::uint32_t& pauses)
        : from_(&from), to_(&to), pauses_(&pauses) {}

    void start(Splice& splice);
    void stop();

    // Octets that left since somebody last looked count as progress. Answers whether any did.
    bool look(Time now);

    [[nodiscard]] bool has_ended() const { return state_ == State::Ended; }

    [[nodiscard]] bool waits_for_room() const {
      return state_ == State::Blocked || state_ == State::Ending;
    }

    [[nodiscard]] Time stuck_since() const { return stuck_since_; }

    [[nodiscard]] Origin stuck_at() const { return to_->origin(); }

    void moved() override {}

    void progress() override;
    void drained() override;

   private:
    enum class State : std::uint8_t {
      Flowing,  // reads
      Blocked,  // waits until everything has left, then goes on
      Ending,   // the same, then passes on the end
      Ended,
    };

    void wait_for_room(State state);
    void pass_on_end();

    StreamCore* from_;
    StreamCore* to_;
    std::uint32_t* pauses_;
    Splice* splice_ = nullptr;
    std::size_t unsent_then_ = 0;
    Time stuck_since_{};
    State state_ = State::Flowing;
  };

  void begin() override {}

  void enlist() override;
  void withdraw() override;
  void timed_out() override;

  void octets_moved() { moved_at_ = loop().now(); }

  void half_ended();
  void finish(const Error* error);
  [[nodiscard]] Time due() const;

  Half there_;
  Half back_;
  SpliceTimes times_;
  SpliceTally* tally_;
  Time moved_at_{};
  bool over_ = false;
};

}  // namespace postern::net
