// What must outlast everything else: UIDLs that are not made of UID and UIDVALIDITY, and where
// views of a mailbox begin.
//
// Once a mail client has been shown a UIDL it has to be shown the same for ever, or it downloads
// the message again. So a session waits until what it is about to show is kept, and shows nothing
// if it cannot be read or kept: unlike the index, nothing here may be lost.

#pragma once

#include "net/loop.hpp"
#include "net/task.hpp"
#include "proxy/mailbox_key.hpp"
#include "proxy/uidl_record.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace postern::proxy {

// All that is kept for one mailbox; mostly nothing.
struct StoredUidls {
  std::vector<StoredUidl> aliases;  // ascending by UIDVALIDITY and UID
  std::vector<UidlRecord> records;  // imported, and not looked for yet
  bool imported = false;
  bool forced = false;  // the operator takes it however few of the records find their message

  [[nodiscard]] bool empty() const { return aliases.empty() && records.empty() && !imported; }
};

// What a session found out.
struct UidlChange {
  std::vector<StoredUidl> aliases;   // new ones, or others than before
  bool records_are_done = false;     // what was imported has been looked for
  std::uint32_t forgets_before = 0;  // UIDLs of messages that were missed before that day go

  [[nodiscard]] bool empty() const {
    return aliases.empty() && !records_are_done && forgets_before == 0;
  }
};

// What an import did.
struct ImportResult {
  std::size_t taken = 0;  // records that will be looked for
  std::size_t known = 0;  // whose UIDLs messages bear already
};

// The oldest message that a view shows.
struct ViewEdge {
  wire::UidValidity validity;
  wire::Uid lowest;

  friend bool operator==(const ViewEdge&, const ViewEdge&) = default;
};

// All functions may be called on any thread; the loop is that of the calling one. What the key and
// `view` show lives until the end. They fail with Kind::Unavailable if the store cannot be read, or
// not be written.
class UidlStore {
 public:
  UidlStore() = default;
  UidlStore(const UidlStore&) = delete;
  UidlStore& operator=(const UidlStore&) = delete;
  virtual ~UidlStore() = default;

  virtual net::Task<StoredUidls> find(net::Loop& loop, MailboxKey key) = 0;

  // Ends when the change is kept for good.
  virtual net::Task<> keep(net::Loop& loop, MailboxKey key, UidlChange change) = 0;

  // Likewise, but nobody waits for it, and it may be lost.
  virtual void note(const MailboxKey& key, UidlChange change) = 0;

  // In place of all records imported before that have not been looked for.
  virtual net::Task<ImportResult> import(net::Loop& loop,
                                         MailboxKey key,
                                         std::vector<UidlRecord> records,
                                         bool forced) = 0;

  virtual net::Task<std::optional<ViewEdge>> edge(net::Loop& loop,
                                                  MailboxKey key,
                                                  std::string_view view) = 0;

  // Likewise kept for good when it ends.
  virtual net::Task<> keep_edge(net::Loop& loop,
                                MailboxKey key,
                                std::string_view view,
                                ViewEdge edge) = 0;
};

// The name of a mailbox in a store: no user name stands there.
[[nodiscard]] net::Digest uidl_store_key(const MailboxKey& key);

// Of the records those whose UIDL is none of the aliases'.
[[nodiscard]] std::vector<UidlRecord> unknown_records(std::vector<UidlRecord> records,
                                                      const std::vector<StoredUidl>& aliases);

}  // namespace postern::proxy
