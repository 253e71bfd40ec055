// The common frame of a session.

#include "proxy/session.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postern::proxy {

using metrics::EndReason;
using metrics::kMetrics;
using metrics::SessionState;
using net::Kind;
using net::Origin;

namespace {

// A name that is unique enough to search for: 60 random bits, in the letters of base 32.
std::string make_name(net::Random& random) {
  constexpr std::string_view kLetters = "abcdefghijkmnpqrstuvwxyz23456789";
  std::uint64_t bits = random.next();
  std::string name;
  for (int i = 0; i < 12; ++i, bits >>= 5U)
    name += kLetters[bits & 31U];
  return name;
}

constexpr char kTlsHandshake = 0x16;  // first octet of a TLS record where none is wanted

bool is_in(const std::vector<conf::Network>& networks, const net::Address& address) {
  const auto octets = address.octets();
  return std::ranges::any_of(
      networks, [&](const conf::Network& network) { return network.contains(octets); });
}

EndReason reason_of(const net::Error& error) {
  if (error.kind == Kind::Cancelled) return EndReason::Drain;
  if (error.kind == Kind::Internal) return EndReason::InternalError;
  if (error.origin == Origin::Upstream) return EndReason::UpstreamLost;
  switch (error.kind) {
    case Kind::Closed:
      return EndReason::ClientClosed;
    case Kind::Reset:
      return EndReason::ClientReset;
    case Kind::Timeout:
      return EndReason::IdleTimeout;
    case Kind::Tls:
    case Kind::Certificate:
      return EndReason::TlsError;
    default:
      return EndReason::ProtocolError;
  }
}

metrics::TlsVersion version_of(std::string_view name) {
  if (name == "TLSv1") return metrics::TlsVersion::V10;
  if (name == "TLSv1.1") return metrics::TlsVersion::V11;
  if (name == "TLSv1.2") return metrics::TlsVersion::V12;
  return metrics::TlsVersion::V13;
}

metrics::HandshakeFailure failure_of(const net::Stream& client, Kind kind) {
  using metrics::HandshakeFailure;
  if (kind == Kind::Timeout) return HandshakeFailure::Timeout;
  if (client.tls() == nullptr) return HandshakeFailure::Other;
  switch (client.tls()->failure()) {
    case net::TlsFailure::NoSharedVersion:
      return HandshakeFailure::NoSharedVersion;
    case net::TlsFailure::NoSharedCipher:
      return HandshakeFailure::NoSharedCipher;
    case net::TlsFailure::PeerAlert:
      return HandshakeFailure::ClientAlert;
    case net::TlsFailure::Plaintext:
      return HandshakeFailure::Plaintext;
    case net::TlsFailure::Closed:
      return HandshakeFailure::Closed;
    case net::TlsFailure::None:
    case net::TlsFailure::Certificate:
    case net::TlsFailure::Other:
      break;
  }
  const bool gone = kind == Kind::Closed || kind == Kind::Reset;
  return gone ? HandshakeFailure::Closed : HandshakeFailure::Other;
}

}  // namespace

Session::Session(const Services& services,
                 std::shared_ptr<const Snapshot> snapshot,
                 const Entry& entry,
                 net::Stream client,
                 metrics::Protocol protocol)
    : services_(services),
      snapshot_(std::move(snapshot)),
      entry_(entry),
      client_(std::move(client)),
      newcomer_(services.roster, client_),
      client_address_(client_.peer()),
      log_(services.shared.log,
           {.session = make_name(services.random),
            .protocol = protocol,
            .listener = entry.settings->name,
            .client = client_address_.host()}),
      began_(services.loop.exact_now()),
      login_deadline_{services.loop.now() + snapshot_->settings->limits.timeout_login},
      protocol_(protocol) {
  client_.set_read_ahead(true);
  newcomer_.join();
  recorder().raise(kMetrics.sessions_active(protocol_, state_));
  recorder().raise(kMetrics.connections_active(entry_.metric));
}

Session::~Session() {
  services_.roster.strike_off(client_);
  recorder().lower(kMetrics.sessions_active(protocol_, state_));
  recorder().lower(kMetrics.connections_active(entry_.metric));
  const net::Duration seconds = loop().exact_now() - began_;
  if (is_probe()) {
    log_.write(metrics::SessionProbed{.seconds = seconds});
    return;
  }
  recorder().add(kMetrics.sessions_started(protocol_, security()));
  recorder().add(kMetrics.sessions_ended(protocol_, reason_));
  recorder().observe(kMetrics.session_duration(protocol_), seconds);
  recorder().add(kMetrics.client_received(protocol_), client_.octets_received());
  recorder().add(kMetrics.client_sent(protocol_), client_.octets_sent());
  if (reason_ == EndReason::InternalError) {
    log_.write(metrics::SessionCrashed{.detail = detail_});
  }
  const bool secure = client_.secure();
  log_.write(metrics::SessionEnded{.reason = reason_,
                                   .tls = secure ? client_.tls()->version() : std::string_view(),
                                   .seconds = seconds,
                                   .commands = commands_,
                                   .octets_in = client_.octets_received(),
                                   .octets_out = client_.octets_sent(),
                                   .retrieved = retrieved_,
                                   .deleted = deleted_,
                                   .sent = sent_,
                                   .detail = detail_});
  if (breaks_off_) client_.reset();
}

