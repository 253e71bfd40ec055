// A connection to an upstream, and that it is counted for as long as it exists.
//
// A link speaks a protocol over it. When all that was to be said has been said, the link can give
// it away, and what comes is passed on unread.

#pragma once

#include "conf/settings.hpp"
#include "metrics/catalogue.hpp"
#include "metrics/recorder.hpp"
#include "metrics/session_log.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"

#include <cstddef>

namespace postern::upstream {

// What a link needs to know of the world around it.
struct LinkContext {
  net::Loop& loop;
  const conf::Upstream& settings;
  metrics::Recorder& recorder;
  metrics::Upstream metric;
  metrics::SessionLog& log;
  std::size_t& links;  // how many connections the address has; outlives them
};

class Passage {
 public:
  // Keeps nothing of the context but where to count.
  Passage(net::Stream stream, const LinkContext& context);

  Passage(Passage&& other) noexcept;
  Passage(const Passage&) = delete;
  Passage& operator=(const Passage&) = delete;
  Passage& operator=(Passage&&) = delete;
  ~Passage();

  [[nodiscard]] net::Stream& stream() { return stream_; }

  // False once it was given away.
  [[nodiscard]] bool is_here() const { return recorder_ != nullptr; }

  // Why the connection ends; in order, if nobody says otherwise.
  void ends_by(metrics::DisconnectReason reason) { reason_ = reason; }

 private:
  net::Stream stream_;
  metrics::Recorder* recorder_;
  std::size_t* links_;
  metrics::Upstream upstream_;
  metrics::DisconnectReason reason_ = metrics::DisconnectReason::Logout;
};

// What an error on a connection to an upstream is counted as.
[[nodiscard]] metrics::DisconnectReason disconnect_reason(net::Kind kind);

// What a command is counted as that such an error kept from being answered.
[[nodiscard]] metrics::UpstreamResult unanswered(net::Kind kind);

// A server that goes beyond our bounds breaks its protocol. Kind::Limit is kept for a mailbox or a
// mail that is too large, which a client is told for good.
[[nodiscard]] net::Error beyond_bounds(net::Error error);

}  // namespace postern::upstream
