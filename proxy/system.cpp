// By the calls of Linux; no library for a datagram and three environment variables.

#include "proxy/system.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace postern::proxy {

namespace {

constexpr int kFirstInherited = 3;  // SD_LISTEN_FDS_START

std::unexpected<net::Error> cannot(const std::string& what) {
  return net::failure(net::Kind::Internal, net::Origin::Here, what + ": " + std::strerror(errno));
}

std::string take_variable(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value != nullptr ? value : "";
  unsetenv(name);
  return text;
}

}  // namespace

void harden() {
  std::signal(SIGPIPE, SIG_IGN);
  umask(S_IRWXG | S_IRWXO);
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  (void)setrlimit(RLIMIT_CORE, &none);  // refused where it is zero already
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

net::Result<> drop_privileges(const std::string& user) {
  if (geteuid() != 0) return {};
  errno = 0;
  const passwd* entry = getpwnam(user.c_str());  // before any other thread of ours looks up users
  if (entry == nullptr) {
    if (errno == 0) errno = ENOENT;
    return cannot("server.user: no user " + user);
  }
  const uid_t uid = entry->pw_uid;
  const gid_t gid = entry->pw_gid;
  if (initgroups(user.c_str(), gid) != 0) return cannot("server.user: initgroups");
  if (setresgid(gid, gid, gid) != 0) return cannot("server.user: setresgid");
  if (setresuid(uid, uid, uid) != 0) return cannot("server.user: setresuid");
  if (uid != 0 && setuid(0) == 0) {
    errno = EPERM;
    return cannot("server.user: root could be had back");
  }
  // A change of user makes the process dumpable again.
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  return {};
}

void notify(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t size = std::min(std::strlen(path), sizeof address.sun_path - 1);
  std::memcpy(address.sun_path, path, size);
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // an abstract name
  const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size);
  (void)sendto(descriptor,
               state.data(),
               state.size(),
               MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address),
               length);
  close(descriptor);
}

std::vector<InheritedSocket> inherited_sockets() {
  const auto pid = wire::parse_number(take_variable("LISTEN_PID"));
  const auto count = wire::parse_number(take_variable("LISTEN_FDS"), 1000);
  std::string names = take_variable("LISTEN_FDNAMES");
  std::vector<InheritedSocket> sockets;
  if (!pid || *pid != static_cast<std::uint64_t>(getpid()) || !count) return sockets;
  for (int i = 0; i < static_cast<int>(*count); ++i) {
    const std::string name = names.substr(0, names.find(':'));
    names.erase(0, std::min(name.size() + 1, names.size()));
    const int descriptor = kFirstInherited + i;
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    sockets.push_back({.name = name, .descriptor = descriptor});
  }
  return sockets;
}

}  // namespace postern::proxy
