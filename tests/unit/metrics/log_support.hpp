// Places for a log to write to, and what it wrote there.

#pragma once

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <fcntl.h>
#include <poll.h>
#include <sstream>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace postern::metrics {

inline std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

// A file in memory, which takes everything.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(memfd_create("log", MFD_CLOEXEC)) { EXPECT_GE(descriptor_, 0); }

  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  ~MemoryFile() { close(descriptor_); }

  [[nodiscard]] int descriptor() const { return descriptor_; }

  [[nodiscard]] std::string text() const {
    std::string text(static_cast<std::size_t>(lseek(descriptor_, 0, SEEK_END)), '\0');
    EXPECT_EQ(pread(descriptor_, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    return text;
  }

  [[nodiscard]] std::vector<std::string> lines() const { return split_lines(text()); }

 private:
  int descriptor_;
};

// A pipe that holds 4 KiB and takes no more until it is read.
class Pipe {
 public:
  Pipe() {
    EXPECT_EQ(pipe2(ends_.data(), O_CLOEXEC), 0);
    EXPECT_EQ(fcntl(ends_[1], F_SETPIPE_SZ, 4096), 4096);
  }

  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  ~Pipe() {
    close_reader();
    close_writer();
  }

  [[nodiscard]] int writer() const { return ends_[1]; }

  void close_reader() { close_end(0); }

  void close_writer() { close_end(1); }

  [[nodiscard]] bool is_silent_for(std::chrono::milliseconds time) const {
    pollfd readable{.fd = ends_[0], .events = POLLIN, .revents = 0};
    return poll(&readable, 1, static_cast<int>(time.count())) == 0;
  }

  // Waits for octets; empty when none come within a minute.
  [[nodiscard]] std::string read_some() const {
    pollfd readable{.fd = ends_[0], .events = POLLIN, .revents = 0};
    if (poll(&readable, 1, 60'000) <= 0) return {};
    std::string text(4096, '\0');
    const ssize_t size = read(ends_[0], text.data(), text.size());
    EXPECT_GE(size, 0);
    text.resize(static_cast<std::size_t>(size));
    return text;
  }

 private:
  void close_end(std::size_t end) {
    if (ends_.at(end) >= 0) close(ends_.at(end));
    ends_.at(end) = -1;
  }

  std::array<int, 2> ends_{-1, -1};
};

}  // namespace postern::metrics
