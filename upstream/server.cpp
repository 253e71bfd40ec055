// The way in, with all the doors that may be shut.

#include "upstream/server.hpp"

#include "upstream/refusal.hpp"
#include "wire/ascii.hpp"
#include "wire/proxy_header.hpp"

#include <algorithm>
#include <utility>

namespace postern::upstream {

using net::fail;
using net::Kind;
using net::Origin;
using net::Task;

namespace {

metrics::ConnectResult result_of(Kind kind) {
  using enum metrics::ConnectResult;
  switch (kind) {
    case Kind::NotListening:
      return Refused;
    case Kind::NoName:
      return Dns;
    case Kind::Timeout:
      return Timeout;
    case Kind::Certificate:
      return TlsVerify;
    case Kind::Tls:
      return TlsOther;
    case Kind::Malformed:
    case Kind::Unavailable:
    case Kind::InUse:
    case Kind::Closed:
      return BadGreeting;
    case Kind::Limit:
      return metrics::ConnectResult::Limit;
    default:
      return Unreachable;
  }
}

// Whether the error tells of the address rather than of the user or of us.
bool blames_address(Kind kind) {
  switch (kind) {
    case Kind::Refused:
    case Kind::Denied:
    case Kind::InUse:
    case Kind::Gone:
    case Kind::Cancelled:
    case Kind::Internal:
      return false;
    default:
      return true;
  }
}

// Rendezvous hashing: each user has an order of addresses of its own, and an address that comes or
// goes moves only the users that it concerns.
std::uint64_t weight(std::string_view user, std::string_view host, std::uint16_t port) {
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  const auto mix = [&hash](std::string_view text) {
    for (const char octet : text) {
      hash = (hash ^ static_cast<unsigned char>(octet)) * 1099511628211U;
    }
  };
  mix(user);
  mix(std::string_view("\0", 1));
  mix(host);
  mix(std::to_string(port));
  return hash ^ (hash >> 29U);
}

unsigned share_of(std::uint32_t all, unsigned workers) {
  return std::max(1U, (all + workers - 1) / workers);
}

BreakerSettings breaker_settings(const conf::Upstream& settings) {
  return {.failures_in_a_row = settings.breaker_failures,
          .window = std::min(settings.breaker_window, Breaker::kWindowMax),
          .failed_percent = settings.breaker_share.hundredths,
          .hold = settings.breaker_hold,
          .pause = settings.breaker_backoff,
          .pause_max = settings.breaker_backoff_max};
}

wire::ProxyEndpoint endpoint_of(const net::Address& address, bool v4) {
  wire::ProxyEndpoint endpoint{.port = address.port()};
  const auto octets = address.octets();  // an IPv4 address stands last
  std::ranges::copy(octets.begin() + (v4 ? 12 : 0), octets.end(), endpoint.octets.begin());
  return endpoint;
}

bool is_v4(const net::Address& address) {
  return address.host().find(':') == std::string::npos;
}

// What the upstream hears first, where it expects a PROXY header. Both addresses are of one family.
std::string proxy_header(const ClientFacts& facts) {
  wire::ProxyHeader header{
      .secure = facts.secure,
      .authority = wire::all_printable(facts.server_name) ? facts.server_name : std::string(),
      .unique_id = facts.session};
  if (facts.client.known()) {
    const bool v4 = is_v4(facts.client) && is_v4(facts.listener);
    header.family = v4 ? wire::ProxyHeader::Family::V4 : wire::ProxyHeader::Family::V6;
    header.source = endpoint_of(facts.client, v4);
    header.destination = endpoint_of(facts.listener, v4);
  }
  return wire::compose_proxy_v2(header);
}

}  // namespace

// Makes sure that a probe which ends without a result does not keep others from probing.
class Server::Attempt {
 public:
  explicit Attempt(Breaker& breaker) : breaker_(&breaker) {}

  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  ~Attempt() {
    if (breaker_ != nullptr) breaker_->abandoned();
  }

  void reported() { breaker_ = nullptr; }

