// Asked of libuv and of the kernel.

#include "net/machine.hpp"

#include <openssl/crypto.h>
#include <uv.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>

namespace postern::net {

namespace {

// The tightest limit of the control groups (version 2) around this process. libuv knows those of
// version 1 only.
std::uint64_t control_group_limit() {
  std::uint64_t limit = UINT64_MAX;
  std::ifstream own("/proc/self/cgroup");
  for (std::string line; std::getline(own, line);) {
    if (!line.starts_with("0::/")) continue;
    const std::filesystem::path root("/sys/fs/cgroup");
    for (std::filesystem::path group = root / line.substr(4);; group = group.parent_path()) {
      std::uint64_t octets = 0;
      if (std::ifstream(group / "memory.max") >> octets) limit = std::min(limit, octets);
      if (group == root || !group.has_relative_path()) break;
    }
  }
  return limit;
}

}  // namespace

std::uint64_t memory_limit() {
  const std::uint64_t all = std::min(uv_get_total_memory(), control_group_limit());
  const std::uint64_t constrained = uv_get_constrained_memory();
  return constrained == 0 ? all : std::min(all, constrained);
}

std::uint64_t memory_resident() {
  std::size_t resident = 0;
  return uv_resident_set_memory(&resident) == 0 ? resident : 0;
}

Duration thread_time() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
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
