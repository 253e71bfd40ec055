// Headers of many messages, and what a server calls them (RFC 3501, section 6.4.5; RFC 8474 for
// EMAILID; Google's X-GM-MSGID): what UIDLs are made of where numbers do not do.
//
// Both are asked for once in the life of a message. What is too large, or not there any more, is
// missing from the answer; whoever asked does without.

#pragma once

#include "upstream/imap_link.hpp"
#include "wire/numbers.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace postern::upstream {

// At most so many messages should be asked for at a time.
inline constexpr std::size_t kHeadersAtATime = 64;
inline constexpr std::size_t kHeaderOctetsMax = std::size_t{256} << 10U;

enum class HeaderPart : unsigned char {
  Whole,
  Uidl,      // X-UIDL
  Identity,  // Message-ID, Date, From, To, Received
};

struct FetchedHeader {
  wire::Uid uid;
  std::string octets;  // as the server sent it
};

// Both lists of UIDs ascend; `existing` is all that was there. Fails with Kind::Unavailable if the
// server will not say.
net::Task<std::vector<FetchedHeader>> fetch_headers(ImapLink& link,
                                                    std::vector<wire::Uid> uids,
                                                    const std::vector<wire::Uid>& existing,
                                                    HeaderPart part);

enum class NamedBy : unsigned char { EmailId, GmailId };

struct FetchedName {
  wire::Uid uid;
  std::string text;  // GmailId in hexadecimal
};

// Likewise; ascending. A server that does not know such names fails so too.
net::Task<std::vector<FetchedName>> fetch_names(ImapLink& link,
                                                std::vector<wire::Uid> uids,
                                                const std::vector<wire::Uid>& existing,
                                                NamedBy by);

}  // namespace postern::upstream
