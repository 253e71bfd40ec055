// Opening, accepting, swapping.

#include "proxy/gateway.hpp"

#include "conf/dump.hpp"
#include "net/digest.hpp"
#include "net/machine.hpp"
#include "net/random.hpp"
#include "proxy/version.hpp"
#include "upstream/directory.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <malloc.h>
#include <unistd.h>
#include <utility>

namespace postern::proxy {

using metrics::kMetrics;

namespace {

constexpr std::size_t kDescriptorsKept = 200;  // for files, logs, upstreams' name service
constexpr std::size_t kDescriptorsPerSession = 2;
constexpr net::Duration kChores = std::chrono::seconds(5);
constexpr std::uint64_t kMemoryWarning = 90;                   // percent of the limit
constexpr std::size_t kTrimDrop = 500;                         // connections fewer than before
constexpr net::Duration kLastWords = std::chrono::seconds(1);  // for what waits for the disk

// A word for IMAP greetings that no other process says.
std::string make_mark() {
  std::array<std::byte, 8> chance{};
  net::Random().fill(chance);
  std::array<unsigned char, chance.size()> octets{};
  std::ranges::transform(chance, octets.begin(), std::to_integer<unsigned char>);
  return net::hex(octets);
}

metrics::LogSettings log_settings(const conf::Settings& settings) {
  metrics::LogSettings log;
  switch (settings.log.level) {
    case conf::LogLevel::Error:
      log.level = metrics::Level::Error;
      break;
    case conf::LogLevel::Warning:
      log.level = metrics::Level::Warning;
      break;
    case conf::LogLevel::Info:
      log.level = metrics::Level::Info;
      break;
    case conf::LogLevel::Debug:
      log.level = metrics::Level::Debug;
      break;
  }
  log.format = settings.log.format == conf::LogFormat::Json ? metrics::Format::Json
                                                            : metrics::Format::Logfmt;
  switch (settings.log.users) {
    case conf::LogUsers::Plain:
      log.users = metrics::Users::Plain;
      break;
    case conf::LogUsers::Hash:
      log.users = metrics::Users::Hash;
      break;
    case conf::LogUsers::None:
      log.users = metrics::Users::None;
      break;
  }
  log.traced = settings.log.protocol_trace;
  return log;
}

std::string text_of(const conf::Endpoint& endpoint) {
  if (endpoint.kind == conf::Endpoint::Kind::Inherited) return "fd:" + endpoint.name;
  return endpoint.address + ":" + std::to_string(endpoint.port.value_or(0));
}

}  // namespace

// What has to be done now and then: certificates that changed, memory, signs of life.
class Gateway::Chores final : public net::Timer {
 public:
  explicit Chores(Gateway& gateway) : gateway_(gateway), watch_(*gateway.settings_) { arm(); }

  void watch(const conf::Settings& settings) { watch_ = FileWatch(settings); }

 private:
  void expired() override {
    arm();
    if (watch_.changed()) gateway_.reread_certificates();
    look_at_memory();
    gateway_.state_->tend(gateway_.settings_->state, gateway_.loop_.now());
    const net::Time now = gateway_.loop_.now();
    const bool all_alive = std::ranges::all_of(gateway_.workers_, [now](const auto& worker) {
      return now - worker->last_sign_of_life() < 3 * kChores;
    });
    if (all_alive && gateway_.moments_.alive) gateway_.moments_.alive();
  }

  void look_at_memory() {
    const conf::Settings& settings = *gateway_.settings_;
    const std::uint64_t limit = net::memory_limit() / 100 * settings.limits.memory.hundredths;
    const bool is_short = net::memory_resident() > limit / 100 * kMemoryWarning;
    gateway_.admission_.set_short_of_memory(is_short);
    // What many sessions held goes back to the system only when asked for.
    const std::size_t now = gateway_.admission_.connections();
    if (now + kTrimDrop <= connections_before_) malloc_trim(0);
    connections_before_ = now;
  }

