// The header, piece by piece: no octet behind it may be taken for a part of it.

#include "proxy/foreword.hpp"

#include "wire/proxy_header.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <variant>

namespace postern::proxy {

using net::fail;
using net::Kind;
using net::Origin;
using net::Task;
using wire::ProxyHeader;

namespace {

constexpr net::Duration kPatience = std::chrono::seconds(5);

Task<ProxyHeader> read_header(net::Stream& client, net::Deadline deadline) {
  std::string text(co_await client.read_exactly(wire::kProxyStartOctets, deadline));
  const auto version = wire::proxy_version(text);
  if (!version) co_await fail(Kind::Malformed, Origin::Client, "no PROXY header");
  if (*version == wire::ProxyVersion::V1) {
    const std::size_t most = wire::kProxyV1OctetsMax - wire::kProxyStartOctets;
    const net::Line line = co_await client.read_line({.octets_max = most}, deadline);
    text += line.text;
  } else {
    text += co_await client.read_exactly(wire::kProxyV2HeadOctets - text.size(), deadline);
    const auto rest = wire::proxy_v2_rest(text);
    if (!rest) co_await fail(Kind::Limit, Origin::Client, "PROXY header too long");
    text += co_await client.read_exactly(*rest, deadline);
  }
  auto parsed =
      *version == wire::ProxyVersion::V1 ? wire::parse_proxy_v1(text) : wire::parse_proxy_v2(text);
  if (const auto* wrong = std::get_if<wire::Malformed>(&parsed)) {
    co_await fail(Kind::Malformed, Origin::Client, "PROXY header: " + std::string(wrong->why));
  }
  co_return std::move(std::get<ProxyHeader>(parsed));
}

net::Address address_of(const wire::ProxyEndpoint& end, ProxyHeader::Family family) {
  const std::size_t octets = family == ProxyHeader::Family::V4 ? 4 : 16;
  return net::Address::from(std::span(end.octets).first(octets), end.port);
}

Task<> take_header(Session& session, Admitted& admitted) {
  const net::Deadline deadline =
      net::Deadline{session.loop().now() + kPatience}.or_earlier(session.login_deadline().at);
  auto header = co_await attempt(read_header(session.client(), deadline));
  const auto reject = [&session](metrics::RejectReason reason) {
    session.recorder().add(metrics::kMetrics.connections_rejected(session.entry().metric, reason));
  };
  if (!header) {
    reject(metrics::RejectReason::ProxyHeader);
    co_await fail(std::move(header.error()));
  }
  // A health check of the proxy's own: it speaks for nobody.
  if (header->family == ProxyHeader::Family::None) co_return;
  session.set_client_address(address_of(header->source, header->family));
  session.set_listener_address(address_of(header->destination, header->family));
  session.set_secure_in_front(header->secure);
  session.set_server_name(std::move(header->authority));
  const auto refused = session.services().shared.admission.name(admitted,
                                                                session.client_address(),
                                                                *session.entry().settings,
                                                                session.settings(),
                                                                session.loop().now());
  if (!refused) co_return;
  reject(*refused);
  co_await fail(Kind::Limit, Origin::Client, "not admitted");
}

}  // namespace

Task<> hear_foreword(Session& session, Admitted& admitted) {
  const conf::Listener& listener = *session.entry().settings;
  if (listener.proxy_protocol == conf::ProxyProtocol::Require) {
    co_await take_header(session, admitted);
  }
  if (listener.tls == conf::ListenerTls::Implicit) co_await session.secure();
}

}  // namespace postern::proxy
