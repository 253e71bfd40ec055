// Which messages are there, which carry \Deleted, which have a Message-ID (RFC 3501, section 6.4.4;
// RFC 4731).

#pragma once

#include "upstream/imap_link.hpp"
#include "wire/numbers.hpp"
#include "wire/uid_set.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace postern::upstream {

// Those of the UIDs that are still in the mailbox. Both lists ascend; `existing` is all that was
// there. Fails with Kind::Unavailable if the server will not say.
net::Task<wire::UidSet> search_uids(ImapLink& link,
                                    const std::vector<wire::Uid>& uids,
                                    const std::vector<wire::Uid>& existing,
                                    net::Deadline deadline);

// Those with \Deleted. Fails likewise.
net::Task<wire::UidSet> search_deleted(ImapLink& link, net::Deadline deadline);

// Those with that Message-ID (see wire::imap::with_message_id) that came since the day before.
// Fails likewise.
net::Task<wire::UidSet> search_message_id(ImapLink& link,
                                          const std::string& message_id,
                                          std::int64_t unix_time,
                                          net::Deadline deadline);

}  // namespace postern::upstream
