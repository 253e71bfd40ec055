// Something that is done on a client's behalf, and given up as soon as the client is gone: nobody
// hears the answer then, and the upstream has better things to do.

#pragma once

#include "net/scope.hpp"
#include "net/stream.hpp"
#include "net/task.hpp"

#include <optional>
#include <type_traits>
#include <utility>

namespace postern::proxy {

// Begins with its construction; a member of nothing, but a local of who then calls finish().
template <class T = void>
class WhileThere {
 public:
  WhileThere(net::Stream& client, net::Task<T> task) : client_(client) {
    scope_.spawn(carry_out(std::move(task), end_));
  }

  // Hears how it ended. If the client goes before, it is cancelled, and this fails with what ended
  // the client. Views into what the client said end.
  net::Task<T> finish() {
    if (!end_ && scope_.live() > 0) {
      scope_.when_empty([this] { client_.stop_watching(); });
      const net::Deadline whenever{net::Time::max()};
      auto gone = co_await attempt(client_.departure(whenever));
      if (!gone) {
        scope_.cancel();
        co_await net::fail(std::move(gone.error()));
      }
    }
    if (!end_) co_await net::fail(net::Kind::Internal, net::Origin::Here, "ended without an end");
    if (!*end_) co_await net::fail(std::move(end_->error()));
    if constexpr (!std::is_void_v<T>) co_return std::move(**end_);
  }

 private:
  static net::Task<> carry_out(net::Task<T> task, std::optional<net::Result<T>>& end) {
    end = co_await attempt(std::move(task));
  }

  net::Stream& client_;
  std::optional<net::Result<T>> end_;
  net::Scope scope_{[](const net::Error&) {}};
};

}  // namespace postern::proxy
