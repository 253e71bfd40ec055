// Counting.

#include "upstream/passage.hpp"

#include <utility>

namespace postern::upstream {

using metrics::DisconnectReason;
using metrics::kMetrics;
using net::Kind;

Passage::Passage(net::Stream stream, const LinkContext& context)
    : stream_(std::move(stream)),
      recorder_(&context.recorder),
      links_(&context.links),
      upstream_(context.metric) {
  ++*links_;
  recorder_->raise(kMetrics.upstream_connections(upstream_, metrics::LinkState::Active));
}

Passage::Passage(Passage&& other) noexcept
    : stream_(std::move(other.stream_)),
      recorder_(std::exchange(other.recorder_, nullptr)),
      links_(other.links_),
      upstream_(other.upstream_),
      reason_(other.reason_) {}

Passage::~Passage() {
  if (recorder_ == nullptr) return;
  --*links_;
  recorder_->lower(kMetrics.upstream_connections(upstream_, metrics::LinkState::Active));
  recorder_->add(kMetrics.upstream_disconnects(upstream_, reason_));
  recorder_->add(kMetrics.upstream_received(upstream_), stream_.octets_received());
  recorder_->add(kMetrics.upstream_sent(upstream_), stream_.octets_sent());
}

DisconnectReason disconnect_reason(Kind kind) {
  switch (kind) {
    case Kind::Closed:
      return DisconnectReason::Eof;
    case Kind::Reset:
      return DisconnectReason::Reset;
    case Kind::Timeout:
      return DisconnectReason::Timeout;
    default:
      return DisconnectReason::ProtocolError;
  }
}

metrics::UpstreamResult unanswered(Kind kind) {
  switch (kind) {
    case Kind::Timeout:
      return metrics::UpstreamResult::Timeout;
    case Kind::Malformed:
    case Kind::Limit:
      return metrics::UpstreamResult::Malformed;
    default:
      return metrics::UpstreamResult::Lost;
  }
}

net::Error beyond_bounds(net::Error error) {
  if (error.kind == Kind::Limit) error.kind = Kind::Malformed;
  return error;
}

}  // namespace postern::upstream
