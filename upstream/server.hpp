// One IMAP upstream as one worker sees it: the gate to it, and what was learned behind the gate.
//
// enter() is the way from a user's credentials to a mailbox that is being opened, join() that to a
// connection that is handed over.

#pragma once

#include "conf/settings.hpp"
#include "upstream/authenticate.hpp"
#include "upstream/body_queue.hpp"
#include "upstream/caller.hpp"
#include "upstream/gate.hpp"
#include "upstream/imap_link.hpp"
#include "upstream/imap_mailbox.hpp"
#include "upstream/parking.hpp"
#include "upstream/profile.hpp"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace postern::upstream {

// A link whose mailbox is open. The opening knows how far the list has been asked for.
struct Entrance {
  std::unique_ptr<ImapLink> link;
  std::unique_ptr<MailboxOpening> opening;
  std::unique_ptr<BodyQueue> bodies{};  // once there is any
  OpenedMailbox mailbox;
  std::optional<Ticket> ticket;  // where links are kept: to be left with it
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

  // The session is over. Its link is kept for the user's next one, where that is wanted.
  void leave(Entrance entrance);

  // Connects, logs in and hands over.
  net::Task<Joined> join(const Caller& caller);

  // Connects and logs in; no mailbox is open then.
  net::Task<std::unique_ptr<ImapLink>> call(const Caller& caller);

  // Connects, logs in and out again: for whoever wants to know whether the credentials are good.
  net::Task<> check(const Caller& caller);

  // Connects, and reads greeting and capabilities, for whoever wants to know whether that works.
  // Answers what was found, in a line.
  net::Task<std::string> visit(metrics::SessionLog& log);

  [[nodiscard]] const conf::Upstream& settings() const { return gate_.settings(); }

  [[nodiscard]] metrics::Upstream metric() const { return gate_.metric(); }

  // What all servers here are known to have; nothing as long as no login has succeeded.
  [[nodiscard]] std::optional<KnownCapabilities> known() const { return profiles_.common(); }

  // Whether any address may be tried.
  [[nodiscard]] bool is_up() const { return gate_.is_up(); }

 private:
  static constexpr std::size_t kPausedUsersMax = 10'000;

  class Arrival;

  // What is to be done on a link besides logging in. A try that fails may be followed by another,
  // on another link.
  class Errand {
   public:
    virtual void begin(ImapLink& link) = 0;

    // Commands that may travel behind the login; asked for only if they do.
    virtual std::string followers(const Profile& profile) = 0;

    // Somebody is logged in.
    virtual net::Task<> go_on(ImapLink& link, Profile& profile) = 0;

   protected:
    ~Errand() = default;
  };

  class Opening;
  class HandingOver;
  class Calling;
  class Checking;

  net::Task<std::unique_ptr<ImapLink>> run(const Caller& caller, Errand& errand);
  net::Task<std::unique_ptr<ImapLink>> resume(const Ticket& ticket,
                                              const Caller& caller,
                                              Errand& errand);
  net::Task<> log_in_for(Arrival& arrival, const Caller& caller, Errand& errand);
  void pause_user(const std::string& user, std::chrono::milliseconds pause);
  [[nodiscard]] bool is_paused(const std::string& user);

  Gate gate_;
  Profiles profiles_;
  Parking parking_;
  std::unordered_map<std::string, net::Time> paused_;
};

}  // namespace postern::upstream
