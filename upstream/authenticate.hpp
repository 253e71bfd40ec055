// From a connected stream to a logged-in IMAP link: greeting, TLS, capabilities, login (RFC 3501,
// sections 6.1 and 6.2; RFC 4959, 7628).
//
// No credential leaves before TLS is up where TLS is configured, and what was said in clear counts
// for nothing afterwards. A greeting of PREAUTH is always refused: forged, it skips TLS; genuine,
// it is somebody's mailbox without a login.
//
// Where the server is known to keep what is written behind a login, the commands that come next go
// out in the same write: a poll then costs one round trip after the greeting.

#pragma once

#include "net/tls_context.hpp"
#include "upstream/imap_link.hpp"
#include "upstream/profile.hpp"
#include "wire/sasl.hpp"
#include "wire/secret.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postern::upstream {

// Who logs in. The user name is the one the upstream knows.
struct Account {
  wire::sasl::Mechanism mechanism = wire::sasl::Mechanism::Plain;  // as the client proved itself
  std::string user;
  wire::Secret secret;  // password, or the whole message of a token mechanism
};

// Whom we speak for, for upstreams that trust us to tell (x-originating-ip and its kin, as Dovecot
// reads them before login).
struct ClientFacts {
  static constexpr unsigned kHops = 5;  // x-proxy-ttl at the first gateway

  net::Address client;
  net::Address listener;  // the address the client connected to
  std::string session;
  bool secure = false;
  unsigned hops = kHops;      // that this connection may still make, ours included
  std::string server_name{};  // that the client asked for (SNI)

  // What the client said of itself by ID; the views are the caller's.
  std::vector<wire::imap::IdField> id{};
};

// Composes the commands that may travel behind the login; called only if they do.
using Followers = std::function<std::string()>;

// Reads the greeting; fails unless it is OK. Answers the greeting's text, the profile's key.
net::Task<std::string> greet(ImapLink& link);

// STARTTLS and the handshake, or the handshake alone. `required` false: goes on in clear if the
// server does not offer it (configured as opportunistic).
net::Task<> secure(ImapLink& link,
                   std::shared_ptr<const net::TlsContext> context,
                   std::string server_name);

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
