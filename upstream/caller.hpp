// Who comes to an upstream, and for whom: the same for every protocol that is spoken there.

#pragma once

#include "metrics/session_log.hpp"
#include "net/address.hpp"
#include "wire/imap_login.hpp"
#include "wire/sasl.hpp"
#include "wire/secret.hpp"

#include <string>
#include <vector>

namespace postern::upstream {

// Who logs in. The user name is the one the upstream knows.
struct Account {
  wire::sasl::Mechanism mechanism = wire::sasl::Mechanism::Plain;  // as the client proved itself
  std::string user;
  wire::Secret secret;  // password, or the whole message of a token mechanism
};

// Whom we speak for, for upstreams that trust us to tell (x-originating-ip and its kin, as Dovecot
// reads them before login; XCLIENT; the PROXY header).
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

// Who wants in, for whom, and where that is told.
struct Caller {
  const Account& account;
  const ClientFacts& facts;
  metrics::SessionLog& log;
};

}  // namespace postern::upstream
