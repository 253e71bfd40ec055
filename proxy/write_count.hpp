// How often a file of state has been written to, by all processes that use it: so that what was
// read from it a while ago may be known to hold still, without a look at the disk.
//
// The count is kept in sixteen octets in a file beside the other, `state.db-writes`, which every
// process has mapped. A write is counted when it begins, while the write lock is held, and when it
// has been committed: what was read when all writes that had begun had also ended holds until
// another begins. A process that is killed in between leaves a write that never ended; then nothing
// is known until the next one has.
//
// Nobody may shorten that file while it is in use. To remove it, or put another in its place, is
// harmless: that is seen by the next open().

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

namespace postern::proxy {

class WriteCount {
 public:
  // Of the file of state at that path.
  explicit WriteCount(const std::filesystem::path& state);

  WriteCount(const WriteCount&) = delete;
  WriteCount& operator=(const WriteCount&) = delete;
  ~WriteCount() = default;

  // Maps what is at the path now; makes it where there is nothing. False: the disk will not have
  // it. Touches the disk, as the only one of these functions.
  bool open();

  // The number of writes that were begun, if all of them have ended. Nothing: one is under way, or
  // it is not known.
  [[nodiscard]] std::optional<std::uint64_t> settled() const;

  // One write of this process at a time. begin() is called while nobody else can write, before the
  // commit; end() after it, and when nothing came of the write as well.
  void begin();
  void end();

 private:
  class Mapping;

  [[nodiscard]] std::shared_ptr<Mapping> mapping() const;

  const std::filesystem::path path_;
  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<Mapping> mapping_;

  // The writer's.
  std::shared_ptr<Mapping> written_;
  std::uint64_t write_ = 0;
};

}  // namespace postern::proxy
