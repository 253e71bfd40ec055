// Accepting by hand.

#include "net/listener.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace postern::net {

namespace {

int spare_descriptor() {
  return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

// Errors that concern one connection, which is gone already (accept(2)).
bool is_passing(int error) {
  switch (error) {
    case ECONNABORTED:
    case EINTR:
    case ENETDOWN:
    case EPROTO:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
    case EPERM:
      return true;
    default:
      return false;
  }
}

std::unexpected<Error> failed_to(const std::string& what, int descriptor) {
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  return failure(Kind::Unreachable, Origin::Here, what + ": " + std::strerror(error));
}

}  // namespace

// Outlives the listener until libuv has closed it.
struct Listener::Poll {
  uv_poll_t poll{};
  Listener* listener = nullptr;
};

Result<std::unique_ptr<Listener>> Listener::open(Loop& loop,
                                                 const Address& at,
                                                 int backlog,
                                                 Callbacks callbacks) {
  const int family = at.is_v6() ? AF_INET6 : AF_INET;
  const int descriptor = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return failed_to("cannot open a socket", descriptor);
  const int on = 1;
  const int only_v6 = at.octets() == std::array<unsigned char, 16>{} ? 0 : 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (at.is_v6()) setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6);
  if (bind(descriptor, at.raw(), at.raw_size()) != 0) {
    return failed_to("cannot bind " + at.text(), descriptor);
  }
  if (listen(descriptor, backlog) != 0) {
    return failed_to("cannot listen on " + at.text(), descriptor);
  }
  return adopt(loop, descriptor, std::move(callbacks));
}

Result<std::unique_ptr<Listener>> Listener::adopt(Loop& loop, int descriptor, Callbacks callbacks) {
  int listening = 0;
  socklen_t size = sizeof listening;
  getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size);
  if (listening == 0) {
    errno = EINVAL;
    return failed_to("not a listening socket", -1);
  }
  const int flags = fcntl(descriptor, F_GETFL);
  fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
  fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  std::unique_ptr<Listener> made(new Listener(loop, descriptor, std::move(callbacks)));
  if (made->poll_ == nullptr) {
    return failure(Kind::Internal, Origin::Here, "cannot watch a listening socket");
  }
  made->resume();
  return made;
}

Listener::Listener(Loop& loop, int descriptor, Callbacks callbacks)
    : loop_(loop),
      descriptor_(descriptor),
      spare_(spare_descriptor()),
      callbacks_(std::move(callbacks)),
      poll_(new Poll) {
  poll_->listener = this;
  poll_->poll.data = poll_;
  if (uv_poll_init(loop.uv(), &poll_->poll, descriptor) != 0) delete std::exchange(poll_, nullptr);
}

Listener::~Listener() {
  if (poll_ != nullptr) {
    poll_->listener = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(&poll_->poll), [](uv_handle_t* handle) {
      delete static_cast<Poll*>(handle->data);  // NOLINT(cppcoreguidelines-owning-memory)
    });
  }
  ::close(descriptor_);
  if (spare_ >= 0) ::close(spare_);
}

void Listener::pause() {
  uv_poll_stop(&poll_->poll);
}

void Listener::resume() {
  resume_.disarm();
  uv_poll_start(&poll_->poll, UV_READABLE, [](uv_poll_t* poll, int, int) {
    if (auto* listener = static_cast<Poll*>(poll->data)->listener) listener->accept_some();
  });
}

Address Listener::local() const {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  getsockname(descriptor_, reinterpret_cast<sockaddr*>(&name), &size);
  return Address::from(reinterpret_cast<const sockaddr*>(&name));
}

void Listener::accept_some() {
  for (int round = 0; round < kAcceptsPerTurn; ++round) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    auto* name = reinterpret_cast<sockaddr*>(&peer);
    const int accepted = accept4(descriptor_, name, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0) {
      callbacks_.connected(accepted, Address::from(name));
      continue;
    }
    const int error = errno;
    if (error == EAGAIN) return;
    if (is_passing(error)) continue;
    if (is_shortage(error)) return turn_one_away();
    callbacks_.failed(error);
    pause();
    return loop_.timers().arm(resume_, loop_.now() + kPause);
  }
}

// One client learns why; the others wait in the kernel's queue until descriptors are free again.
void Listener::turn_one_away() {
  if (spare_ >= 0) ::close(spare_);
  const int accepted = accept4(descriptor_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  const std::string_view words = callbacks_.exhausted();
  if (accepted >= 0) {
    if (!words.empty()) send(accepted, words.data(), words.size(), MSG_NOSIGNAL);
    ::close(accepted);
  }
  spare_ = spare_descriptor();
  pause();
  loop_.timers().arm(resume_, loop_.now() + kPause);
}

}  // namespace postern::net
