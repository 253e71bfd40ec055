// The coroutines of a Peer.

#include "tests/support/peer.hpp"

#include <utility>

namespace postern::test {

namespace {

// Longer than any test turns its clock, and within what a timer can be armed for.
constexpr net::Duration kForEver = std::chrono::hours(24 * 10);

}  // namespace

Peer::Peer(net::Loop& loop, net::Stream stream)
    : loop_(loop), stream_(std::move(stream)), writing_([](const net::Error&) {}) {
  stream_.set_read_size(net::BlockPool::kLarge);
  listen();
}

void Peer::say(std::string_view octets) {
  if (stream_.is_open() && !octets.empty()) stream_.put(octets);
}

void Peer::listen() {
  listen_after(nullptr, {});
}

void Peer::stop_listening() {
  reading_ = nullptr;
}

void Peer::start_tls(std::shared_ptr<const net::TlsContext> context, std::string server_name) {
  listen_after(std::move(context), std::move(server_name));
}

void Peer::listen_after(std::shared_ptr<const net::TlsContext> tls, std::string server_name) {
  reading_ = std::make_unique<net::Scope>([](const net::Error&) {});
  if (stream_.is_open()) reading_->spawn(take_in(std::move(tls), std::move(server_name)));
}

net::Task<> Peer::take_in(std::shared_ptr<const net::TlsContext> tls, std::string server_name) {
  const net::Deadline for_ever{loop_.now() + kForEver};
  if (tls != nullptr) {
    const auto done = co_await attempt(stream_.start_tls(tls, server_name, for_ever));
    if (!done) {
      end_ = done.error().kind;
      co_return;
    }
  }
  while (true) {
    const auto some = co_await attempt(stream_.read_some(std::size_t{64} << 10U, for_ever));
    if (!some) {
      end_ = some.error().kind;
      co_return;
    }
    heard_ += *some;
  }
}

void Peer::take(std::size_t octets) {
  reading_ = std::make_unique<net::Scope>([](const net::Error&) {});
  if (stream_.is_open()) reading_->spawn(take_some(octets));
}

net::Task<> Peer::take_some(std::size_t octets) {
  while (octets > 0) {
    const auto some =
        co_await attempt(stream_.read_some(octets, net::Deadline{loop_.now() + kForEver}));
    if (!some) {
      end_ = some.error().kind;
      co_return;
    }
    heard_ += *some;
    octets -= some->size();
  }
}

void Peer::end_output() {
  if (stream_.is_open()) writing_.spawn(finish_output());
}

net::Task<> Peer::finish_output() {
  const auto flushed = co_await attempt(stream_.flush(net::Deadline{loop_.now() + kForEver}));
  if (flushed) stream_.end_output();
}

void Peer::close() {
  reading_ = nullptr;
  stream_.close();
}

void Peer::reset() {
  reading_ = nullptr;
  if (stream_.is_open()) stream_.reset();
  stream_.close();
}

}  // namespace postern::test
