// Two numbers that processes share.

#include "proxy/write_count.hpp"

#include <atomic>
#include <cstddef>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace postern::proxy {

namespace {

std::filesystem::path beside(std::filesystem::path path) {
  return path += "-writes";
}

// A file made by root has to be the gateway's, which owns the folder.
void leave_to_owner_of_folder(int descriptor, const std::filesystem::path& path) {
  struct stat file{};
  struct stat folder{};
  if (geteuid() != 0 || fstat(descriptor, &file) != 0 || file.st_uid != 0) return;
  if (stat(path.parent_path().c_str(), &folder) != 0) return;
  (void)!fchown(descriptor, folder.st_uid, folder.st_gid);
}

}  // namespace

class WriteCount::Mapping {
 public:
  struct Numbers {
    std::uint64_t begun;
    std::uint64_t ended;
  };

  static std::shared_ptr<Mapping> open(const std::filesystem::path& path) {
    const int descriptor = ::open(
        path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (descriptor < 0) return nullptr;
    leave_to_owner_of_folder(descriptor, path);
    struct stat status{};
    void* octets = MAP_FAILED;  // NOLINT: C's cast
    // Room on the disk first: a mapped page that finds none ends the process. It adds zeros to a
    // short file and leaves a whole one as it is, whoever else does the same.
    if (posix_fallocate(descriptor, 0, sizeof(Numbers)) == 0 && fstat(descriptor, &status) == 0) {
      octets = mmap(nullptr, sizeof(Numbers), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    }
    ::close(descriptor);
    if (octets == MAP_FAILED) return nullptr;  // NOLINT: C's cast
    return std::make_shared<Mapping>(static_cast<Numbers*>(octets), status);
  }

  Mapping(Numbers* numbers, const struct stat& status) : numbers_(numbers), status_(status) {}

  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  ~Mapping() { munmap(numbers_, sizeof(Numbers)); }

  [[nodiscard]] bool is_at(const std::filesystem::path& path) const {
    struct stat now{};
    return stat(path.c_str(), &now) == 0 && now.st_dev == status_.st_dev &&
           now.st_ino == status_.st_ino;
  }

  [[nodiscard]] std::atomic_ref<std::uint64_t> begun() const {
    return std::atomic_ref(numbers_->begun);
  }

  [[nodiscard]] std::atomic_ref<std::uint64_t> ended() const {
    return std::atomic_ref(numbers_->ended);
  }

 private:
  Numbers* numbers_;
  struct stat status_;
};

WriteCount::WriteCount(const std::filesystem::path& state) : path_(beside(state)) {}

std::shared_ptr<WriteCount::Mapping> WriteCount::mapping() const {
  const std::scoped_lock lock(mutex_);
  return mapping_;
}

bool WriteCount::open() {
  if (const auto now = mapping(); now != nullptr && now->is_at(path_)) return true;
  auto opened = Mapping::open(path_);
  const std::scoped_lock lock(mutex_);
  mapping_ = std::move(opened);
  return mapping_ != nullptr;
}

std::optional<std::uint64_t> WriteCount::settled() const {
  const auto now = mapping();
  if (now == nullptr) return std::nullopt;
  // In this order: a write that begins in between is one that has not ended.
  const std::uint64_t ended = now->ended().load();
  const std::uint64_t begun = now->begun().load();
  if (begun != ended) return std::nullopt;
  return begun;
}

void WriteCount::begin() {
  written_ = mapping();
  if (written_ != nullptr) write_ = written_->begun().fetch_add(1) + 1;
}

void WriteCount::end() {
  const auto written = std::exchange(written_, nullptr);
  if (written == nullptr) return;
  // The next write may have ended before us.
  std::uint64_t ended = written->ended().load();
  while (ended < write_ && !written->ended().compare_exchange_weak(ended, write_)) {
  }
}

}  // namespace postern::proxy
