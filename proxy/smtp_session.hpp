// One submission client: greeted, authenticated, and relayed one transaction at a time (RFC 6409).

#pragma once

#include "net/task.hpp"
#include "proxy/admission.hpp"
#include "proxy/session.hpp"

namespace postern::proxy {

// Serves the client until it goes, or fails with what ended it.
net::Task<> serve_smtp(Session& session, Admitted& admitted);

}  // namespace postern::proxy
