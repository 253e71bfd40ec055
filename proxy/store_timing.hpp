// How sessions see the store of what has to last: how often it failed them, and how long they
// waited for it. A session that goes meanwhile learns neither.

#pragma once

#include "net/task.hpp"
#include "proxy/session.hpp"

#include <type_traits>
#include <utility>

namespace postern::proxy {

// Awaits the operation, which a UidlStore began, and counts it.
template <class T>
net::Task<T> timed(Session& session, metrics::StoreOperation operation, net::Task<T> task) {
  using metrics::kMetrics;
  using metrics::Store;
  using metrics::StoreResult;
  const net::Time since = session.loop().exact_now();
  auto done = co_await attempt(std::move(task));
  if (!done && done.error().kind == net::Kind::Cancelled) co_await net::fail(done.error());
  const StoreResult result = done ? StoreResult::Ok : StoreResult::Error;
  metrics::Recorder& recorder = session.recorder();
  recorder.add(kMetrics.state_operations(Store::Local, operation, result));
  recorder.observe(kMetrics.state_operation_duration(Store::Local, operation),
                   session.loop().exact_now() - since);
  if (!done) co_await net::fail(std::move(done.error()));
  if constexpr (!std::is_void_v<T>) co_return std::move(*done);
}

}  // namespace postern::proxy
