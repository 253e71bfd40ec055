// A file of lasting or cached state: one SQLite database, kept open by the two threads of
// proxy/state_threads.hpp, and what is done when it fails.
//
// There are two of them, side by side. The one at `state.path` holds what nobody can find out
// again; a commit of it is on the disk when it is answered, and a damaged file stays where it is:
// whoever needs it is told so. `index.db` beside it is a cache; a damaged one, one of another
// version or of another program is renamed to `index.db.bad`, and begun anew.
//
// What was read from lasting state may be remembered for as long as its Moment lasts: nobody has
// written to the file since, in this process or another.
//
// To keep something more in a file, add its tables to the `build` of its plan and raise the
// version: build() runs in the transaction that opens the file, with the version that the file has,
// 0 if it is new. A cache need not know older versions: it is begun anew.

#pragma once

#include "net/timer.hpp"
#include "proxy/sqlite.hpp"
#include "proxy/write_count.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace postern::proxy {

struct StatePlan {
  std::filesystem::path path;
  bool is_cache = false;
  std::int32_t application = 0;  // differs for each file
  std::int64_t version = 1;      // of the tables, at least 1
  std::function<net::Result<>(Database&, std::int64_t from)> build;

  // How long a disk is left alone that failed.
  net::Duration pause = std::chrono::seconds(30);

  // Programs that do not count their writes (proxy/write_count.hpp) are noticed within this time.
  net::Duration looked_after = std::chrono::seconds(1);

  // Told on the thread that found out: that the file cannot be written or, if it is lasting, read
  // (once, until both can be done again), that they can, and why it was begun anew. Each may be
  // empty.
  std::function<void(const net::Error&)> failed{};
  std::function<void()> recovered{};
  std::function<void(const net::Error&)> replaced{};
};

class StateFile {
 public:
  using Work = std::function<net::Result<>(Database&)>;

  // A time in which nobody wrote to the file.
  struct Moment {
    std::uint64_t writes = 0;     // that had ended before
    std::uint64_t strangers = 0;  // how often somebody had written who does not count writes

    friend bool operator==(const Moment&, const Moment&) = default;
  };

  explicit StateFile(StatePlan plan) : plan_(std::move(plan)), writes_(plan_.path) {}

  StateFile(const StateFile&) = delete;
  StateFile& operator=(const StateFile&) = delete;
  ~StateFile() = default;

  // On the writing thread: the work in one transaction, committed when this returns. An Error of
  // the work, or of the disk, undoes all of it. A cache that turns out to be damaged is begun anew,
  // and the work done once more.
  [[nodiscard]] net::Result<> write(const Work& work);

  // On the reading thread: the work sees one moment of the file. Kind::Gone: there is no file yet.
  // Kind::Changed: its version is older, and any write() brings it up to date; of lasting state.
  [[nodiscard]] net::Result<> read(const Work& work);

  // What a read that is asked for from now on sees holds as long as this stays the same, and
  // is_fresh(). Nothing: somebody is writing, the file is a cache, or it is not known. Any thread;
  // never waits for the disk.
  [[nodiscard]] std::optional<Moment> moment() const;

  // Whether strangers would have been noticed: there was a read a moment ago. Any thread.
  [[nodiscard]] bool is_fresh() const;

  // As far as is known from the last work of each thread. Any thread; never waits for the disk.
  [[nodiscard]] bool works() const { return failing_.load() == 0; }

  [[nodiscard]] bool can_write() const { return (failing_.load() & kWriting) == 0; }

  // Of the file and what waits beside it to be merged, when it was used last. Likewise.
  [[nodiscard]] std::uint64_t octets() const { return octets_.load(); }

  // Whether this Error is of the file as a whole, so that other work would fail like it.
  [[nodiscard]] static bool is_of_file(const net::Error& error);

 private:
  [[nodiscard]] net::Result<Database*> writer();
  [[nodiscard]] net::Result<> build(Database& database) const;
  [[nodiscard]] net::Result<> write_once(const Work& work);
  [[nodiscard]] bool is_damage(const net::Error& error);
  [[nodiscard]] net::Result<> read_once(const Work& work);
  void settle(const net::Result<>& result);
  void settle_reading(const net::Result<>& result);
  void fails(std::uint8_t side, const net::Error& error);
  void is_well(std::uint8_t side);
  void measure();
  void begin_anew(FileNumber damaged, const net::Error& why);
  void look_for_strangers(Database* database);

  const StatePlan plan_;
  WriteCount writes_;

  // The writing thread's.
  std::unique_ptr<Database> writer_;
  net::Time off_until_{};

  // The reading thread's.
  std::unique_ptr<Database> reader_;
  std::optional<std::uint64_t> writes_seen_;
  std::uint64_t serial_seen_ = 0;
  std::int64_t version_seen_ = 0;
  bool was_there_ = false;  // the file, so that it must not be gone

  // Each thread sets its own bit.
  static constexpr std::uint8_t kWriting = 1;
  static constexpr std::uint8_t kReading = 2;
  std::atomic<std::uint8_t> failing_ = 0;
  std::atomic<std::uint64_t> octets_ = 0;

  std::atomic<std::uint64_t> strangers_ = 0;
  std::atomic<net::Time> looked_at_{net::Time{}};

  // A cache that the reader found damaged, and that the writer is to begin anew.
  std::atomic<FileNumber> damaged_{};
};

}  // namespace postern::proxy
