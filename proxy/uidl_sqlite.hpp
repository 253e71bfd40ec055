// UIDLs that last, in the file at `state.path`: a commit is on the disk before anybody is shown
// what it keeps.
//
// Nothing here is ever thrown away because it cannot be read: whoever has entries hears that the
// service is not available, and who has none is served, as long as it is known who has. No user
// name stands in the file, only digests.
//
// Most users have no entries, and poll often: for whom nothing was found, nothing is there until
// somebody writes to the file, and nobody has to look again.

#pragma once

#include "net/octet_hash.hpp"
#include "proxy/state_threads.hpp"
#include "proxy/uidl_store.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_set>

namespace postern::proxy {

// The tables, in the file of lasting state. Runs in the transaction that opens the file.
[[nodiscard]] net::Result<> build_uidl_tables(Database& database, std::int64_t from);

// Marks files of lasting state.
inline constexpr std::int32_t kStateApplication = 0x70737453;

// The file of lasting state at that path.
[[nodiscard]] StatePlan state_plan(std::filesystem::path path);

class UidlSqlite final : public UidlStore {
 public:
  // The threads outlive the store, and all that waits for it.
  UidlSqlite(StateThreads& threads, std::shared_ptr<StateFile> file);

  net::Task<StoredUidls> find(net::Loop& loop, MailboxKey key) override;
  net::Task<> keep(net::Loop& loop, MailboxKey key, UidlChange change) override;
  void note(const MailboxKey& key, UidlChange change) override;
  net::Task<ImportResult> import(net::Loop& loop,
                                 MailboxKey key,
                                 std::vector<UidlRecord> records,
                                 bool forced) override;
  net::Task<std::optional<ViewEdge>> edge(net::Loop& loop,
                                          MailboxKey key,
                                          std::string_view view) override;
  net::Task<> keep_edge(net::Loop& loop,
                        MailboxKey key,
                        std::string_view view,
                        ViewEdge edge) override;

 private:
  // Who has entries, so that everybody else can be served while the file cannot be read.
  struct Owners {
    std::mutex mutex;  // guards what follows
    std::unordered_set<net::Digest, net::OctetHash> digests;
    bool known = false;  // the file was read once
  };

  // Who has none, for a moment of the file.
  struct Others {
    static constexpr std::size_t kMost = 200'000;  // of about 60 octets

    std::mutex mutex;  // guards what follows
    std::optional<StateFile::Moment> moment;
    std::unordered_set<net::Digest, net::OctetHash> digests;
  };

  [[nodiscard]] bool has_none(const net::Digest& digest);
  void note_none(const net::Digest& digest, std::optional<StateFile::Moment> before);
  [[nodiscard]] bool has_entries(const net::Digest& digest) const;
  [[nodiscard]] bool may_have_entries(const net::Digest& digest) const;
  void note_owner(const net::Digest& digest);
  net::Task<> read(net::Loop& loop, StateFile::Work work);
  net::Task<> write(net::Loop& loop, StateFile::Work work);

  StateThreads& threads_;
  std::shared_ptr<StateFile> file_;
  std::shared_ptr<Owners> owners_;
  Others others_;
};

}  // namespace postern::proxy
