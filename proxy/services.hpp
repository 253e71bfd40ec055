// What a session needs from the world, and nothing more.
//
// A Snapshot is everything that follows from one accepted configuration, for one worker: a session
// keeps the snapshot that it began with, so a reload never changes a rule in the middle of a
// conversation. Services are the rest: one struct of references, without functions.

#pragma once

#include "conf/settings.hpp"
#include "metrics/log.hpp"
#include "metrics/names.hpp"
#include "metrics/recorder.hpp"
#include "net/loop.hpp"
#include "net/random.hpp"
#include "net/tls_context.hpp"
#include "proxy/admission.hpp"
#include "proxy/distrust.hpp"
#include "proxy/index_store.hpp"
#include "proxy/occupancy.hpp"
#include "proxy/penalties.hpp"
#include "proxy/poll_cache.hpp"
#include "proxy/recent_logins.hpp"
#include "proxy/roster.hpp"
#include "proxy/sent_copies.hpp"
#include "proxy/uidl_store.hpp"
#include "upstream/directory.hpp"
#include "upstream/octet_pool.hpp"
#include "upstream/relay.hpp"
#include "upstream/server.hpp"
#include "wire/sasl.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postern::proxy {

// A listener as sessions see it.
struct Entry {
  const conf::Listener* settings;
  metrics::Listener metric;
  std::shared_ptr<const net::TlsContext> tls;  // null: no TLS here
};

struct Snapshot {
  std::shared_ptr<const conf::Settings> settings;
  std::vector<Entry> entries;                                // as Settings::listeners
  std::string own_name;                                      // what greetings call us
  std::vector<std::unique_ptr<upstream::Server>> upstreams;  // as Settings::upstreams; null: SMTP
  std::vector<std::unique_ptr<upstream::Relay>> relays;      // likewise; null: IMAP
  std::unique_ptr<upstream::Directory> directory;
  std::vector<wire::sasl::Mechanism> mechanisms;  // that clients may use

  // How POP3 is spoken: built-in values, [pop3], the upstream's, the route's, the listener's, each
  // upon the one before. One for each listener, and one for each listener and route.
  std::vector<conf::Pop3> policies;

  std::shared_ptr<const upstream::OwnAddresses> own_addresses;

  // What every server that clients of this listener may come to is known to have; nothing as long
  // as one of them is not known.
  [[nodiscard]] std::optional<upstream::KnownCapabilities> known_behind(const Entry& entry) const;

  // What to offer to clients of this listener: of the mechanisms that take tokens only those that
  // one of these servers has, or may have, as it is not known.
  [[nodiscard]] std::vector<wire::sasl::Mechanism> mechanisms_behind(const Entry& entry) const;

  // The mailbox servers that clients of this listener may come to.
  [[nodiscard]] std::vector<const upstream::Server*> servers_behind(const Entry& entry) const;

  // The submission servers that clients of this listener may come to.
  [[nodiscard]] std::vector<upstream::Relay*> relays_behind(const Entry& entry) const;

  // Fills in `policies`, once the rest is there.
  void choose_policies();

  [[nodiscard]] const conf::Pop3& policy_before_login(const Entry& entry) const;
  [[nodiscard]] const conf::Pop3& policy_after_login(const Entry& entry,
                                                     const conf::Route& route) const;
};

// What all sessions of the process share; every part of it may be used by any thread.
struct Shared {
  metrics::Log& log;
  Admission& admission;
  Penalties& penalties;
  RecentLogins& recent_logins;
  Occupancy& occupancy;
  PollCache& polls;
  IndexStore& index;
  Distrust& distrust;
  UidlStore& uidls;
  upstream::OctetPool& prefetched;
};

// One for each worker; it outlives the sessions there.
struct Services {
  net::Loop& loop;
  net::Random& random;
  metrics::Recorder& recorder;
  Roster& roster;
  SentCopies& copies;
  Shared& shared;
};

}  // namespace postern::proxy
