// The fields of /proc/self/stat are told in proc(5). The second, the name of the program in
// parentheses, may itself contain blanks and parentheses, so counting starts behind the last one.

#include "metrics/process.hpp"

#include <array>
#include <charconv>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>

namespace postern::metrics {

namespace {

constexpr std::size_t kFirstField = 3;  // of those behind the name, as proc(5) counts
constexpr std::size_t kUserTicks = 14;
constexpr std::size_t kSystemTicks = 15;
constexpr std::size_t kThreads = 20;
constexpr std::size_t kStartTicks = 22;  // since boot
constexpr std::size_t kVirtualOctets = 23;
constexpr std::size_t kResidentPages = 24;

class Stat {
 public:
  static std::optional<Stat> read() {
    std::ifstream file("/proc/self/stat");
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) return std::nullopt;
    Stat stat;
    std::string_view rest = std::string_view(text).substr(name_end + 1);
    for (std::size_t field = kFirstField; field <= kResidentPages; ++field) {
      rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
      std::from_chars(rest.data(), rest.data() + rest.size(), stat.fields_.at(field));
      rest.remove_prefix(std::min(rest.find(' '), rest.size()));
    }
    return stat;
  }

  [[nodiscard]] std::int64_t number(std::size_t field) const { return fields_.at(field); }

  [[nodiscard]] std::chrono::nanoseconds ticks(std::size_t field) const {
    return std::chrono::nanoseconds(std::chrono::seconds(1)) * number(field) / sysconf(_SC_CLK_TCK);
  }

 private:
  std::array<std::int64_t, kResidentPages + 1> fields_{};
};

std::chrono::nanoseconds since_boot() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

// Opened by open(2) rather than opendir(3): the latter's descriptor is born inside the C library,
// where ThreadSanitizer does not see it, and takes it for the one that had its number before.
std::optional<std::int64_t> open_descriptors() {
  const int own = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (own < 0) return std::nullopt;
  const std::unique_ptr<DIR, CloseDirectory> directory(fdopendir(own));
  if (!directory) {
    close(own);
    return std::nullopt;
  }
  std::int64_t count = -1;  // the one that reads the directory
  while (const dirent* entry = readdir(directory.get())) {
    if (entry->d_name[0] != '.') ++count;
  }
  return count;
}

}  // namespace

ProcessFacts::ProcessFacts() {
  const auto now = std::chrono::system_clock::now();
  const auto stat = Stat::read();
  const auto age = stat ? since_boot() - stat->ticks(kStartTicks) : std::chrono::nanoseconds(0);
  started_ = std::chrono::time_point_cast<std::chrono::seconds>(now - age);
}

void ProcessFacts::report(Recorder& recorder) const {
  recorder.set(kMetrics.process_start_time(), started_);
  if (const auto stat = Stat::read()) {
    recorder.follow(kMetrics.process_cpu(), stat->ticks(kUserTicks) + stat->ticks(kSystemTicks));
    recorder.set(kMetrics.process_threads(), stat->number(kThreads));
    recorder.set(kMetrics.process_virtual_memory(), stat->number(kVirtualOctets));
    recorder.set(kMetrics.process_resident_memory(),
                 stat->number(kResidentPages) * sysconf(_SC_PAGESIZE));
  }
  if (const auto count = open_descriptors()) recorder.set(kMetrics.process_open_fds(), *count);
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    recorder.set(kMetrics.process_max_fds(), static_cast<std::int64_t>(limit.rlim_cur));
  }
}

}  // namespace postern::metrics
