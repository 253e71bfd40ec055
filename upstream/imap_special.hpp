// The mailboxes that have a use of their own: where deleted mail goes that is not to be destroyed,
// and where copies of sent mail go. It is the mailbox with the attribute (RFC 6154, or Google's
// XLIST before it), else the one of the usual name in the user's own namespace (RFC 2342), which is
// made if it is not there. Joining names by hand would be wrong on servers like Courier, where
// everything lies below "INBOX.".

#pragma once

#include "upstream/imap_link.hpp"

#include <string>
#include <string_view>

namespace postern::upstream {

struct SpecialUse {
  std::string_view attribute;
  std::string_view name;
};

inline constexpr SpecialUse kTrash{.attribute = "\\Trash", .name = "Trash"};
inline constexpr SpecialUse kSent{.attribute = "\\Sent", .name = "Sent"};

// The mailbox's name as it goes into commands. Fails with Kind::Denied if it cannot be had.
net::Task<std::string> find_special(ImapLink& link, SpecialUse use, net::Deadline deadline);

// Makes a mailbox; answers whether the server did, or has it already.
net::Task<bool> create_mailbox(ImapLink& link, std::string name, net::Deadline deadline);

}  // namespace postern::upstream
