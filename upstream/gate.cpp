// Connecting, with all the doors that may be shut.

#include "upstream/gate.hpp"

#include "wire/ascii.hpp"
#include "wire/proxy_header.hpp"

#include <algorithm>

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

bool OwnAddresses::has(const net::Address& peer, const net::Address& local) const {
  return std::ranges::any_of(addresses_, [&](const net::Address& own) {
    if (own.port() != peer.port()) return false;
    const auto octets = own.octets();
    const bool is_any = std::ranges::all_of(octets, [](unsigned char o) { return o == 0; }) ||
                        own.host() == "0.0.0.0";
    return is_any ? peer.host() == local.host() : peer.host() == own.host();
  });
}

Gate::Trial::~Trial() {
  if (gate_ != nullptr) address_->breaker.abandoned();
}

void Gate::Trial::login_ended(const net::Error* error, metrics::SessionLog& log) {
  std::exchange(gate_, nullptr)->report(*address_, error, "login", log);
}

void Gate::Trial::failed(const net::Error& error,
                         std::string_view stage,
                         metrics::SessionLog& log) {
  std::exchange(gate_, nullptr)->report(*address_, &error, stage, log);
}

Gate::Gate(const Surroundings& surroundings,
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

bool Gate::is_up() const {
  return std::ranges::any_of(addresses_, [](const Address& address) {
    return address.breaker.state() == Breaker::State::Closed;
  });
}

std::string Gate::describe(const net::Stream& stream, std::string_view greeting) {
  std::string found = stream.peer().text() + ", ";
  found += stream.secure() ? stream.tls()->version() : std::string_view("no TLS");
  return found + ", " + wire::printable(greeting, 200);
}

// ---- connecting

Task<net::Slot> Gate::take_slot() {
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

Task<Gate::Trial> Gate::connect(const Caller& caller,
                                Reception& reception,
                                std::optional<std::size_t> but) {
  net::Error last{Kind::Unavailable, Origin::Upstream, "no address may be tried now"};
  bool first = true;
  for (Address* address : in_order(caller.account.user)) {
    if (but == static_cast<std::size_t>(address->metric)) continue;
    if (!address->breaker.permits(around_.loop.now())) continue;
    if (!std::exchange(first, false)) count_retry(metrics::RetryReason::Connect);
    Trial trial(*this, *address);
    std::string_view stage = "tcp";
    auto connected = co_await attempt(connect_in_stages(*address, caller, reception, stage));
    if (connected) {
      around_.recorder.add(metrics::kMetrics.upstream_connects(
          metric_, address->metric, metrics::ConnectResult::Ok));
      // Only a login that is answered shows that the address is well: the trial goes on.
      co_return std::move(trial);
    }
    trial.failed(connected.error(), stage, caller.log);
    last = std::move(connected.error());
  }
  co_await fail(std::move(last));
  std::unreachable();
}

Task<> Gate::connect_in_stages(Address& address,
                               const Caller& caller,
                               Reception& reception,
                               std::string_view& stage) {
  net::Time since = around_.loop.exact_now();
  const net::Deadline deadline{around_.loop.now() + settings_.connect_timeout_total};
  net::Stream dialled =
      co_await around_.dialer.dial(address.host, address.port, settings_.connect_timeout, deadline);
  observe(metrics::ConnectPhase::Tcp, since);
  if (around_.own.has(dialled.peer(), dialled.local())) {
    co_await fail(Kind::Denied, Origin::Here, "the upstream is this gateway itself: a loop");
  }
  if (settings_.send_client_address == conf::SendAddress::ProxyV2) {
    const std::string header = proxy_header(caller.facts);
    co_await dialled.write(header, deadline);
  }
  net::Stream& stream = reception.take(
      std::move(dialled),
      {around_.loop, settings_, around_.recorder, metric_, caller.log, address.links});
  if (settings_.tls == conf::UpstreamTls::Implicit) {
    stage = "tls";
    since = around_.loop.exact_now();
    co_await shake_hands(stream);
    observe(metrics::ConnectPhase::Tls, since);
  }
  stage = "greeting";
  since = around_.loop.exact_now();
  co_await reception.greet();
  observe(metrics::ConnectPhase::Greeting, since);
  if (settings_.tls == conf::UpstreamTls::Implicit || settings_.tls == conf::UpstreamTls::Off) {
    co_return;
  }
  stage = "tls";
  since = around_.loop.exact_now();
  const bool wanted = co_await reception.ask_for_tls();
  if (!wanted) co_return;
  co_await refuse_injection(stream, caller.log);
  co_await shake_hands(stream);
  observe(metrics::ConnectPhase::Tls, since);
}

// What came in clear behind the answer to STARTTLS would be taken for something that came in TLS.
Task<> Gate::refuse_injection(net::Stream& stream, metrics::SessionLog& log) {
  if (stream.waiting() == 0) co_return;
  const auto octets = static_cast<std::uint64_t>(stream.waiting());
  around_.recorder.add(metrics::kMetrics.starttls_injections(metrics::Side::Upstream));
  log.write(metrics::StarttlsInjection{.side = metrics::Side::Upstream, .octets = octets});
  co_await fail(Kind::Malformed, Origin::Upstream, "octets behind the answer to STARTTLS");
}

Task<> Gate::shake_hands(net::Stream& stream) {
  const net::Deadline deadline{around_.loop.now() + settings_.handshake_timeout};
  co_await stream.start_tls(tls_, settings_.url.to.host, deadline);
}

bool Gate::blames_address(Kind kind) {
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

bool Gate::has_other_than(std::size_t address) const {
  return std::ranges::any_of(addresses_, [address](const Address& other) {
    return static_cast<std::size_t>(other.metric) != address &&
           other.breaker.state() == Breaker::State::Closed;
  });
}

std::vector<Gate::Address*> Gate::in_order(const std::string& user) {
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

void Gate::report(Address& address,
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

void Gate::show_state(const Address& address) {
  const bool closed = address.breaker.state() == Breaker::State::Closed;
  const bool well = closed && address.breaker.failures_in_a_row() == 0;
  around_.recorder.set(metrics::kMetrics.upstream_up(metric_, address.metric), well ? 1 : 0);
  around_.recorder.set(metrics::kMetrics.upstream_circuit_open(metric_, address.metric),
                       closed ? 0 : 1);
}

void Gate::observe(metrics::ConnectPhase phase, net::Time since) {
  around_.recorder.observe(metrics::kMetrics.upstream_connect_duration(metric_, phase),
                           around_.loop.exact_now() - since);
}

void Gate::count_retry(metrics::RetryReason reason) {
  around_.recorder.add(metrics::kMetrics.upstream_retries(metric_, reason));
}

void Gate::count_reused() {
  around_.recorder.add(metrics::kMetrics.upstream_connections_reused(metric_));
}

}  // namespace postern::upstream
