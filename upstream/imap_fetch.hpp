// The octets of one message, as they come.
//
// A mail is as long as the literal that carries it says, whatever was said before; and it is whole
// only when all of those octets came, the response named the message that was asked for, and the
// command was answered OK. So the end of a BodyStream is a promise: next() answers with nothing
// only then, and fails in every other case.

#pragma once

#include "upstream/body_queue.hpp"
#include "upstream/rate_floor.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace postern::upstream {

class BodyStream {
 public:
  // Asks, unless that was done ahead, and waits until the first octets are announced. What is in
  // `ahead` is asked for in the same breath, or not at all if it may not be. Fails with Kind::Gone
  // if the message is not there any more, Kind::Unavailable if the server will not give it,
  // Kind::Limit if it is too large to be true; the link stays usable after the first two. The queue
  // stays where it is as long as this lives.
  static net::Task<BodyStream> open(BodyQueue& queue,
                                    BodyRequest request,
                                    std::vector<BodyQueue::Ahead> ahead = {});

  BodyStream(BodyStream&&) = default;

  // As the server announced it.
  [[nodiscard]] std::uint64_t octets() const { return octets_; }

  // Some octets, good until the next call; none when the message is whole.
  net::Task<std::string_view> next();

  // Octets announced that have not been handed out.
  [[nodiscard]] std::uint64_t left() const { return octets_ - given_; }

 private:
  BodyStream(BodyQueue& queue, std::unique_ptr<AskedBody> asked)
      : queue_(&queue),
        asked_(std::move(asked)),
        floor_(queue.link().settings().body_rate_min.octets) {}

  net::Task<> begin();
  net::Task<> finish();

  [[nodiscard]] ImapLink& link() const { return queue_->link(); }

  BodyQueue* queue_;
  std::unique_ptr<AskedBody> asked_;
  RateFloor floor_;
  std::uint64_t octets_ = 0;
  std::uint64_t given_ = 0;
  bool is_whole_ = false;  // it lies in the AskedBody
  bool finished_ = false;
};

}  // namespace postern::upstream
