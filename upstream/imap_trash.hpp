// Where deleted mail goes when it is not to be destroyed: the mailbox with the \Trash attribute
// (RFC 6154, or Google's XLIST before it), else one named Trash in the user's own namespace
// (RFC 2342), which is made if it is not there. Joining names by hand would be wrong on servers
// like Courier, where everything lies below "INBOX.".

#pragma once

#include "upstream/imap_link.hpp"

#include <string>

namespace postern::upstream {

// The mailbox's name as it goes into commands. Fails with Kind::Denied if it cannot be had.
net::Task<std::string> find_trash(ImapLink& link, net::Deadline deadline);

// Makes a mailbox; answers whether the server did, or has it already.
net::Task<bool> create_mailbox(ImapLink& link, std::string name, net::Deadline deadline);

}  // namespace postern::upstream
