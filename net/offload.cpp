// uv_queue_work, and who waits for it.

#include "net/offload.hpp"

#include "net/loop.hpp"

#include <uv.h>

#include <cassert>
#include <memory>
#include <utility>

namespace postern::net {

// Belongs to libuv until its last callback; outlives whoever waits if it must.
struct Offload::Errand {
  uv_work_t request{};
  std::function<void()> work;
  Offload* waiter;  // null once nobody waits
};

Offload::Offload(Loop& loop, std::function<void()> work, Wait wait)
    : Operation(loop, wait, Origin::Here), work_(std::move(work)) {}

void Offload::begin() {
  if (!loop().is_turned_by_hand()) return;
  work_();
  done();
}

void Offload::enlist() {
  auto errand = std::make_unique<Errand>(Errand{.work = std::move(work_), .waiter = this});
  errand->request.data = errand.get();
  const int failed = uv_queue_work(
      loop().uv(),
      &errand->request,
      [](uv_work_t* request) { static_cast<Errand*>(request->data)->work(); },
      [](uv_work_t* request, int /*status*/) {
        const std::unique_ptr<Errand> mine(static_cast<Errand*>(request->data));
        if (mine->waiter != nullptr) mine->waiter->done();
      });
  assert(failed == 0);  // it fails for a missing callback only
  (void)failed;
  errand_ = errand.release();
}

void Offload::withdraw() {
  std::exchange(errand_, nullptr)->waiter = nullptr;
}

}  // namespace postern::net
