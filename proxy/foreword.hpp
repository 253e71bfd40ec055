// What comes ahead of every session's greeting: the PROXY header, where the listener demands one,
// and the TLS handshake, where it is implicit.
//
// A header is believed only of a peer in server.trusted_proxies, and demanded of it: exactly one,
// first, complete in a few seconds. Whatever else comes ends the connection without a word. Who the
// client is counts from then on for limits, penalties, networks and the log.

#pragma once

#include "net/task.hpp"
#include "proxy/admission.hpp"
#include "proxy/session.hpp"

namespace postern::proxy {

// Fails if the session is not to begin.
net::Task<> hear_foreword(Session& session, Admitted& admitted);

}  // namespace postern::proxy