 private:
  Breaker* breaker_;
};

Server::Server(const Surroundings& surroundings,
               const conf::Upstream& settings,
               metrics::Upstream metric,
               std::shared_ptr<const net::TlsContext> tls,
               unsigned share)
    : around_(surroundings),
      settings_(settings),
      metric_(metric),
      tls_(std::move(tls)),
      logins_(surroundings.loop,
              share_of(settings.max_logins, share),
              share_of(settings.queue_length, share)) {
  std::vector<conf::HostPort> places = settings.backends;
  if (places.empty()) places.push_back(settings.url.to);
  for (const conf::HostPort& place : places) {
    const auto index = static_cast<std::uint8_t>(addresses_.size());
    addresses_.push_back({.host = place.host,
                          .port = place.port != 0 ? place.port : settings.url.to.port,
                          .breaker = Breaker(breaker_settings(settings)),
                          .metric = metrics::Backend{index}});
    around_.recorder.set(metrics::kMetrics.upstream_up(metric_, addresses_.back().metric), 1);
  }
}

bool Server::is_up() const {
  return std::ranges::any_of(addresses_, [](const Address& address) {
    return address.breaker.state() == Breaker::State::Closed;
  });
}

// ---- errands

// Opens a mailbox.
class Server::Opening final : public Errand {
 public:
  explicit Opening(const Visit& visit) : visit_(visit) {}

  void begin(ImapLink& link) override {
    opening_ = std::make_unique<MailboxOpening>(link, visit_.mailbox, visit_.purpose);
  }

  std::string followers() override { return opening_->compose(visit_.with_list); }

  Task<> go_on(ImapLink& link, Profile& profile) override {
    mailbox_ = co_await opening_->open();
    if (!link.has_capabilities()) link.assume_capabilities(profile.after_login);
    if (!link.has_capabilities()) {
      co_await ask_capabilities(link, link.command_deadline());
      profile.after_login = link.capabilities();
    }
    link.set_family(profile.family);
    if (visit_.with_list) co_await opening_->ask_list();
  }

  Entrance finish(std::unique_ptr<ImapLink> link) {
    return {.link = std::move(link), .opening = std::move(opening_), .mailbox = mailbox_};
  }

 private:
  const Visit& visit_;
  std::unique_ptr<MailboxOpening> opening_;
  OpenedMailbox mailbox_;
};

// Leaves everything else to the client.
class Server::HandingOver final : public Errand {
 public:
  void begin(ImapLink& link) override { link.keep_for_client(); }