// Health checks and port scans: nobody is to be woken for them.
bool Session::is_probe() const {
  const bool gone = reason_ == EndReason::ClientClosed || reason_ == EndReason::ClientReset ||
                    reason_ == EndReason::TlsError;
  return gone && commands_ == 0 && client_.octets_received() == 0 &&
         state_ == SessionState::Unauthenticated &&
         (client_.tls() == nullptr || client_.tls()->failure() == net::TlsFailure::Closed);
}

Session::Introduction& Session::introduction() {
  if (introduction_ == nullptr) introduction_ = std::make_unique<Introduction>();
  return *introduction_;
}

void Session::set_client_address(const net::Address& address) {
  client_address_ = address;
  log_.client(address.host());
}

bool Session::peer_is_trusted_proxy() const {
  return is_in(settings().server.trusted_proxies, client_.peer());
}

bool Session::client_is_in(const std::vector<conf::Network>& networks) const {
  return is_in(networks, client_address_);
}

upstream::ClientFacts Session::facts() const {
  const Introduction told = introduction_ != nullptr ? *introduction_ : Introduction{};
  upstream::ClientFacts facts{.client = client_address_,
                              .listener = told.listener.known() ? told.listener : client_.local(),
                              .session = told.outer_name.empty() ? name() : told.outer_name,
                              .secure = client_.secure() || secure_in_front_,
                              .hops = hops_,
                              .server_name = told.server_name};
  if (facts.server_name.empty() && client_.secure()) {
    facts.server_name = client_.tls()->server_name();
  }
  return facts;
}

net::Task<> Session::expect_words() {
  const std::string_view first = co_await client_.readable(patience());
  if (client_.secure() || first.front() != kTlsHandshake) co_return;
  co_await fail(Kind::Malformed, Origin::Client, "TLS on a port without");
}

std::size_t Session::sessions_max(const conf::Upstream& upstream) const {
  const std::size_t most = settings().limits.per_user_sessions;
  if (!upstream.max_connections_per_user) return most;
  return std::min<std::size_t>(most, *upstream.max_connections_per_user);
}

bool Session::may_log_in() const {
  if (client_.secure() || secure_in_front_) return true;
  switch (entry_.settings->cleartext_login) {
    case conf::CleartextLogin::Always:
      return true;
    case conf::CleartextLogin::Never:
      return false;
    case conf::CleartextLogin::Local:
      break;
  }
  return client_address_.is_loopback() ||
         is_in(entry_.settings->cleartext_networks, client_address_);
}

bool Session::can_start_tls() const {
  return entry_.settings->tls == conf::ListenerTls::Starttls && entry_.tls != nullptr &&
         client_.tls() == nullptr;
}

net::Task<> Session::secure() {
  const net::Time since = loop().exact_now();
  const net::Deadline deadline =
      net::Deadline{loop().now() + settings().limits.timeout_handshake}.or_earlier(
          login_deadline_.at);
  auto done = co_await attempt(client_.start_tls(entry_.tls, {}, deadline));
  if (!done) {
    recorder().add(
        kMetrics.tls_handshake_failures(entry_.metric, failure_of(client_, done.error().kind)));
    end(EndReason::TlsError, done.error().detail);
    co_await fail(std::move(done.error()));
  }
  const net::TlsEngine& tls = *client_.tls();
  recorder().add(
      kMetrics.tls_handshakes(entry_.metric,
                              version_of(tls.version()),
                              tls.resumed() ? metrics::Resumed::Yes : metrics::Resumed::No));
  recorder().observe(kMetrics.tls_handshake_duration(metrics::Side::Client),
                     loop().exact_now() - since);
}

bool Session::was_injected() {
  if (client_.waiting() == 0) return false;
  const auto octets = static_cast<std::uint64_t>(client_.waiting());
  recorder().add(kMetrics.starttls_injections(metrics::Side::Client));
  log_.write(metrics::StarttlsInjection{.side = metrics::Side::Client, .octets = octets});
  end(EndReason::ProtocolError, "octets behind the request to start TLS");
  return true;
}

void Session::enter(SessionState state) {
  recorder().lower(kMetrics.sessions_active(protocol_, state_));
  state_ = state;
  state == SessionState::Unauthenticated ? newcomer_.join() : newcomer_.leave();
  recorder().raise(kMetrics.sessions_active(protocol_, state_));
}

void Session::end(EndReason reason, std::string_view detail) {
  if (std::exchange(has_ended_, true)) return;
  reason_ = reason;
  detail_ = detail;
}

void Session::end(const net::Error& error) {
  const bool before_login = state_ == SessionState::Unauthenticated && error.kind == Kind::Timeout;
  end(before_login ? EndReason::LoginTimeout : reason_of(error), error.detail);
}

metrics::Security Session::security() const {
  if (client_.tls() == nullptr) return metrics::Security::Plaintext;
  const bool implicit = entry_.settings->tls == conf::ListenerTls::Implicit;
  return implicit ? metrics::Security::Implicit : metrics::Security::Starttls;
}

}  // namespace postern::proxy
