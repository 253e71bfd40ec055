// Asked of libuv and of the kernel.

#include "net/machine.hpp"

#include <openssl/crypto.h>
#include <uv.h>

#include <algorithm>
#include <array>
#include <sys/resource.h>

namespace postern::net {

std::uint64_t memory_limit() {
  const std::uint64_t all = uv_get_total_memory();
  const std::uint64_t constrained = uv_get_constrained_memory();
  return constrained == 0 ? all : std::min(all, constrained);
}

std::uint64_t memory_resident() {
  std::size_t resident = 0;
  return uv_resident_set_memory(&resident) == 0 ? resident : 0;
}

std::size_t descriptors_max() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  if (limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);  // refused in some containers: then the old one holds
    (void)getrlimit(RLIMIT_NOFILE, &limit);
  }
  return limit.rlim_cur;
}

unsigned processors() {
  return uv_available_parallelism();
}

std::string host_name() {
  std::array<char, UV_MAXHOSTNAMESIZE> name{};
  std::size_t size = name.size();
  return uv_os_gethostname(name.data(), &size) == 0 ? std::string(name.data(), size) : "localhost";
}

std::string loop_library() {
  return uv_version_string();
}

std::string tls_library() {
  return OpenSSL_version(OPENSSL_VERSION_STRING);
}

}  // namespace postern::net
