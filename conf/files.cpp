// Plain POSIX calls: the mode of a file matters here, and that a FIFO is not waited for. Links
// are followed, as certificates often lie behind one; what counts is the file at the end.

#include "conf/files.hpp"

#include "wire/secret.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <span>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace postern::conf {

namespace {

constexpr mode_t kOfOthers = S_IRWXO;
constexpr mode_t kGroupWrites = S_IWGRP;
constexpr mode_t kPermissions = 07777;

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }

  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::string reason(std::string_view what) {
  const std::error_code error(errno, std::generic_category());
  return fmt::format("{}: {}", what, error.message());
}

std::expected<std::string, std::string> read_all(int fd, std::size_t octets_max) {
  std::string text;
  std::array<char, 16'384> chunk{};
  while (true) {
    const auto got = read(fd, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(reason("cannot be read"));
    if (got == 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(got));
    wire::wipe(std::span<char>(chunk));  // it may have been a secret
    if (text.size() > octets_max) {
      return std::unexpected(fmt::format("is larger than {} octets", octets_max));
    }
  }
}

}  // namespace

std::expected<std::string, std::string> read_file(const std::filesystem::path& path,
                                                  std::size_t octets_max,
                                                  bool may_be_pipe) {
  // Opening a FIFO without O_NONBLOCK would wait for a writer that may never come.
  const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (may_be_pipe ? 0 : O_NONBLOCK);
  const Descriptor file(open(path.c_str(), flags));
  if (file.get() < 0) return std::unexpected(reason("cannot be opened"));
  struct stat status{};
  if (fstat(file.get(), &status) != 0) return std::unexpected(reason("cannot be looked at"));
  const bool is_pipe = may_be_pipe && (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode));
  if (!S_ISREG(status.st_mode) && !is_pipe) return std::unexpected("is not a regular file");
  return read_all(file.get(), octets_max);
}

std::optional<std::string> why_unreadable(const std::filesystem::path& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return reason("cannot be looked at");
  if (!S_ISREG(status.st_mode)) return "is not a regular file";
  if (access(path.c_str(), R_OK) != 0) return reason("cannot be read");
  return std::nullopt;
}

std::optional<std::string> why_not_private(const std::filesystem::path& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return reason("cannot be looked at");
  if ((status.st_mode & (kOfOthers | kGroupWrites)) == 0) return std::nullopt;
  return fmt::format("is open to others (mode {:04o}): chmod 0600, or 0640 for a group of its own",
                     status.st_mode & kPermissions);
}

}  // namespace postern::conf
