// A connection to an upstream, and that it is counted for as long as it exists.
//
// A link speaks a protocol over it. When all that was to be said has been said, the link can give
// it away, and what comes is passed on unread.

#pragma once

#include "metrics/catalogue.hpp"
#include "metrics/recorder.hpp"
#include "net/stream.hpp"

#include <cstddef>

namespace postern::upstream {

class Passage {
 public:
  // `links` counts the connections of one address; it must outlive this.
  Passage(net::Stream stream,
          metrics::Recorder& recorder,
          metrics::Upstream upstream,
          std::size_t& links);

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

}  // namespace postern::upstream
