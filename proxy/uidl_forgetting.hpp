// When is the UIDL of a message that is gone not wanted any more?
//
// Not at once. A mailbox may be restored, or come from a server that lags behind, and then its
// messages are to be called as before; a message that comes later must not be called as one that a
// client may remember; and when a mailbox is numbered anew, its UIDLs are carried over from the
// index, which is as old as its last session. So a message that is missed gets the date of that
// day, loses it when it is there again, and is forgotten when it has been missed for longer than
// the index remembers anything. Those of another UIDVALIDITY count as missed. What was imported
// stays, so that the same import does nothing the next time.

#pragma once

#include "proxy/uidl_store.hpp"
#include "wire/numbers.hpp"

#include <chrono>
#include <cstdint>
#include <span>

namespace postern::proxy {

// Clients that come back after a holiday still know what they have downloaded.
inline constexpr std::chrono::days kRememberedMin{30};

// What a session has to note that has all of a mailbox before it: the UIDs of the messages that are
// there, which ascend, and the UIDLs that are stored. `today` is a day since 1970; `remembered` is
// how long the index remembers, and at least kRememberedMin is meant. Empty: nothing.
[[nodiscard]] UidlChange note_missing(std::span<const StoredUidl> stored,
                                      wire::UidValidity validity,
                                      std::span<const wire::Uid> there,
                                      std::uint32_t today,
                                      std::chrono::days remembered);

}  // namespace postern::proxy
