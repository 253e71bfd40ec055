// From a connected stream to a logged-in IMAP link: greeting, STARTTLS, capabilities, login (RFC
// 3501, sections 6.1 and 6.2; RFC 4959, 7628).
//
// No credential leaves before TLS is up where TLS is configured, and what was said in clear counts
// for nothing afterwards. A greeting of PREAUTH is always refused: forged, it skips TLS; genuine,
// it is somebody's mailbox without a login.
//
// Where the server is known to keep what is written behind a login, the commands that come next go
// out in the same write: a poll then costs one round trip after the greeting.

#pragma once

#include "upstream/caller.hpp"
#include "upstream/imap_link.hpp"
#include "upstream/profile.hpp"

#include <functional>
#include <string>

namespace postern::upstream {

// Composes the commands that may travel behind the login; called only if they do.
using Followers = std::function<std::string()>;

// Reads the greeting; fails unless it is OK. Answers the greeting's text, the profile's key.
net::Task<std::string> greet(ImapLink& link);

// STARTTLS up to the handshake. Answers false, and nothing was said, if the server does not offer
// it and the settings say opportunistic. After true nothing is known of its capabilities.
net::Task<bool> ask_for_tls(ImapLink& link);

// Logs in. Fails with Kind::Refused for wrong credentials only; then `said` of a token mechanism is
// the server's challenge in base64, which the client may want to see. Afterwards the link knows the
// capabilities that hold after login, or none if the server has not told them yet. The profile
// learns; Kind::Denied may mean that it was out of date. Answers whether the followers have been
// written.
net::Task<bool> log_in(ImapLink& link,
                       Profile& profile,
                       const Account& account,
                       const ClientFacts& facts,
                       const Followers& followers);

// Asks for the capabilities. Fails if the server speaks no IMAP that we do.
net::Task<> ask_capabilities(ImapLink& link, net::Deadline deadline);

}  // namespace postern::upstream
