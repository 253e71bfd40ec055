// A loop for a moment, with one coroutine for each upstream.

#include "proxy/online_check.hpp"

#include "metrics/log.hpp"
#include "metrics/registry.hpp"
#include "net/dialer.hpp"
#include "net/random.hpp"
#include "net/resolver.hpp"
#include "net/scope.hpp"
#include "proxy/snapshot.hpp"
#include "upstream/relay.hpp"
#include "upstream/server.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace postern::proxy {

namespace {

struct Visit {
  std::unique_ptr<upstream::Server> server;  // one of the two
  std::unique_ptr<upstream::Relay> relay;
  net::Result<std::string> found = std::string();
};

net::Task<> visit(Visit& to, metrics::Log& log) {
  metrics::SessionLog session(log, {.session = "check", .listener = "check", .client = "-"});
  to.found = co_await attempt(to.relay ? to.relay->visit(session) : to.server->visit(session));
}

}  // namespace

std::string visit_upstreams(const conf::Settings& settings,
                            const TlsFiles& tls,
                            const conf::Origins& origins,
                            conf::Problems& problems) {
  metrics::Log log({}, {.level = metrics::Level::Error});
  metrics::Registry registry;
  net::Loop loop;
  net::SystemResolver resolver(loop);
  net::TcpDialer dialer(loop, resolver);
  net::Random random;
  const upstream::OwnAddresses own;
  std::vector<Visit> visits(settings.upstreams.size());
  net::Scope scope([](const net::Error&) {});
  const upstream::Surroundings around{loop, dialer, random, registry.recorder(), own};
  for (std::size_t i = 0; i < visits.size(); ++i) {
    const conf::Upstream& upstream = settings.upstreams[i];
    std::shared_ptr<const net::TlsContext> context;
    if (upstream.tls != conf::UpstreamTls::Off) {
      context = net::TlsContext::client(tls.upstreams[i]).value_or(nullptr);
    }
    const metrics::Upstream metric = registry.names().upstream(upstream.name);
    if (upstream.url.is_smtp()) {
      visits[i].relay =
          std::make_unique<upstream::Relay>(around,
                                            upstream,
                                            metric,
                                            std::move(context),
                                            upstream::Relay::Terms{.own_name = own_name(settings)});
    } else {
      visits[i].server =
          std::make_unique<upstream::Server>(around, upstream, metric, std::move(context), 1);
    }
    scope.spawn(visit(visits[i], log));
  }
  scope.when_empty([&loop] { loop.stop(); });
  if (scope.live() > 0) loop.run();
  std::string text;
  for (std::size_t i = 0; i < visits.size(); ++i) {
    const std::string key = "upstream." + settings.upstreams[i].name + ".url";
    if (visits[i].found) {
      text += settings.upstreams[i].name + ": " + *visits[i].found + "\n";
    } else {
      problems.error(origins.nearest(key), key, visits[i].found.error().detail);
    }
  }
  return text;
}

}  // namespace postern::proxy
