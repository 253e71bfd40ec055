// The way in, from a connection to a mailbox.

#include "upstream/server.hpp"

#include "upstream/refusal.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace postern::upstream {

using net::fail;
using net::Kind;
using net::Origin;
using net::Task;

// What is said on a fresh connection until somebody may log in.
class Server::Arrival final : public Reception {
 public:
  explicit Arrival(const Gate& gate) : gate_(gate) {}

  net::Stream& take(net::Stream stream, const LinkContext& context) override {
    const auto randomness = static_cast<std::uint32_t>(gate_.random().next());
    link_ = std::make_unique<ImapLink>(std::move(stream), context, randomness);
    return link_->stream();
  }

  Task<> greet() override {
    greeting_ = co_await upstream::greet(*link_);
    if (gate_.own().says(greeting_)) {
      co_await fail(Kind::Denied, Origin::Here, "the upstream greets as we do: a loop");
    }
  }

  Task<bool> ask_for_tls() override { return upstream::ask_for_tls(*link_); }

  [[nodiscard]] ImapLink& link() { return *link_; }

  [[nodiscard]] const std::string& greeting() const { return greeting_; }

  std::unique_ptr<ImapLink> finish() { return std::move(link_); }

 private:
  const Gate& gate_;
  std::unique_ptr<ImapLink> link_;
  std::string greeting_;
};

namespace {

// Whether another address may be asked for the same user: if this one is not well, and either says
// so or has not seen the credentials. What it thought of them is nobody else's business.
bool may_ask_another(const net::Error& error, const ImapLink& link) {
  return Gate::blames_address(error.kind) &&
         (error.code == "UNAVAILABLE" || !link.has_shown_login());
}

}  // namespace

Server::Server(const Surroundings& surroundings,
               const conf::Upstream& settings,
               metrics::Upstream metric,
               std::shared_ptr<const net::TlsContext> tls,
               unsigned share)
    : gate_(surroundings, settings, metric, std::move(tls), share),
      parking_(
          surroundings.loop, settings.park, std::max<std::size_t>(settings.parks_max / share, 1)) {}

// ---- errands

// Opens a mailbox.
class Server::Opening final : public Errand {
 public:
  explicit Opening(const Visit& visit) : visit_(visit) {}

  void begin(ImapLink& link) override {
    opening_ = std::make_unique<MailboxOpening>(link, visit_);
    // Whatever went wrong may have been the answer to what only some servers are asked.
    if (std::exchange(is_again_, true)) opening_->do_without_qresync();
  }

  std::string followers(const Profile& profile) override {
    return opening_->compose(profile.after_login);
  }

  Task<> go_on(ImapLink& link, Profile& profile) override {
    if (!link.has_capabilities()) link.assume_capabilities(profile.after_login);
    mailbox_ = co_await opening_->open();
    if (!link.has_capabilities()) {
      co_await ask_capabilities(link, link.command_deadline());
      profile.after_login = link.capabilities();
    }
    if (visit_.with_list) co_await opening_->ask_list();
  }

  Entrance finish(std::unique_ptr<ImapLink> link) {
    return {.link = std::move(link), .opening = std::move(opening_), .mailbox = mailbox_};
  }

 private:
  const Visit& visit_;
  std::unique_ptr<MailboxOpening> opening_;
  OpenedMailbox mailbox_;
  bool is_again_ = false;
};

// Leaves everything else to the client.
class Server::HandingOver final : public Errand {
 public:
  void begin(ImapLink& link) override { link.keep_for_client(); }

  std::string followers(const Profile& /*profile*/) override { return {}; }

  Task<> go_on(ImapLink& link, Profile& profile) override {
    const bool warm = !profile.after_login_names.empty();
    if (!link.has_capabilities() && !warm) {
      co_await ask_capabilities(link, link.command_deadline());
      profile.after_login = link.capabilities();
    }
    keepsake_ = link.take_keepsake();
    if (keepsake_.capabilities.empty()) {
      keepsake_.capabilities = profile.after_login_names;
    } else {
      profile.after_login_names = keepsake_.capabilities;
    }
  }

  Joined finish(ImapLink& link) {
    return {.passage = link.give_away(), .keepsake = std::move(keepsake_)};
  }

 private:
  Keepsake keepsake_;
};

// Wants to go on by itself.
class Server::Calling final : public Errand {
 public:
  void begin(ImapLink& /*link*/) override {}

  std::string followers(const Profile& /*profile*/) override { return {}; }

  // What holds after the login, if neither the server nor an earlier connection has told.
  Task<> go_on(ImapLink& link, Profile& profile) override {
    if (!link.has_capabilities()) link.assume_capabilities(profile.after_login);
    if (link.has_capabilities()) co_return;
    co_await ask_capabilities(link, link.command_deadline());
    profile.after_login = link.capabilities();
  }
};

// Wants nothing else.
class Server::Checking final : public Errand {
 public:
  void begin(ImapLink& /*link*/) override {}

  std::string followers(const Profile& /*profile*/) override { return {}; }

  Task<> go_on(ImapLink& /*link*/, Profile& /*profile*/) override { co_return; }
};

