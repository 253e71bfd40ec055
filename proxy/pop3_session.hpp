// One POP3 client (RFC 1939), from its greeting to its goodbye.

#pragma once

#include "net/task.hpp"
#include "proxy/admission.hpp"
#include "proxy/session.hpp"

namespace postern::proxy {

// Serves the client until it goes, or fails with what ended it.
net::Task<> serve_pop3(Session& session, Admitted& admitted);

}  // namespace postern::proxy
