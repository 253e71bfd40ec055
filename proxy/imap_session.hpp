// One IMAP client: understood until it is logged in, then joined with its mailbox server, octet for
// octet (RFC 3501, section 3).

#pragma once

#include "net/task.hpp"
#include "proxy/admission.hpp"
#include "proxy/services.hpp"

#include <cstddef>
#include <memory>

namespace postern::proxy {

// Serves the client to the end. It is spawned, so it takes values, and references to what outlives
// the worker's sessions.
net::Task<> serve_imap(Services services,
                       std::shared_ptr<const Snapshot> snapshot,
                       std::size_t entry,
                       net::Stream client,
                       Admitted admitted);

}  // namespace postern::proxy