Task<Entrance> Server::enter(const Caller& caller, const Visit& visit) {
  Opening errand(visit);
  std::unique_ptr<ImapLink> link;
  std::optional<Ticket> ticket;
  if (parking_.keeps()) {
    ticket = parking_.ticket_for(caller.account, caller.facts);
    link = co_await resume(*ticket, caller, errand);
  }
  if (link == nullptr) link = co_await run(caller, errand);
  Entrance entrance = errand.finish(std::move(link));
  entrance.ticket = ticket;
  co_return entrance;
}

// On a link that was kept, if there is one. Whatever is wrong with it, or with what it answers, a
// fresh one is asked again.
Task<std::unique_ptr<ImapLink>> Server::resume(const Ticket& ticket,
                                               const Caller& caller,
                                               Errand& errand) {
  auto parked = parking_.fetch(ticket);
  if (!parked) co_return nullptr;
  ImapLink& link = *parked->link;
  link.serve(caller.log);
  link.let_numbering_change();
  errand.begin(link);
  const std::string commands = errand.followers(parked->profile);
  auto done = co_await attempt(link.send(commands, link.command_deadline()));
  if (done) done = co_await attempt(errand.go_on(link, parked->profile));
  if (done) {
    gate_.count_reused();
    co_return std::move(parked->link);
  }
  gate_.count_retry(metrics::RetryReason::StaleConnection);
  co_return nullptr;
}

void Server::leave(Entrance entrance) {
  if (!entrance.ticket || entrance.link == nullptr || !entrance.link->is_idle()) return;
  const Profile profile{.after_login = entrance.link->capabilities(),
                        .family = entrance.link->family()};
  parking_.leave(*entrance.ticket, {.link = std::move(entrance.link), .profile = profile});
}

Task<Joined> Server::join(const Caller& caller) {
  HandingOver errand;
  const auto link = co_await run(caller, errand);
  co_return errand.finish(*link);
}

Task<std::unique_ptr<ImapLink>> Server::call(const Caller& caller) {
  Calling errand;
  co_return co_await run(caller, errand);
}

Task<> Server::check(const Caller& caller) {
  Checking errand;
  (void)co_await run(caller, errand);  // whose link says LOGOUT when it ends
}

Task<std::unique_ptr<ImapLink>> Server::run(const Caller& caller, Errand& errand) {
  const std::string& user = caller.account.user;
  if (is_paused(user)) {
    co_await fail(Kind::Unavailable, Origin::Upstream, "the upstream asked to be left alone");
  }
  const net::Slot slot = co_await gate_.take_slot();
  std::optional<std::size_t> shunned;
  for (bool again = false;; again = true) {
    Arrival arrival(gate_);
    Gate::Trial trial = co_await gate_.connect(caller, arrival, shunned);
    const bool warm = !profiles_.find(arrival.greeting()).before_login.empty();
    const net::Time since = gate_.loop().exact_now();
    auto done = co_await attempt(log_in_for(arrival, caller, errand));
    trial.login_ended(done ? nullptr : &done.error(), caller.log);
    if (done) {
      gate_.observe(metrics::ConnectPhase::Login, since);
      co_return arrival.finish();
    }
    if (const auto pause = suggested_backoff(done.error().detail)) pause_user(user, *pause);
    // Once more: without what was learned of the server, which may be out of date, or somewhere
    // else.
    const Kind kind = done.error().kind;
    const bool elsewhere =
        may_ask_another(done.error(), arrival.link()) && gate_.has_other_than(trial.address());
    const bool stale = warm && (kind == Kind::Denied || kind == Kind::Malformed);
    if (again || (!elsewhere && !stale)) co_await fail(std::move(done.error()));
    if (stale) profiles_.drop(arrival.greeting());
    if (elsewhere) shunned = trial.address();
    gate_.count_retry(metrics::RetryReason::Login);
  }
}

Task<> Server::log_in_for(Arrival& arrival, const Caller& caller, Errand& errand) {
  ImapLink& link = arrival.link();
  errand.begin(link);
  Profile profile = profiles_.find(arrival.greeting());
  profile.family =
      settings().family == conf::Family::Auto ? recognise(arrival.greeting()) : settings().family;
  link.set_family(profile.family);
  const Followers followers = [&] { return errand.followers(profile); };
  co_await log_in(link, profile, caller.account, caller.facts, followers);
  co_await errand.go_on(link, profile);
  profiles_.keep(arrival.greeting(), profile);
}

Task<std::string> Server::visit(metrics::SessionLog& log) {
  const Account nobody;
  const ClientFacts no_client;
  Arrival arrival(gate_);
  (void)co_await gate_.connect({.account = nobody, .facts = no_client, .log = log}, arrival);
  ImapLink& link = arrival.link();
  if (!link.has_capabilities()) co_await ask_capabilities(link, link.command_deadline());
  co_return Gate::describe(link.stream(), arrival.greeting());
}

// ---- users who are to wait

void Server::pause_user(const std::string& user, std::chrono::milliseconds pause) {
  if (paused_.size() >= kPausedUsersMax) paused_.clear();
  paused_[user] = gate_.loop().now() + pause;
}

bool Server::is_paused(const std::string& user) {
  const auto found = paused_.find(user);
  if (found == paused_.end()) return false;
  if (gate_.loop().now() < found->second) return true;
  paused_.erase(found);
  return false;
}

}  // namespace postern::upstream
