// The octets of one message, as they come.
//
// A mail is as long as the literal that carries it says, whatever was said before; and it is whole
// only when all of those octets came, the response named the message that was asked for, and the
// command was answered OK. So the end of a BodyStream is a promise: next() answers with nothing
// only then, and fails in every other case.

#pragma once

#include "upstream/imap_link.hpp"
#include "wire/numbers.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::upstream {

// What of the message to ask for; always PEEK, which sets no flag.
struct BodyRequest {
  enum class What : unsigned char { Whole, Header, Part };

  wire::Uid uid;
  What what = What::Whole;
  std::uint64_t origin = 0;  // Part: from this octet
  std::uint64_t octets = 0;  // Part: at most so many
};

// An upstream that sends so slowly is as good as one that hangs: octets over a stretch of waiting,
// in which the time that we spent elsewhere does not count.
class RateFloor {
 public:
  static constexpr net::Duration kStretch = std::chrono::seconds(60);

  explicit RateFloor(std::uint64_t octets_per_second) : per_second_(octets_per_second) {}

  // So many octets came after so long a wait. False: too slow.
  [[nodiscard]] bool keeps_up(net::Duration waited, std::uint64_t octets);

 private:
  std::uint64_t per_second_;
  net::Duration waited_{};
  std::uint64_t octets_ = 0;
};

class BodyStream {
 public:
  // Asks, and waits until the first octets are announced. Fails with Kind::Gone if the message is
  // not there any more, Kind::Unavailable if the server will not give it, Kind::Limit if it is too
  // large to be true; the link stays usable after the first two.
  static net::Task<BodyStream> open(ImapLink& link, BodyRequest request);

  BodyStream(BodyStream&&) = default;

  // As the server announced it.
  [[nodiscard]] std::uint64_t octets() const { return octets_; }

  // Some octets, good until the next call; none when the message is whole.
  net::Task<std::string_view> next();

  // Octets announced that have not been handed out.
  [[nodiscard]] std::uint64_t left() const { return octets_ - given_; }

 private:
  class InlineBody;

  BodyStream(ImapLink& link, BodyRequest request, std::string tag)
      : link_(&link),
        request_(request),
        tag_(std::move(tag)),
        floor_(link.settings().body_rate_min.octets) {}

  net::Task<> begin();
  net::Task<> finish();
  [[nodiscard]] net::Error spoil(net::Kind kind, std::string what);
  [[nodiscard]] bool is_asked_for(const wire::imap::Body& body) const;

  ImapLink* link_;
  BodyRequest request_;
  std::string tag_;
  RateFloor floor_;
  std::string inline_;  // a body that came as a quoted string
  std::uint64_t octets_ = 0;
  std::uint64_t given_ = 0;
  bool is_inline_ = false;
  bool finished_ = false;
};

}  // namespace postern::upstream
