// A descriptor that blocks must not hold up the end of the process. So the writer asks poll(2)
// before each write, together with an eventfd that stop() makes readable, and writes at most
// PIPE_BUF octets at a time, which a pipe or a socket that poll calls writable takes without
// blocking.

#include "metrics/log_writer.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <climits>
#include <csignal>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace postern::metrics {

namespace {

constexpr auto kGoodbyeMax = std::chrono::seconds(1);

// Starts a thread that gets no signals: they belong to the main thread, and writing to a pipe
// without a reader shall give EPIPE instead of SIGPIPE.
template <class Function>
std::thread start_without_signals(Function run) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(run);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace

LogWriter::LogWriter(int descriptor,
                     LogBounds bounds,
                     std::function<std::string(std::uint64_t lines)> missing)
    : descriptor_(descriptor),
      bounds_(bounds),
      missing_(std::move(missing)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  assert(wake_ >= 0);
  pending_.reserve(bounds_.octets);
  thread_ = start_without_signals([this] { run(); });
}

LogWriter::~LogWriter() {
  stop(kGoodbyeMax);
  close(wake_);
}

bool LogWriter::push(std::string_view line) {
  const std::scoped_lock lock(mutex_);
  const bool full =
      pending_lines_ == bounds_.lines || line.size() > bounds_.octets - pending_.size();
  if (stopping_ || full) {
    ++unreported_;
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  pending_ += line;
  ++pushed_;
  ++pending_lines_;
  if (waits_for_line_ || is_urgent()) {
    waits_for_line_ = false;
    work_.notify_one();
  }
  return true;
}

// Nobody rests: somebody waits for lines to be written, or the queue is going to be full.
bool LogWriter::is_urgent() const {
  return stopping_ || flushing_ > 0 || pending_lines_ >= bounds_.lines / 2 ||
         pending_.size() > bounds_.octets / 2;
}

bool LogWriter::flush(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  ++flushing_;
  work_.notify_one();
  const bool done = done_.wait_for(lock, limit, [this, all = pushed_] { return finished_ >= all; });
  --flushing_;
  return done;
}

void LogWriter::stop(std::chrono::milliseconds limit) {
  {
    const std::scoped_lock lock(mutex_);
    if (!stopping_) deadline_ = std::chrono::steady_clock::now() + limit;
    stopping_ = true;
    work_.notify_one();
  }
  eventfd_write(wake_, 1);
  if (thread_.joinable()) thread_.join();
}

void LogWriter::run() {
  std::string writing;
  writing.reserve(bounds_.octets);
  std::unique_lock lock(mutex_);
  while (true) {
    waits_for_line_ = true;
    work_.wait(lock, [this] { return stopping_ || pending_lines_ > 0; });
    waits_for_line_ = false;
    if (pending_lines_ == 0) return;
    writing.swap(pending_);
    const std::size_t lines = std::exchange(pending_lines_, 0);
    const std::uint64_t missing = std::exchange(unreported_, 0);
    lock.unlock();
    const std::uint64_t lost = write_lines(writing);
    const bool told = missing == 0 || (lost == 0 && write_lines(missing_(missing)) == 0);
    writing.clear();
    lock.lock();
    dropped_.fetch_add(lost, std::memory_order_relaxed);
    unreported_ += told ? lost : lost + missing;
    finished_ += lines;
    done_.notify_all();
    work_.wait_for(lock, kRest, [this] { return is_urgent(); });
  }
}

// Returns how many of the lines had to be given up.
std::uint64_t LogWriter::write_lines(std::string_view lines) {
  std::string_view line_end = torn_ ? "\n" : "";
  if (write_all(line_end)) write_all(lines);
  return static_cast<std::uint64_t>(std::ranges::count(lines, '\n'));
}

// Takes off the text what was written; true: all of it.
bool LogWriter::write_all(std::string_view& text) {
  while (!text.empty()) {
    if (!wait_until_writable()) return false;
    const ssize_t written =
        write(descriptor_, text.data(), std::min(text.size(), std::size_t{PIPE_BUF}));
    if (written > 0) {
      torn_ = text[static_cast<std::size_t>(written) - 1] != '\n';
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (written == 0 || (errno != EINTR && errno != EAGAIN)) {
      return false;
    }
  }
  return true;
}

// Waits for as long as it takes, or once the end is near for the time that is left.
bool LogWriter::wait_until_writable() {
  std::array<pollfd, 2> both{{{.fd = descriptor_, .events = POLLOUT, .revents = 0},
                              {.fd = wake_, .events = POLLIN, .revents = 0}}};
  while (true) {
    if (poll(both.data(), both.size(), -1) < 0) continue;  // EINTR
    if (both[0].revents != 0) return true;                 // an error is the write's to find
    const auto left = time_left();
    if (left <= std::chrono::milliseconds(0)) return false;
    if (poll(both.data(), 1, static_cast<int>(left.count())) > 0) return true;
  }
}

std::chrono::milliseconds LogWriter::time_left() {
  const std::scoped_lock lock(mutex_);
  return std::chrono::ceil<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
}

}  // namespace postern::metrics