  std::string followers() override { return {}; }

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

Task<Entrance> Server::enter(const Caller& caller, const Visit& visit) {
  Opening errand(visit);
  auto link = co_await run(caller, errand);
  co_return errand.finish(std::move(link));
}

Task<Joined> Server::join(const Caller& caller) {
  HandingOver errand;
  const auto link = co_await run(caller, errand);
  co_return errand.finish(*link);
}

Task<std::unique_ptr<ImapLink>> Server::run(const Caller& caller, Errand& errand) {
  const std::string& user = caller.account.user;
  if (is_paused(user)) {
    co_await fail(Kind::Unavailable, Origin::Upstream, "the upstream asked to be left alone");
  }
  const net::Slot slot = co_await take_slot();
  for (bool again = false;; again = true) {
    Connected connected = co_await connect_any(caller);
    const bool warm = !profiles_.find(connected.greeting).before_login.empty();
    const net::Time since = around_.loop.exact_now();
    Attempt trying(connected.address->breaker);
    auto done = co_await attempt(log_in_for(connected, caller, errand));
    trying.reported();
    report(*connected.address, done ? nullptr : &done.error(), "login", caller.log);
    if (done) {
      observe(metrics::ConnectPhase::Login, since);
      co_return std::move(connected.link);
    }
    if (const auto pause = suggested_backoff(done.error().detail)) pause_user(user, *pause);
    // What was learned of the server may be out of date: once more, without it.
    const Kind kind = done.error().kind;
    if (again || !warm || (kind != Kind::Denied && kind != Kind::Malformed)) {
      co_await fail(std::move(done.error()));
    }
    profiles_.drop(connected.greeting);
    around_.recorder.add(metrics::kMetrics.upstream_retries(metric_, metrics::RetryReason::Login));
  }
}

Task<> Server::log_in_for(Connected& connected, const Caller& caller, Errand& errand) {
  ImapLink& link = *connected.link;
  errand.begin(link);
  Profile profile = profiles_.find(connected.greeting);
  profile.family =
      settings_.family == conf::Family::Auto ? recognise(connected.greeting) : settings_.family;
  const Followers followers = [&errand] { return errand.followers(); };
  co_await log_in(link, profile, caller.account, caller.facts, followers);
  co_await errand.go_on(link, profile);
  profiles_.keep(connected.greeting, profile);
}

bool OwnAddresses::has(const net::Address& peer, const net::Address& local) const {
  return std::ranges::any_of(addresses_, [&](const net::Address& own) {
    if (own.port() != peer.port()) return false;
    const auto octets = own.octets();
    const bool is_any = std::ranges::all_of(octets, [](unsigned char o) { return o == 0; }) ||
                        own.host() == "0.0.0.0";
    return is_any ? peer.host() == local.host() : peer.host() == own.host();
  });
}

Task<std::string> Server::visit(metrics::SessionLog& log) {
  const Account nobody;
  const ClientFacts no_client;
  Connected connected = co_await connect_any({.account = nobody, .facts = no_client, .log = log});
  ImapLink& link = *connected.link;
  if (!link.has_capabilities()) co_await ask_capabilities(link, link.command_deadline());
  std::string found = link.stream().peer().text() + ", ";
  found += link.stream().secure() ? link.stream().tls()->version() : std::string_view("no TLS");
  found += ", " + wire::printable(connected.greeting, 200);
  co_return found;
}

// ---- connecting

Task<net::Slot> Server::take_slot() {
  const net::Time since = around_.loop.exact_now();
  const net::Deadline deadline{around_.loop.now() + settings_.queue_timeout};
  auto slot = co_await attempt(logins_.take(deadline));
  around_.recorder.set(metrics::kMetrics.upstream_queue_length(metric_),
                       static_cast<std::int64_t>(logins_.queued()));
  if (!slot) {
    const bool full = slot.error().kind == Kind::Limit;
    around_.recorder.add(metrics::kMetrics.upstream_queue_rejections(
        metric_, full ? metrics::QueueRejection::Full : metrics::QueueRejection::Timeout));
    co_await fail(Kind::Unavailable, Origin::Upstream, "too many logins under way");
  }
  around_.recorder.observe(metrics::kMetrics.upstream_queue_duration(metric_),
                           around_.loop.exact_now() - since);
  co_return std::move(*slot);
}

Task<Server::Connected> Server::connect_any(const Caller& caller) {
  net::Error last{Kind::Unavailable, Origin::Upstream, "no address may be tried now"};
  bool first = true;
  for (Address* address : in_order(caller.account.user)) {
    if (!address->breaker.permits(around_.loop.now())) continue;
    if (!std::exchange(first, false)) {
      around_.recorder.add(
          metrics::kMetrics.upstream_retries(metric_, metrics::RetryReason::Connect));
    }
    Attempt trying(address->breaker);
    auto connected = co_await attempt(connect_to(*address, caller));
    if (connected) {
      // Not reported yet: only a login that is answered shows that the address is well. Until then
      // the attempt goes on under the caller's eyes.
      trying.reported();
      co_return std::move(*connected);
    }
    trying.reported();
    last = connected.error();
  }
  co_await fail(std::move(last));
  co_return Connected{};
}

Task<Server::Connected> Server::connect_to(Address& address, const Caller& caller) {
  std::string_view stage = "tcp";
  auto connected = co_await attempt(connect_in_stages(address, caller, stage));
  if (!connected) {
    report(address, &connected.error(), stage, caller.log);
    co_await fail(std::move(connected.error()));
  }
  around_.recorder.add(
      metrics::kMetrics.upstream_connects(metric_, address.metric, metrics::ConnectResult::Ok));
  co_return std::move(*connected);
}

Task<Server::Connected> Server::connect_in_stages(Address& address,
                                                  const Caller& caller,
                                                  std::string_view& stage) {
  net::Time since = around_.loop.exact_now();
  const net::Deadline deadline{around_.loop.now() + settings_.connect_timeout_total};
  net::Stream stream =
      co_await around_.dialer.dial(address.host, address.port, settings_.connect_timeout, deadline);
  observe(metrics::ConnectPhase::Tcp, since);
  if (around_.own.has(stream.peer(), stream.local())) {
    co_await fail(Kind::Denied, Origin::Here, "the upstream is this gateway itself: a loop");
  }

  const auto randomness = static_cast<std::uint32_t>(around_.random.next());
  if (settings_.send_client_address == conf::SendAddress::ProxyV2) {
    const std::string header = proxy_header(caller.facts);
    co_await stream.write(header, deadline);
  }
  const LinkContext context{
      around_.loop, settings_, around_.recorder, metric_, caller.log, address.links};
  Connected connected{.link = std::make_unique<ImapLink>(std::move(stream), context, randomness),
                      .greeting = {},
                      .address = &address};
  const bool implicit = settings_.tls == conf::UpstreamTls::Implicit;
  if (implicit) {
    stage = "tls";
    since = around_.loop.exact_now();
    co_await secure(*connected.link, tls_, settings_.url.to.host);
    observe(metrics::ConnectPhase::Tls, since);
  }
  stage = "greeting";
  since = around_.loop.exact_now();
  connected.greeting = co_await greet(*connected.link);
  observe(metrics::ConnectPhase::Greeting, since);
  if (!implicit) {
    stage = "tls";
    since = around_.loop.exact_now();
    co_await secure(*connected.link, tls_, settings_.url.to.host);
    if (connected.link->stream().secure()) observe(metrics::ConnectPhase::Tls, since);
  }
  co_return connected;
}

std::vector<Server::Address*> Server::in_order(const std::string& user) {
  std::vector<Address*> order;
  for (Address& address : addresses_)
    order.push_back(&address);
  if (settings_.balance == conf::Balance::UserHash) {
    std::ranges::sort(order, std::ranges::greater{}, [&user](const Address* address) {
      return weight(user, address->host, address->port);
    });
  }
  if (settings_.balance == conf::Balance::LeastConnections) {
    std::ranges::sort(order, {}, &Address::links);
  }
  return order;
}

// ---- keeping account

void Server::report(Address& address,
                    const net::Error* error,
                    std::string_view stage,
                    metrics::SessionLog& log) {
  // Who was told to stop, or was stopped by a fault of ours, has learned nothing of the address.
  if (error != nullptr &&
      (error->kind == net::Kind::Cancelled || error->kind == net::Kind::Internal)) {
    return address.breaker.abandoned();
  }
  const net::Time now = around_.loop.now();
  const std::uint64_t index = static_cast<std::uint64_t>(address.metric);
  const net::Duration in_state = now - address.breaker.since();
  if (error == nullptr || !blames_address(error->kind)) {
    if (address.breaker.succeeded(now)) {
      log.write(metrics::CircuitClosed{
          .upstream = settings_.name, .backend = index, .seconds = in_state});
    }
    show_state(address);
    return;
  }
  if (stage != "login") {
    around_.recorder.add(
        metrics::kMetrics.upstream_connects(metric_, address.metric, result_of(error->kind)));
  }
  log.write(metrics::UpstreamFailed{.upstream = settings_.name,
                                    .backend = index,
                                    .stage = stage,
                                    .kind = net::name_of(error->kind),
                                    .detail = error->detail});
  const unsigned failures = address.breaker.failures_in_a_row() + 1;
  if (address.breaker.failed(now, around_.random)) {
    around_.recorder.add(metrics::kMetrics.upstream_circuit_opened(metric_, address.metric));
    log.write(
        metrics::CircuitOpened{.upstream = settings_.name, .backend = index, .failures = failures});
  }
  show_state(address);
}

void Server::show_state(const Address& address) {
  const bool closed = address.breaker.state() == Breaker::State::Closed;
  const bool well = closed && address.breaker.failures_in_a_row() == 0;
  around_.recorder.set(metrics::kMetrics.upstream_up(metric_, address.metric), well ? 1 : 0);
  around_.recorder.set(metrics::kMetrics.upstream_circuit_open(metric_, address.metric),
                       closed ? 0 : 1);
}

void Server::observe(metrics::ConnectPhase phase, net::Time since) {
  around_.recorder.observe(metrics::kMetrics.upstream_connect_duration(metric_, phase),
                           around_.loop.exact_now() - since);
}

void Server::pause_user(const std::string& user, std::chrono::milliseconds pause) {
  if (paused_.size() >= kPausedUsersMax) paused_.clear();
  paused_[user] = around_.loop.now() + pause;
}

bool Server::is_paused(const std::string& user) {
  const auto found = paused_.find(user);
  if (found == paused_.end()) return false;
  if (around_.loop.now() < found->second) return true;
  paused_.erase(found);
  return false;
}

}  // namespace postern::upstream
