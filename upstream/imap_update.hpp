// Changing a mailbox by UID, and nothing but what was asked for: \Seen, removal, moving to Trash.
//
// Every step may be repeated, so that after a lost connection all of it can be said again. What
// somebody else flagged \Deleted stays: with UIDPLUS (RFC 4315) just our UIDs are expunged; without
// it EXPUNGE is sent only if the flagged messages are ours and nobody else's, else ours are flagged
// and left until a later session finds nobody else's. CLOSE is never sent, since it expunges what
// others flagged. Removal counts as done only when a search says that the UIDs are gone.

#pragma once

#include "conf/values.hpp"
#include "upstream/imap_link.hpp"
#include "upstream/imap_mailbox.hpp"
#include "wire/numbers.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace postern::upstream {

// What QUIT asks for. All lists ascend.
struct Update {
  std::vector<wire::Uid> existing;  // every message that was there, hidden ones included
  std::vector<wire::Uid> seen;      // are to get \Seen
  std::vector<wire::Uid> remove;    // are to go, in the way of the policy
  std::vector<wire::Uid> pending;   // an earlier session of ours could only flag them: are to go
  conf::DeletePolicy policy;

  // There is nothing to do.
  [[nodiscard]] bool empty() const { return seen.empty() && remove.empty() && pending.empty(); }
};

struct Updated {
  std::vector<wire::Uid> left;     // of those to be removed, these are still there
  std::vector<wire::Uid> cleared;  // of those pending, these are known to be gone
  bool only_flagged = false;       // others' deletions stood in the way: ours are flagged \Deleted
  std::string reason;              // the server's words, where something failed
};

// Carries it out in the mailbox that is open for changing. Fails only if the link does, or when the
// deadline passes; then the outcome is unknown, and all of it may be said again.
net::Task<Updated> carry_out(ImapLink& link, const Update& update, net::Deadline deadline);

}  // namespace postern::upstream
