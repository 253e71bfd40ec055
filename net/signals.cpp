// uv_signal_t, in a node that outlives its owner until libuv has closed it.

#include "net/signals.hpp"

#include <uv.h>

#include <utility>

namespace postern::net {

struct Signal::Watch {
  uv_signal_t signal{};
  std::function<void()> came;
};

Signal::Signal(Loop& loop, int number, std::function<void()> came) : watch_(new Watch) {
  watch_->came = std::move(came);
  watch_->signal.data = watch_;
  uv_signal_init(loop.uv(), &watch_->signal);
  uv_signal_start(
      &watch_->signal,
      [](uv_signal_t* signal, int) { static_cast<Watch*>(signal->data)->came(); },
      number);
}

Signal::~Signal() {
  uv_close(reinterpret_cast<uv_handle_t*>(&watch_->signal), [](uv_handle_t* handle) {
    delete static_cast<Watch*>(handle->data);  // NOLINT(cppcoreguidelines-owning-memory)
  });
}

}  // namespace postern::net
