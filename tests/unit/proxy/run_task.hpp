// A task that waits for a thread of the state, run to its end on a loop of the test.

#pragma once

#include "net/loop.hpp"
#include "net/scope.hpp"

#include <utility>

namespace postern::test {

template <class T>
net::Task<> put_into(net::Task<T> task, net::Result<T>& result) {
  result = co_await attempt(std::move(task));
}

template <class T>
net::Result<T> run_task(net::Loop& loop, net::Task<T> task) {
  net::Result<T> result = net::failure(net::Kind::Internal, net::Origin::Here, "did not end");
  net::Scope scope([](const net::Error&) {});
  scope.spawn(put_into(std::move(task), result));
  // A loop that is stopped while it does not run would stop at its next run.
  if (scope.live() == 0) return result;
  scope.when_empty([&loop] { loop.stop(); });
  loop.run();
  return result;
}

}  // namespace postern::test
