// The socket transport. See socket_stream.hpp.

#include "net/socket_stream.hpp"

#include <array>
#include <memory>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace postern::net {

namespace {

Kind kind_of(int status) {
  switch (status) {
    case UV_EOF:
      return Kind::Closed;
    case UV_ENOMEM:
      return Kind::Internal;
    default:
      return Kind::Reset;
  }
}

}  // namespace

struct SocketStream::Sending {
  uv_write_t request;
  SocketStream* stream;
  Block* block;
};

SocketStream::SocketStream(Loop& loop, Origin origin) : StreamCore(loop, origin) {
  tcp_.data = this;
  uv_tcp_init(loop.uv(), &tcp_);  // cannot fail without a socket to open
}

int SocketStream::open(int descriptor) {
  const int failed = uv_tcp_open(&tcp_, descriptor);
  if (failed == 0) uv_tcp_nodelay(&tcp_, 1);
  return failed;
}

int SocketStream::connect(uv_connect_t* request, const Address& to, uv_connect_cb ended) {
  set_peer(to);
  const int failed = uv_tcp_connect(request, &tcp_, to.raw(), ended);
  if (failed == 0) uv_tcp_nodelay(&tcp_, 1);
  return failed;
}

Address SocketStream::local() const {
  sockaddr_storage name{};
  int size = sizeof name;
  uv_tcp_getsockname(&tcp_, reinterpret_cast<sockaddr*>(&name), &size);
  return Address::from(reinterpret_cast<const sockaddr*>(&name));
}

void SocketStream::start_reading() {
  if (reading_ || uv_is_closing(handle()) != 0) return;
  reading_ = uv_read_start(tcp(), &SocketStream::want_memory, &SocketStream::has_read) == 0;
}

void SocketStream::stop_reading() {
  if (std::exchange(reading_, false)) uv_read_stop(tcp());
}

void SocketStream::want_memory(uv_handle_t* handle, std::size_t /*suggested*/, uv_buf_t* buffer) {
  const std::span<char> room = static_cast<SocketStream*>(handle->data)->input_room();
  *buffer = uv_buf_init(room.data(), static_cast<unsigned>(room.size()));
}

void SocketStream::has_read(uv_stream_t* tcp, ssize_t count, const uv_buf_t* /*buffer*/) {
  auto* self = static_cast<SocketStream*>(tcp->data);
  if (count > 0) return self->received(static_cast<std::size_t>(count));
  if (count == 0) return;
  self->stop_reading();
  if (count == UV_ENOBUFS) return;
  const auto status = static_cast<int>(count);
  self->received_end(
      {kind_of(status), self->origin(), status == UV_EOF ? "" : uv_strerror(status)});
}

std::size_t SocketStream::send_now(std::span<const std::string_view> pieces) {
  std::array<uv_buf_t, Write::kPiecesMax> buffers{};
  unsigned count = 0;
  for (const std::string_view piece : pieces) {
    if (piece.empty()) continue;
    // libuv takes char*, and only reads it
    buffers.at(count++) =
        uv_buf_init(const_cast<char*>(piece.data()), static_cast<unsigned>(piece.size()));
  }
  if (count == 0) return 0;
  const int sent = uv_try_write(tcp(), buffers.data(), count);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (sent != UV_EAGAIN) broke({kind_of(sent), origin(), uv_strerror(sent)});
  return 0;
}

void SocketStream::send_later(Block* block) {
  auto sending = std::make_unique<Sending>(Sending{.request = {}, .stream = this, .block = block});
  sending->request.data = sending.get();
  const uv_buf_t buffer =
      uv_buf_init(const_cast<char*>(block->octets().data()), static_cast<unsigned>(block->size()));
  const int failed =
      uv_write(&sending->request, tcp(), &buffer, 1, [](uv_write_t* request, int status) {
        const std::unique_ptr<Sending> mine(static_cast<Sending*>(request->data));
        mine->stream->has_sent(mine->block, status);
      });
  if (failed == 0) {
    sending.release();  // NOLINT(bugprone-unused-return-value): the callback owns it now
    return;
  }
  has_sent(block, failed);
}

void SocketStream::has_sent(Block* block, int status) {
  if (status < 0) broke({kind_of(status), origin(), uv_strerror(status)});
  sent(block);
}

std::size_t SocketStream::in_flight() const {
  return uv_stream_get_write_queue_size(reinterpret_cast<const uv_stream_t*>(&tcp_));
}

void SocketStream::half_close() {
  uv_os_fd_t descriptor = -1;
  if (uv_fileno(handle(), &descriptor) == 0) shutdown(descriptor, SHUT_WR);
}

void SocketStream::close(bool reset) {
  stop_reading();
  const auto closed = [](uv_handle_t* handle) {
    delete static_cast<SocketStream*>(handle->data);  // NOLINT(cppcoreguidelines-owning-memory)
  };
  if (reset && uv_tcp_close_reset(&tcp_, closed) == 0) return;
  if (!reset) discard_unread();
  uv_close(handle(), closed);
}

// Octets that lie unread in the kernel would turn our orderly end into a reset, which can rob the
// peer of our last words: they are read and dropped, within a bound.
void SocketStream::discard_unread() {
  uv_os_fd_t descriptor = -1;
  int unread = 0;
  if (uv_fileno(handle(), &descriptor) != 0) return;
  if (ioctl(descriptor, FIONREAD, &unread) != 0 || unread <= 0) return;
  shutdown(descriptor, SHUT_WR);
  std::array<char, 4096> waste;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  for (int round = 0; round < 16; ++round) {
    if (recv(descriptor, waste.data(), waste.size(), MSG_DONTWAIT) <= 0) return;
  }
}

Result<Stream> Stream::adopt(Loop& loop, int descriptor, const Address& peer, Origin origin) {
  auto* core = new SocketStream(loop, origin);  // NOLINT(cppcoreguidelines-owning-memory)
  Stream stream(core);
  core->set_peer(peer);
  const int failed = core->open(descriptor);
  if (failed == 0) return stream;
  ::close(descriptor);
  return failure(Kind::Internal, Origin::Here, uv_strerror(failed));
}

}  // namespace postern::net
