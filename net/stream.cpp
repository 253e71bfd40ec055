// The waits on a stream. Each looks at what is there first; most find what they want and never
// suspend. A line is searched once: where the search for its end stopped is remembered.

#include "net/stream.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace postern::net {

// ---- ReadLine

void ReadLine::progress() {
  while (true) {
    if (skipped_ > 0 ? skip() : look()) return;
    if (stream_->pull()) continue;
    if (stream_->ended() != nullptr) end_as_stream();
    return;
  }
}

// True if the wait is over.
bool ReadLine::look() {
  const std::string_view all = stream_->unread();
  const std::size_t feed = all.find('\n', searched_);
  if (feed != std::string_view::npos) {
    std::string_view text = all.substr(0, feed);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.size() <= bound_.octets_max) {
      line_.text = text;
    } else if (bound_.skip_max > 0) {
      line_.too_long = true;
    } else {
      end(Error{Kind::Limit, origin(), "line too long"});
      return true;
    }
    stream_->consumed(feed + 1);
    done();
    return true;
  }
  searched_ = all.size();
  // The octets of a CRLF may be among those seen so far.
  if (all.size() <= bound_.octets_max + 1) return false;
  if (bound_.skip_max == 0) {
    end(Error{Kind::Limit, origin(), "line too long"});
    return true;
  }
  return skip();
}

// Drops octets of a line that is too long, up to its end or its bound. True if the wait is over.
bool ReadLine::skip() {
  const std::string_view all = stream_->unread();
  const std::size_t feed = all.find('\n');
  const std::size_t count = feed == std::string_view::npos ? all.size() : feed + 1;
  if (count > 0) stream_->consumed(count);
  skipped_ += count;
  if (skipped_ > bound_.skip_max) {
    end(Error{Kind::Limit, origin(), "line without end"});
    return true;
  }
  if (feed == std::string_view::npos) return false;
  line_.too_long = true;
  done();
  return true;
}

// ---- ReadExactly, ReadSome

void ReadExactly::progress() {
  if (!stream_->fit(octets_)) return end(Error{Kind::Internal, origin(), "out of memory"});
  while (stream_->unread().size() < octets_) {
    if (stream_->pull()) continue;
    if (stream_->ended() != nullptr) end_as_stream();
    return;
  }
  view_ = stream_->unread().substr(0, octets_);
  stream_->consumed(octets_);
  done();
}

void Readable::progress() {
  if (stream_->unread().empty() && !stream_->pull()) {
    if (stream_->ended() != nullptr) end_as_stream();
    return;
  }
  done();
}

void ReadSome::progress() {
  if (stream_->unread().empty() && !stream_->pull()) {
    if (stream_->ended() != nullptr) end_as_stream();
    return;
  }
  view_ = stream_->unread().substr(0, octets_max_);
  stream_->consumed(view_.size());
  done();
}

// ---- Write

Write::Write(StreamCore& stream,
             std::initializer_list<std::string_view> pieces,
             std::size_t unsent_max,
             std::size_t resume_at,
             Wait wait)
    : Writing(stream, wait, resume_at), unsent_max_(unsent_max) {
  assert(pieces.size() <= kPiecesMax);
  std::ranges::copy(pieces, pieces_.begin());
}

void Write::begin() {
  stream_->write(pieces_);
  if (stream_->broken()) return end(Error(*stream_->ended()));
  if (stream_->unsent() <= unsent_max_) done();
}

// ---- Handshake

Handshake::Handshake(StreamCore& stream,
                     std::shared_ptr<const TlsContext> context,
                     std::string server_name,
                     Wait wait)
    : Reading(stream, wait), context_(std::move(context)), server_name_(std::move(server_name)) {}

void Handshake::begin() {
  if (stream_->ended() != nullptr) return end_as_stream();
  if (!stream_->secure(std::move(context_), server_name_)) {
    return end(Error{Kind::Tls, origin(), "cannot start TLS: no memory, or no name to verify"});
  }
  progress();
}

void Handshake::progress() {
  switch (stream_->shake_hands()) {
    case TlsEngine::Step::Done:
      return done();
    case TlsEngine::Step::Failed:
      return end_as_stream();
    case TlsEngine::Step::Wait:
      if (stream_->ended() != nullptr) end_as_stream();
      return;
  }
}

// ---- Stream

bool Stream::has_line() const {
  return core_->unread().find('\n') != std::string_view::npos;
}

void Stream::set_unsent(std::size_t high, std::size_t low) {
  unsent_high_ = static_cast<std::uint32_t>(high);
  unsent_low_ = static_cast<std::uint32_t>(low);
}

void Stream::reset() {
  if (core_ != nullptr) core_.release()->abort();
}

}  // namespace postern::net