  void arm() { gateway_.loop_.timers().arm(*this, gateway_.loop_.now() + kChores); }

  Gateway& gateway_;
  FileWatch watch_;
  std::size_t connections_before_ = 0;
};

Gateway::Gateway(metrics::Log& log, metrics::Registry& registry)
    : log_(log),
      registry_(registry),
      recorder_(registry.recorder()),
      tickets_(std::make_shared<net::TicketKeys>()),
      mark_(make_mark()) {
  registry_.at_scrape([this](metrics::Recorder& scraped) {
    scraped.set(kMetrics.auth_tracked_addresses(), static_cast<std::int64_t>(penalties_.tracked()));
    scraped.set(kMetrics.maildrop_locks_held(), static_cast<std::int64_t>(occupancy_.locks()));
    scraped.set(kMetrics.ready(), is_ready() ? 1 : 0);
  });
}

Gateway::~Gateway() = default;

void check_expressions(const conf::Settings& settings,
                       const conf::Origins& origins,
                       conf::Problems& problems) {
  for (std::size_t i = 0; i < settings.routes.size(); ++i) {
    const std::string wrong = upstream::Directory::expression_problem(settings.routes[i].user);
    if (wrong.empty()) continue;
    const std::string key = "route." + std::to_string(i + 1) + ".user";
    problems.error(origins.nearest(key), key, "not an expression that RE2 takes: " + wrong);
  }
}

// ---- configuration

std::vector<conf::Problem> Gateway::open(conf::Request request,
                                         conf::Outcome outcome,
                                         std::vector<InheritedSocket> inherited) {
  request_ = std::move(request);
  inherited_ = std::move(inherited);
  return accept(std::move(outcome));
}

// Puts a configuration into force, or changes nothing.
std::vector<conf::Problem> Gateway::accept(conf::Outcome outcome) {
  conf::Problems problems;
  for (conf::Problem& problem : outcome.problems)
    problems.add(std::move(problem));
  if (!outcome.settings) return problems.take();
  auto settings = std::make_shared<const conf::Settings>(std::move(*outcome.settings));
  check_expressions(*settings, outcome.origins, problems);
  auto tls = std::make_shared<const TlsFiles>(
      read_tls_files(*settings, outcome.origins, tickets_, problems));
  if (problems.has_errors()) return problems.take();
  Doors doors = open_doors(*settings, outcome.origins, problems);
  if (problems.has_errors()) return problems.take();

  settings_ = std::move(settings);
  connections_max_ = connections_max();
  origins_ = std::move(outcome.origins);
  tls_ = std::move(tls);
  log_.apply(log_settings(*settings_));
  name_metrics(*settings_);
  auto own = std::make_shared<upstream::OwnAddresses>(mark_);
  for (const auto& door : doors) {
    const net::Listener* socket = door->socket != nullptr ? door->socket.get() : same_door(*door);
    own->add(socket->local());
  }
  own_addresses_ = std::move(own);
  for (const auto& worker : workers_)
    worker->rebuild(blueprint());
  take_over(std::move(doors));
  show_certificates();
  const std::string digest = net::hex(net::sha256(conf::fingerprint_text(*settings_)));
  registry_.describe(kMetrics.config_info, {digest.substr(0, 12)});
  recorder_.set(kMetrics.config_last_reload_successful(), 1);
  recorder_.set(kMetrics.config_last_reload_success(),
                std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  log_.write(metrics::ConfigLoaded{.file = request_.file.native(), .sha256 = digest});
  return problems.take();
}

void Gateway::reload() {
  if (draining_) return;
  if (moments_.reloading) moments_.reloading();
  const auto problems = accept(conf::load(request_));
  const auto wrong = std::ranges::find(problems, conf::Severity::Error, &conf::Problem::severity);
  const bool accepted = wrong == problems.end();
  recorder_.add(
      kMetrics.config_reloads(accepted ? metrics::ReloadResult::Ok : metrics::ReloadResult::Error));
  if (accepted) {
    chores_->watch(*settings_);
  } else {
    recorder_.set(kMetrics.config_last_reload_successful(), 0);
    const std::string first = conf::text(*wrong);
    log_.write(metrics::ConfigRefused{
        .file = request_.file.native(), .problems = problems.size(), .detail = first});
  }
  if (moments_.ready) moments_.ready();
}

// A certificate was renewed: everything else stays.
void Gateway::reread_certificates() {
  conf::Problems problems;
  auto tls =
      std::make_shared<const TlsFiles>(read_tls_files(*settings_, origins_, tickets_, problems));
  if (problems.has_errors()) {
    const auto all = problems.take();
    log_.write(metrics::ConfigRefused{
        .file = request_.file.native(), .problems = all.size(), .detail = conf::text(all.front())});
    return;
  }
  tls_ = std::move(tls);
  for (const auto& worker : workers_)
    worker->rebuild(blueprint());
  show_certificates();
}

void Gateway::show_certificates() {
  const auto now = std::chrono::system_clock::now();
  for (const ServedCertificate& each : tls_->certificates) {
    recorder_.set(kMetrics.tls_certificate_not_after(registry_.names().certificate(each.name)),
                  std::chrono::floor<std::chrono::seconds>(each.not_after));
    const auto left = std::chrono::floor<std::chrono::days>(each.not_after - now);
    if (left < TlsFiles::kExpiresSoon) {
      log_.write(metrics::CertificateExpiring{.certificate = each.name, .days = left.count()});
    }
  }
}

void Gateway::name_metrics(const conf::Settings& settings) {
  metrics::Configured configured;
  for (const conf::Listener& listener : settings.listeners) {
    configured.protocols.push_back(counted(listener.protocol));
    configured.listeners.push_back(listener.name);
  }
  for (const conf::Upstream& upstream : settings.upstreams) {
    configured.upstreams.push_back(
        {.name = upstream.name, .backends = std::max<std::size_t>(1, upstream.backends.size())});
  }
  for (const ServedCertificate& each : tls_->certificates) {
    configured.certificates.push_back(each.name);
  }
  configured.workers = settings.server.workers != 0 ? settings.server.workers : net::processors();
  registry_.names().configure(configured);
  metrics::Names& names = registry_.names();
  for (const conf::Listener& listener : settings.listeners) {
    recorder_.set(kMetrics.connections_limit(names.listener(listener.name)),
                  static_cast<std::int64_t>(connections_max()));
  }
  for (const conf::Upstream& upstream : settings.upstreams) {
    if (!upstream.max_connections) continue;
    recorder_.set(kMetrics.upstream_connections_limit(names.upstream(upstream.name)),
                  *upstream.max_connections);
  }
}

Blueprint Gateway::blueprint() const {
  return {.settings = settings_, .tls = tls_, .own_addresses = own_addresses_};
}

std::size_t Gateway::connections_max() const {
  const std::size_t descriptors = net::descriptors_max();
  const std::size_t affordable =
      (descriptors - std::min(descriptors, kDescriptorsKept)) / kDescriptorsPerSession;
  const std::size_t wanted = settings_->server.max_connections;
  return wanted == 0 ? affordable : std::min(wanted, affordable);
}

// ---- listeners

const net::Listener* Gateway::same_door(const Door& wanted) const {
  const auto found = std::ranges::find_if(
      doors_, [&](const auto& door) { return door->endpoint == wanted.endpoint; });
  return found == doors_.end() ? nullptr : (*found)->socket.get();
}

// The doors of a configuration. Those that are open already stay for take_over().
Gateway::Doors Gateway::open_doors(const conf::Settings& settings,
                                   const conf::Origins& origins,
                                   conf::Problems& problems) {
  Doors doors;
  for (std::size_t i = 0; i < settings.listeners.size(); ++i) {
    const conf::Listener& listener = settings.listeners[i];
    for (const conf::Endpoint& endpoint : listener.listen) {
      auto door = std::make_unique<Door>(Door{.endpoint = endpoint, .listener = i, .socket = {}});
      if (same_door(*door) == nullptr) {
        auto opened = open_socket(*door, listener);
        if (opened) {
          door->socket = std::move(*opened);
        } else {
          const std::string key = "listener." + listener.name + ".listen";
          problems.error(origins.nearest(key), key, opened.error().detail);
        }
      }
      doors.push_back(std::move(door));
    }
  }
  return doors;
}

net::Result<std::unique_ptr<net::Listener>> Gateway::open_socket(Door& door,
                                                                 const conf::Listener& listener) {
  net::Listener::Callbacks callbacks{
      .connected = [this, &door](int descriptor,
                                 const net::Address& peer) { connected(door, descriptor, peer); },
      .exhausted =
          [this, &door] {
            const conf::Listener& mine = settings_->listeners[door.listener];
            recorder_.add(kMetrics.accept_errors(registry_.names().listener(mine.name),
                                                 metrics::AcceptError::FdLimit));
            return overload_words(mine);
          },
      .failed =
          [this, &door](int) {
            const conf::Listener& mine = settings_->listeners[door.listener];
            recorder_.add(kMetrics.accept_errors(registry_.names().listener(mine.name),
                                                 metrics::AcceptError::Other));
          }};
  const conf::Endpoint& endpoint = door.endpoint;
  if (endpoint.kind == conf::Endpoint::Kind::Inherited) {
    const auto found = std::ranges::find(inherited_, endpoint.name, &InheritedSocket::name);
    if (found == inherited_.end()) {
      return net::failure(
          net::Kind::Gone,
          net::Origin::Here,
          "no socket named " + conf::in_quotes(endpoint.name) + " was passed by systemd");
    }
    return net::Listener::adopt(loop_, found->descriptor, std::move(callbacks));
  }
  const std::uint16_t port = endpoint.port.value_or(0);
  const auto backlog = static_cast<int>(listener.backlog);
  if (!endpoint.address.empty()) {
    return net::Listener::open(
        loop_, *net::Address::parse(endpoint.address, port), backlog, std::move(callbacks));
  }
  // All addresses: one socket for both families, or IPv4 alone where there is no IPv6.
  auto both = net::Listener::open(loop_, *net::Address::parse("::", port), backlog, callbacks);
  if (both) return both;
  auto v4 = net::Listener::open(loop_, *net::Address::parse("0.0.0.0", port), backlog, callbacks);
  return v4 ? std::move(v4) : std::move(both);
}

// Sockets of doors that stay move over; the others' close.
void Gateway::take_over(Doors doors) {
  Doors kept;
  for (const auto& door : doors) {
    const auto old = std::ranges::find_if(doors_, [&](const auto& each) {
      return each != nullptr && each->endpoint == door->endpoint;
    });
    if (door->socket != nullptr) {
      const conf::Listener& listener = settings_->listeners[door->listener];
      log_.write(metrics::ListenerOpened{.listener = listener.name,
                                         .protocol = counted(listener.protocol),
                                         .address = door->socket->local().text()});
      continue;
    }
    (*old)->listener = door->listener;
    kept.push_back(std::move(*old));
  }
  for (const auto& door : doors_) {
    if (door == nullptr) continue;
    log_.write(metrics::ListenerClosed{.listener = text_of(door->endpoint),
                                       .address = door->socket->local().text()});
  }
  doors_.clear();
  for (auto& door : doors) {
    if (door->socket != nullptr) doors_.push_back(std::move(door));
  }
  for (auto& door : kept)
    doors_.push_back(std::move(door));
}

void Gateway::connected(const Door& door, int descriptor, const net::Address& peer) {
  const conf::Listener& listener = settings_->listeners[door.listener];
  const metrics::Listener metric = registry_.names().listener(listener.name);
  recorder_.add(kMetrics.connections_accepted(metric));
  const bool named_later = listener.proxy_protocol == conf::ProxyProtocol::Require;
  Admission::Answer answer =
      named_later ? admission_.ask_unnamed(peer, *settings_, connections_max_)
                  : admission_.ask(peer, listener, *settings_, connections_max_, loop_.now());
  if (!answer.admitted) {
    recorder_.add(kMetrics.connections_rejected(metric, answer.reason));
    return turn_away(descriptor, listener);
  }
  Worker& worker = *workers_[next_worker_++ % workers_.size()];
  worker.take({.descriptor = descriptor,
               .peer = peer,
               .entry = door.listener,
               .admitted = std::move(*answer.admitted),
               .full = answer.full});
}

// ---- life

// What lasts is kept where the configuration says at the start; another file needs a restart.
void Gateway::open_state() {
  state_ = std::make_unique<State>(settings_->state, log_);
  state_->tend(settings_->state, loop_.now());
  registry_.at_scrape([this](metrics::Recorder& scraped) { state_->report(scraped); });
  shared_ = std::make_unique<Shared>(Shared{log_,
                                            admission_,
                                            penalties_,
                                            recent_logins_,
                                            occupancy_,
                                            polls_,
                                            state_->index(),
                                            distrust_,
                                            state_->uidls(),
                                            prefetched_});
}

// What waits for the disk has what is left of the drain, and a moment at least.
void Gateway::close_state() {
  const net::Duration left = std::max(drain_until_ - loop_.exact_now(), kLastWords);
  state_->stop(std::chrono::ceil<std::chrono::milliseconds>(left));
}

void Gateway::run(const Moments& moments) {
  moments_ = moments;
  open_state();
  const unsigned count =
      settings_->server.workers != 0 ? settings_->server.workers : net::processors();
  for (unsigned i = 0; i < count; ++i) {
    workers_.push_back(std::make_unique<Worker>(i, count, *shared_, registry_, blueprint()));
  }
  chores_ = std::make_unique<Chores>(*this);
  const net::Signal terminate(loop_, SIGTERM, [this] { begin_drain("SIGTERM"); });
  const net::Signal interrupt(loop_, SIGINT, [this] { begin_drain("SIGINT"); });
  const net::Signal hang_up(loop_, SIGHUP, [this] { reload(); });
  ready_.store(true);
  log_.write(metrics::ProcessStarted{.version = kVersion, .workers = count});
  if (moments_.ready) moments_.ready();
  loop_.run();
  ready_.store(false);
  chores_ = nullptr;
  doors_.clear();
  for (const auto& worker : workers_)
    worker->stop();
  workers_.clear();
  close_state();
}

// Listeners close at once; sessions between two commands end now, the others when they are done, or
// when time is up. Whoever asks twice is in a hurry.
void Gateway::begin_drain(std::string_view reason) {
  if (std::exchange(draining_, true)) {
    drain_until_ = loop_.now();
    return loop_.stop();
  }
  ready_.store(false);
  recorder_.set(kMetrics.draining(), 1);
  log_.write(metrics::ProcessStopping{.reason = reason, .sessions = admission_.connections()});
  if (moments_.stopping) moments_.stopping();
  doors_.clear();
  not_empty_ = workers_.size();
  for (const auto& worker : workers_) {
    worker->drain([this] {
      loop_.post([this] {
        if (--not_empty_ == 0) loop_.stop();
      });
    });
  }
  drain_over_ = std::make_unique<DrainOver>(loop_);
  drain_until_ = loop_.now() + settings_->server.drain_timeout;
  loop_.timers().arm(*drain_over_, drain_until_);
}

}  // namespace postern::proxy
