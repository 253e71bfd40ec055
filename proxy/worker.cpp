// The thread and its world.

#include "proxy/worker.hpp"

#include "net/machine.hpp"
#include "proxy/serve.hpp"
#include "proxy/trouble.hpp"

#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace postern::proxy {

using metrics::kMetrics;

namespace {

constexpr net::Duration kPulse = std::chrono::seconds(1);

}  // namespace

// Once a second: how late the loop is, how busy it was, that it is alive.
class Worker::Pulse final : public net::Timer {
 public:
  explicit Pulse(Worker& worker) : worker_(worker) { beat(); }

 private:
  void expired() override {
    net::Loop& loop = worker_.loop_;
    metrics::Recorder& recorder = *worker_.recorder_;
    const net::Duration late = std::max(loop.exact_now() - due_, net::Duration::zero());
    recorder.observe(kMetrics.event_loop_lag(worker_.number_), late);
    recorder.follow(kMetrics.event_loop_busy(worker_.number_), net::thread_time());
    recorder.set(kMetrics.worker_connections(worker_.number_),
                 static_cast<std::int64_t>(worker_.scope_->live()));
    recorder.set(kMetrics.buffer_octets(metrics::Side::Client),
                 static_cast<std::int64_t>(loop.blocks().held()));
    beat();
  }

  void beat() {
    net::Loop& loop = worker_.loop_;
    worker_.alive_at_.store(loop.now());
    due_ = loop.now() + kPulse;
    loop.timers().arm(*this, due_);
  }

  Worker& worker_;
  net::Time due_{};
};

Worker::Worker(unsigned number,
               unsigned share,
               Shared& shared,
               metrics::Registry& registry,
               const Blueprint& blueprint)
    : number_(metrics::Worker{static_cast<std::uint8_t>(number)}),
      share_(share),
      shared_(shared),
      registry_(registry),
      alive_at_(std::chrono::steady_clock::now()) {
  thread_ = std::thread([this, blueprint] { run(blueprint); });
}

Worker::~Worker() = default;

void Worker::run(Blueprint blueprint) {
  recorder_ = &registry_.recorder();
  resolver_ = std::make_unique<net::SystemResolver>(loop_, [this](const net::Lookup& lookup) {
    const auto result = lookup.found       ? metrics::NameResult::Ok
                        : lookup.not_found ? metrics::NameResult::NotFound
                                           : metrics::NameResult::TemporaryError;
    recorder_->add(kMetrics.dns_queries(result));
    recorder_->observe(kMetrics.dns_query_duration(), lookup.took);
  });
  dialer_ = std::make_unique<net::TcpDialer>(loop_, *resolver_);
  copies_ = std::make_unique<SentCopies>(loop_, *recorder_, shared_.log, share_);
  services_.emplace(loop_, random_, *recorder_, roster_, *copies_, shared_);
  scope_ = std::make_unique<net::Scope>([](const net::Error&) {});  // sessions tell of their own
  build(blueprint);
  pulse_ = std::make_unique<Pulse>(*this);
  loop_.run();
  pulse_ = nullptr;
  scope_ = nullptr;
  copies_ = nullptr;
  snapshot_ = nullptr;
  dialer_ = nullptr;
  resolver_ = nullptr;
}

// ---- from the main thread

void Worker::rebuild(const Blueprint& blueprint) {
  loop_.post([this, blueprint] { build(blueprint); });
}

void Worker::take(Arrival arrival) {
  // std::function wants to be copied; what must not be is shared.
  auto shared = std::make_shared<Arrival>(std::move(arrival));
  loop_.post([this, shared] { admit(*shared); });
}

void Worker::drain(std::function<void()> empty) {
  loop_.post([this, empty = std::move(empty)] {
    scope_->drain();
    // What sessions sent at last is to be copied as well.
    scope_->when_empty([this, empty] {
      copies_->scope().drain();
      copies_->scope().when_empty(empty);
    });
  });
}

void Worker::stop() {
  loop_.post([this] {
    scope_->cancel();
    copies_->scope().cancel();
    loop_.stop();
  });
  thread_.join();
}

// ---- on the worker's thread

void Worker::build(const Blueprint& blueprint) {
  snapshot_ =
      build_snapshot(blueprint, {loop_, *dialer_, random_, *recorder_, registry_.names(), share_});
}

void Worker::admit(Arrival& arrival) {
  const Entry& entry = snapshot_->entries[arrival.entry];
  if (scope_->draining() || (arrival.full && !roster_.make_room())) {
    const auto reason =
        scope_->draining() ? metrics::RejectReason::Draining : metrics::RejectReason::ListenerFull;
    recorder_->add(kMetrics.connections_rejected(entry.metric, reason));
    turn_away(arrival.descriptor, *entry.settings);
    return;
  }
  auto stream = net::Stream::adopt(loop_, arrival.descriptor, arrival.peer, net::Origin::Client);
  if (!stream) return;
  scope_->spawn(
      serve(*services_, snapshot_, arrival.entry, std::move(*stream), std::move(arrival.admitted)));
}

std::string_view overload_words(const conf::Listener& listener) {
  static const std::string pop3 = refuse_overload();
  static const std::string imap = imap_refuse_overload();
  static const std::string smtp = smtp_refuse(SmtpRefusal::Overload);
  const bool speaks_first = listener.tls != conf::ListenerTls::Implicit &&
                            listener.proxy_protocol == conf::ProxyProtocol::Off;
  if (!speaks_first) return {};
  switch (listener.protocol) {
    case conf::Protocol::Imap:
      return imap;
    case conf::Protocol::Submission:
      return smtp;
    case conf::Protocol::Pop3:
      break;
  }
  return pop3;
}

void turn_away(int descriptor, const conf::Listener& listener) {
  const std::string_view words = overload_words(listener);
  if (!words.empty()) {
    (void)send(descriptor, words.data(), words.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  ::close(descriptor);
}

}  // namespace postern::proxy
