// What the machine gives this process.

#pragma once

#include "net/timer.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace postern::net {

// Octets of memory the process may use: the cgroup's limit, or all there is.
[[nodiscard]] std::uint64_t memory_limit();

// Octets of memory it has now.
[[nodiscard]] std::uint64_t memory_resident();

// Processor time that this thread has used: what its loop did besides waiting. libuv could measure
// the waiting, but asks the kernel twice for events then.
[[nodiscard]] Duration thread_time();

// Descriptors it may have open; raises the soft limit to the hard one on the way.
[[nodiscard]] std::size_t descriptors_max();

// Processors it may run on.
[[nodiscard]] unsigned processors();

[[nodiscard]] std::string host_name();

// Versions of the libraries below.
[[nodiscard]] std::string loop_library();
[[nodiscard]] std::string tls_library();

}  // namespace postern::net
