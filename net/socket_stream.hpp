// Streams over TCP: a uv_tcp_t that reads only while somebody wants octets.
//
// Reading is not stopped after each read, which would cost a system call or two: if nobody wants
// more when more has come, libuv is handed no memory, says so (UV_ENOBUFS), and there reading
// stops. Internal to net.

#pragma once

#include "net/stream.hpp"

#include <uv.h>

#include <cstddef>
#include <span>
#include <string_view>

namespace postern::net {

class SocketStream final : public StreamCore {
 public:
  SocketStream(Loop& loop, Origin origin);

  // Takes over a connected descriptor. Zero, or what libuv says.
  int open(int descriptor);

  // Begins to connect; `ended` is always called if this answers zero, also when the stream is
  // closed before (UV_ECANCELED).
  int connect(uv_connect_t* request, const Address& to, uv_connect_cb ended);

  [[nodiscard]] Address local() const override;

 private:
  struct Sending;

  void start_reading() override;
  std::size_t send_now(std::span<const std::string_view> pieces) override;
  void send_later(Block* block) override;
  [[nodiscard]] std::size_t in_flight() const override;
  void half_close() override;
  void close(bool reset) override;

  static void want_memory(uv_handle_t* handle, std::size_t suggested, uv_buf_t* buffer);
  static void has_read(uv_stream_t* tcp, ssize_t count, const uv_buf_t* buffer);
  void has_sent(Block* block, int status);
  void stop_reading();
  void discard_unread();

  uv_stream_t* tcp() { return reinterpret_cast<uv_stream_t*>(&tcp_); }

  uv_handle_t* handle() { return reinterpret_cast<uv_handle_t*>(&tcp_); }

  bool reading_ = false;  // fits behind what the core ends with
  uv_tcp_t tcp_{};
};

}  // namespace postern::net
