// One IMAP client: understood until it is logged in, then joined with its mailbox server, octet for
// octet (RFC 3501, section 3).

#pragma once

#include "net/task.hpp"
#include "proxy/admission.hpp"
#include "proxy/session.hpp"

namespace postern::proxy {

// Serves the client until it goes, or fails with what ended it.
net::Task<> serve_imap(Session& session, Admitted& admitted);

}  // namespace postern::proxy
