// A block in memory, a file behind it.

#include "proxy/spool.hpp"

#include "net/offload.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace postern::proxy {

using net::fail;
using net::Kind;
using net::Origin;
using net::Task;

// The file, in the hands of other threads: one of them at a time, and the loop's only when none has
// it. Closed, and with that gone, with the last who knows it.
class Spool::File {
 public:
  explicit File(std::filesystem::path folder) : folder_(std::move(folder)) {}

  File(const File&) = delete;
  File& operator=(const File&) = delete;

  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  std::string block;  // to be written, or what was read
  bool good = true;   // it did what it was asked for

  void write_block() {
    good = open();
    std::string_view left = block;
    while (good && !left.empty()) {
      const ssize_t written = ::write(descriptor_, left.data(), left.size());
      if (written < 0 && errno == EINTR) continue;
      good = written > 0;
      if (good) left.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void read_block(std::uint64_t at, std::size_t octets) {
    block.resize(octets);
    std::size_t got = 0;
    good = true;
    while (good && got < octets) {
      const ssize_t read =
          ::pread(descriptor_, block.data() + got, octets - got, static_cast<off_t>(at + got));
      if (read < 0 && errno == EINTR) continue;
      good = read > 0;
      if (good) got += static_cast<std::size_t>(read);
    }
  }

 private:
  bool open() {
    if (descriptor_ >= 0) return true;
    descriptor_ = ::open(folder_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor_ >= 0) return true;
    // A file system that has no files without names.
    std::string name = (folder_ / "spool-XXXXXX").string();
    descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor_ >= 0) ::unlink(name.c_str());
    return descriptor_ >= 0;
  }

  std::filesystem::path folder_;
  int descriptor_ = -1;
};

Spool::~Spool() {
  place_.room.give_back(octets_);
}

// ---- writing

bool Spool::add(std::string_view stuffed) {
  while (!failed_ && !stuffed.empty()) {
    if (at_line_start_ && stuffed.front() == '.') stuffed.remove_prefix(1);
    at_line_start_ = false;
    const std::size_t line_feed = stuffed.find('\n');
    const std::string_view line = stuffed.substr(0, line_feed);
    if (line_feed == std::string_view::npos) {
      keep(line);
      break;
    }
    keep(stuffed.substr(0, line_feed + 1));
    at_line_start_ = true;
    stuffed.remove_prefix(line_feed + 1);
  }
  return !failed_ && block_.size() >= kBlockOctets;
}

void Spool::keep(std::string_view octets) {
  if (!place_.room.take(octets.size(), place_.octets_max)) return give_up();
  octets_ += octets.size();
  block_.append(octets);
}

Task<> Spool::flush() {
  if (failed_) co_return;
  if (!file_) file_ = std::make_shared<File>(place_.folder);
  file_->block.swap(block_);
  block_.clear();
  const auto work = [file = file_] { file->write_block(); };
  const auto done =
      co_await attempt(net::offload(loop_, work, net::Deadline{loop_.now() + kPatience}));
  // Who gave up waiting may not look at the file: another thread has it.
  if (!done || !file_->good) co_return give_up();
  on_disk_ += file_->block.size();
}

void Spool::give_up() {
  failed_ = true;
  place_.room.give_back(std::exchange(octets_, 0));
  std::string().swap(block_);
  file_.reset();
}

// ---- reading

Task<std::string_view> Spool::next() {
  if (failed_) co_await fail(Kind::Internal, Origin::Here, "the spool was given up");
  if (read_ >= on_disk_) {
    const std::string_view rest = std::string_view(block_).substr(read_ - on_disk_);
    read_ += rest.size();
    co_return rest;
  }
  const std::size_t wanted = std::min<std::uint64_t>(kBlockOctets, on_disk_ - read_);
  const auto work = [file = file_, at = read_, wanted] { file->read_block(at, wanted); };
  const auto done =
      co_await attempt(net::offload(loop_, work, net::Deadline{loop_.now() + kPatience}));
  if (!done || !file_->good) {
    const bool cancelled = !done && done.error().kind == Kind::Cancelled;
    give_up();
    co_await fail(cancelled ? Kind::Cancelled : Kind::Internal, Origin::Here, "spool unreadable");
  }
  read_ += wanted;
  co_return file_->block;
}

}  // namespace postern::proxy
