// Making, or refusing, a pipe.

#include "tests/support/memory_dialer.hpp"

#include "net/sleep.hpp"

#include <algorithm>
#include <utility>

namespace postern::test {

using net::Kind;
using net::Origin;

net::Task<net::Stream> MemoryDialer::dial(std::string host,
                                          std::uint16_t port,
                                          net::Duration each,
                                          net::Deadline deadline) {
  dialled_.push_back(host + ":" + std::to_string(port));
  switch (mood_) {
    case Mood::Answers:
      break;
    case Mood::Refuses:
      co_await net::fail(Kind::NotListening, Origin::Upstream, "connection refused");
    case Mood::HasNoName:
      co_await net::fail(Kind::NoName, Origin::Upstream, "no such name");
    case Mood::IsSilent:
      co_await sleep_until(loop_, deadline.or_earlier(loop_.now() + each));
      co_await net::fail(Kind::Timeout, Origin::Upstream, "no answer");
  }
  net::PipeShape shape = shape_;
  shape.first_address = *net::Address::parse("192.0.2.250", 40000);
  shape.second_address = address_.known() ? address_ : *net::Address::parse("198.51.100.1", port);
  auto [near, far] = memory_pair(loop_, Origin::Upstream, Origin::Client, shape);
  if (host_) {
    host_(std::move(far));
  } else {
    far.close();
  }
  co_return std::move(near);
}

}  // namespace postern::test
