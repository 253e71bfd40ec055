// The index: what is known of mailboxes from earlier sessions, behind one interface.
//
// Nothing here decides whether mail is safe: all of it can be lost at any time, and the next
// session then asks the upstream the long way. What is damaged, or written by another version, or
// by another program, is as good as lost. Mail never waits for it longer than a moment.

#pragma once

#include "net/loop.hpp"
#include "net/task.hpp"
#include "proxy/mailbox_key.hpp"
#include "upstream/known_mailbox.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace postern::proxy {

// The time that is written into it.
[[nodiscard]] inline std::int64_t seconds_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

// What the last session found, and did.
struct IndexedMailbox {
  upstream::KnownMailbox known;
  bool committed = false;    // it changed the mailbox: the next is likely to, as well
  bool interrupted = false;  // a list under another UIDVALIDITY was begun, and stands apart
};

class IndexStore {
 public:
  IndexStore() = default;
  IndexStore(const IndexStore&) = delete;
  IndexStore& operator=(const IndexStore&) = delete;
  virtual ~IndexStore() = default;

  // All functions may be called on any thread; the loop is that of the calling one.

  // What is known of the mailbox, or nothing. Never fails but by being cancelled. What the key
  // views lives until the end.
  virtual net::Task<std::optional<IndexedMailbox>> find(net::Loop& loop, MailboxKey key) = 0;

  // The same, as the last session left it, whichever process had that: for who shows it unproved.
  virtual net::Task<std::optional<IndexedMailbox>> find_latest(net::Loop& loop, MailboxKey key) = 0;

  // To be found by all later sessions; may be lost.
  virtual void remember(const MailboxKey& key, const IndexedMailbox& mailbox) = 0;
};

}  // namespace postern::proxy
