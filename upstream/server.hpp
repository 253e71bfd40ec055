// One upstream as one worker sees it: its addresses and how they are, its limits, what was learned.
//
// enter() is the way from a user's credentials to a mailbox that is being opened, join() that to a
// connection that is handed over. An address that does not answer makes way for the next at once, a
// sick one is left alone for a while (Breaker), and no more logins are under way at a time than the
// upstream can bear.

#pragma once

#include "conf/settings.hpp"
#include "metrics/log.hpp"
#include "metrics/recorder.hpp"
#include "net/dialer.hpp"
#include "net/random.hpp"
#include "net/slots.hpp"
#include "upstream/authenticate.hpp"
#include "upstream/breaker.hpp"
#include "upstream/imap_link.hpp"
#include "upstream/imap_mailbox.hpp"
#include "upstream/profile.hpp"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace postern::upstream {

// Where this very process listens: connecting there would be a loop.
class OwnAddresses {
 public:
  void add(const net::Address& address) { addresses_.push_back(address); }

  // Whether the far end of a fresh connection is one of ours. A listener on all addresses is known
  // by its port, on a connection that does not leave this machine.
  [[nodiscard]] bool has(const net::Address& peer, const net::Address& local) const;

 private:
  std::vector<net::Address> addresses_;
};

// What a Server takes from its worker.
struct Surroundings {
  net::Loop& loop;
  net::Dialer& dialer;
  net::Random& random;
  metrics::Recorder& recorder;
  const OwnAddresses& own;
};

// Who wants in, for whom, and where that is told.
struct Caller {
  const Account& account;
  const ClientFacts& facts;
  metrics::SessionLog& log;
};

// Which mailbox to open, and how.
struct Visit {
  std::string mailbox;  // modified UTF-7
  wire::imap::OpenFor purpose = wire::imap::OpenFor::Reading;
  bool with_list = true;  // the list is going to be wanted: it is asked for in the same breath
};

// A link whose mailbox is open. The opening knows how far the list has been asked for.
struct Entrance {
  std::unique_ptr<ImapLink> link;
  std::unique_ptr<MailboxOpening> opening;
  OpenedMailbox mailbox;
};

// A connection on which somebody is logged in and nothing is open, with what came on it behind the
// answer to the login.
struct Joined {
  Passage passage;
  Keepsake keepsake;  // with the capabilities that hold now, as the server tells or told them
};

class Server {
 public:
  // `tls` may be null if the settings say Off. `share` is how many workers there are: limits are
  // divided among them.
  Server(const Surroundings& surroundings,
         const conf::Upstream& settings,
         metrics::Upstream metric,
         std::shared_ptr<const net::TlsContext> tls,
         unsigned share);

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Connects, logs in and opens. Fails with Kind::Refused only if the upstream refused the
  // credentials.
  net::Task<Entrance> enter(const Caller& caller, const Visit& visit);

  // Connects, logs in and hands over.
  net::Task<Joined> join(const Caller& caller);

  // Connects, and reads greeting and capabilities, for whoever wants to know whether that works.
  // Answers what was found, in a line.
  net::Task<std::string> visit(metrics::SessionLog& log);

  [[nodiscard]] const conf::Upstream& settings() const { return settings_; }

  [[nodiscard]] metrics::Upstream metric() const { return metric_; }

  // What all servers here are known to have; nothing as long as no login has succeeded.
  [[nodiscard]] std::optional<KnownCapabilities> known() const { return profiles_.common(); }

  // Whether any address may be tried.
  [[nodiscard]] bool is_up() const;

 private:
  static constexpr std::size_t kPausedUsersMax = 10'000;

  struct Address {
    std::string host;
    std::uint16_t port;
    Breaker breaker;
    metrics::Backend metric;
    std::size_t links = 0;
  };

  // How one attempt went, for the breaker.
  class Attempt;

  // What is to be done on a link besides logging in. A try that fails may be followed by another,
  // on another link.
  class Errand {
   public:
    virtual void begin(ImapLink& link) = 0;

    // Commands that may travel behind the login; asked for only if they do.
    virtual std::string followers() = 0;

    // Somebody is logged in.
    virtual net::Task<> go_on(ImapLink& link, Profile& profile) = 0;

   protected:
    ~Errand() = default;
  };

  class Opening;
  class HandingOver;

  struct Connected {
    std::unique_ptr<ImapLink> link;
    std::string greeting;
    Address* address;
  };

  net::Task<net::Slot> take_slot();
  net::Task<std::unique_ptr<ImapLink>> run(const Caller& caller, Errand& errand);
  net::Task<> log_in_for(Connected& connected, const Caller& caller, Errand& errand);
  net::Task<Connected> connect_any(const Caller& caller);
  net::Task<Connected> connect_to(Address& address, const Caller& caller);
  net::Task<Connected> connect_in_stages(Address& address,
                                         const Caller& caller,
                                         std::string_view& stage);

  [[nodiscard]] std::vector<Address*> in_order(const std::string& user);
  void report(Address& address,
              const net::Error* error,
              std::string_view stage,
              metrics::SessionLog& log);
  void show_state(const Address& address);
  void observe(metrics::ConnectPhase phase, net::Time since);
  void pause_user(const std::string& user, std::chrono::milliseconds pause);
  [[nodiscard]] bool is_paused(const std::string& user);

  Surroundings around_;
  const conf::Upstream& settings_;
  metrics::Upstream metric_;
  std::shared_ptr<const net::TlsContext> tls_;
  net::Slots logins_;
  Profiles profiles_;
  std::vector<Address> addresses_;
  std::unordered_map<std::string, net::Time> paused_;
};

}  // namespace postern::upstream
