// The index in a file, `index.db`: what is remembered is there after a restart.
//
// Nobody waits for the disk. What is to be remembered waits in memory until the writing thread has
// it committed, and is found there meanwhile; of two versions of one mailbox the later is written.
// What is looked up is read by the reading thread, for which a session waits no longer than a
// moment; and once in a while, as mailboxes that are in use are remembered in memory besides, until
// the hour is over. When the disk takes nothing (full, read-only, broken), mailboxes are remembered
// in memory as well as it has room; the file is tried again after a pause.
//
// Rows that are not as they were written are counted, taken out, and as good as never there; a file
// that is damaged as a whole is begun anew by proxy/state_file.hpp. Several processes may use one
// file: each reads and writes a mailbox as a whole, in a transaction. What a process remembers may
// be older than what another has written since: it was true once, which is all that a session
// needs to find out what is true now.

#pragma once

#include "proxy/index_memory.hpp"
#include "proxy/index_store.hpp"
#include "proxy/state_threads.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

namespace postern::proxy {

// Told on threads of the disk; each may be empty.
struct IndexReports {
  std::function<void(const net::Error&)> failed{};
  std::function<void()> recovered{};
  std::function<void(const net::Error&)> replaced{};
};

class IndexSqlite final : public IndexStore {
 public:
  static constexpr net::Duration kPatience = std::chrono::seconds(2);  // of who looks up
  static constexpr std::size_t kWaitingOctetsMax = std::size_t{64} << 20U;
  static constexpr std::size_t kRecentMailboxesMax = 100'000;               // in memory besides,
  static constexpr std::size_t kRecentMessagesMax = std::size_t{1} << 20U;  // of 16 to 18 octets
  static constexpr net::Duration kPause = std::chrono::seconds(30);         // after the disk failed

  // Seconds since 1970.
  using Clock = std::function<std::int64_t()>;

  // The threads outlive it. The file is opened by its first use.
  IndexSqlite(StateThreads& threads,
              std::filesystem::path path,
              IndexReports reports = {},
              net::Duration pause = kPause,
              Clock clock = {});

  ~IndexSqlite() override;

  net::Task<std::optional<IndexedMailbox>> find(net::Loop& loop, MailboxKey key) override;
  net::Task<std::optional<IndexedMailbox>> find_latest(net::Loop& loop, MailboxKey key) override;
  void remember(const MailboxKey& key, const IndexedMailbox& mailbox) override;

  // Has the file looked after: takes out some mailboxes that nobody has used for as many days, and
  // counts. True: there may be more to take out, and the next time should be soon.
  bool tend(std::chrono::days expiry);

  // Reads and writes that failed, rows and files that were damaged, and what had no room.
  [[nodiscard]] std::uint64_t errors() const;

  // As counted by tend().
  [[nodiscard]] std::int64_t mailboxes() const;
  [[nodiscard]] std::int64_t octets() const;

 private:
  class Core;

  // Shared with the jobs that wait for the threads.
  std::shared_ptr<Core> core_;
};

}  // namespace postern::proxy
