// A loop for as long as the tour takes, and some coroutines that each take the next user.

#include "proxy/uidl_tour.hpp"

#include "net/resolver.hpp"
#include "net/scope.hpp"
#include "wire/ascii.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

namespace postern::proxy {

using net::Task;

namespace {

constexpr std::uint16_t kPop3Port = 110;
constexpr std::uint16_t kPop3sPort = 995;

std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

// "host", "host:110", "[::1]:110"; false if it is none of these.
bool take_host(std::string_view text, upstream::Pop3Place& place) {
  const bool in_brackets = text.starts_with('[');
  const std::size_t end = in_brackets ? text.find(']') : text.find(':');
  if (in_brackets && end == std::string_view::npos) return false;
  place.host = text.substr(in_brackets ? 1 : 0, in_brackets ? end - 1 : end);
  std::string_view rest =
      end == std::string_view::npos ? "" : text.substr(end + (in_brackets ? 1 : 0));
  if (place.host.empty()) return false;
  if (rest.empty()) return true;
  const auto port = wire::parse_number(rest.substr(1), UINT16_MAX);
  if (!rest.starts_with(':') || !port || *port == 0) return false;
  place.port = static_cast<std::uint16_t>(*port);
  return true;
}

struct Tour {
  const std::vector<TourUser>& users;
  Visitor& visitor;
  Visitor::Roads roads;
  const Print& trouble;
  std::size_t next = 0;
  std::size_t failed = 0;
};

Task<> walk(Tour& tour) {
  while (tour.next < tour.users.size()) {
    const TourUser& user = tour.users[tour.next++];
    const auto done = co_await attempt(tour.visitor.visit(tour.roads, user));
    if (done) continue;
    ++tour.failed;
    tour.trouble(user.name + ": " + std::string(net::name_of(done.error().kind)) + ": " +
                 done.error().detail + "\n");
  }
}

}  // namespace

std::expected<std::vector<TourUser>, std::string> read_tour_users(
    const std::filesystem::path& file) {
  auto text = read_file(file);
  if (!text) return std::unexpected(file.native() + ": cannot be read");
  std::vector<TourUser> users;
  std::string_view rest = *text;
  std::string wrong;
  for (std::size_t number = 1; !rest.empty() && wrong.empty(); ++number) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t tab = line.find('\t');
    if (tab == 0 || tab == std::string_view::npos || tab + 1 == line.size()) {
      wrong = file.native() + ":" + std::to_string(number) + ": not user, tab, password";
    } else {
      users.push_back({.name = std::string(line.substr(0, tab)),
                       .password = wire::Secret(line.substr(tab + 1))});
    }
  }
  wire::wipe(*text);
  if (!wrong.empty()) return std::unexpected(wrong);
  return users;
}

std::expected<upstream::Pop3Place, std::string> find_place(std::string_view url,
                                                           const TourOptions& options) {
  using Tls = upstream::Pop3Place::Tls;
  constexpr std::string_view kClear = "pop3://";
  constexpr std::string_view kImplicit = "pop3s://";
  upstream::Pop3Place place;
  const bool implicit = url.starts_with(kImplicit);
  if (!implicit && !url.starts_with(kClear)) {
    return std::unexpected("a server is pop3://HOST[:PORT] or pop3s://HOST[:PORT]");
  }
  place.port = implicit ? kPop3sPort : kPop3Port;
  if (!take_host(url.substr((implicit ? kImplicit : kClear).size()), place)) {
    return std::unexpected("a server is pop3://HOST[:PORT] or pop3s://HOST[:PORT]");
  }
  place.tls = implicit ? Tls::Implicit : options.in_clear ? Tls::Off : Tls::Stls;
  if (place.tls == Tls::Off) return place;
  net::ClientTls tls;
  if (options.without_verifying) tls.verify = net::Verify::None;
  if (!options.ca_file.empty()) {
    auto pem = read_file(options.ca_file);
    if (!pem) return std::unexpected(options.ca_file.native() + ": cannot be read");
    tls.authorities_pem = std::move(*pem);
  }
  auto context = net::TlsContext::client(tls);
  if (!context) return std::unexpected(context.error().detail);
  place.context = std::move(*context);
  return place;
}

std::size_t tour(const std::vector<TourUser>& users,
                 unsigned at_a_time,
                 Visitor& visitor,
                 const Print& trouble) {
  net::Loop loop;
  net::SystemResolver resolver(loop);
  net::TcpDialer dialer(loop, resolver);
  Tour all{.users = users, .visitor = visitor, .roads = {loop, dialer}, .trouble = trouble};
  net::Scope scope([](const net::Error&) {});
  for (unsigned i = 0; i < at_a_time; ++i)
    scope.spawn(walk(all));
  scope.when_empty([&loop] { loop.stop(); });
  if (scope.live() > 0) loop.run();
  return all.failed;
}

}  // namespace postern::proxy
