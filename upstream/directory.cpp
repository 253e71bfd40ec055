// Routes. The one file that knows RE2.

#include "upstream/directory.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <re2/re2.h>
#include <utility>

namespace postern::upstream {

namespace {

constexpr std::string_view kExpression = "re:";

RE2::Options options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(std::int64_t{1} << 20U);
  return options;
}

std::string_view expression_of(std::string_view pattern) {
  return pattern.starts_with(kExpression) ? pattern.substr(kExpression.size()) : std::string_view();
}

}  // namespace

struct Directory::Entry {
  const conf::Route* route;
  const conf::Upstream* server;
  std::size_t upstream;
  std::unique_ptr<RE2> expression;  // null: a glob
};

std::string Directory::expression_problem(const std::string& pattern) {
  const std::string_view text = expression_of(pattern);
  if (text.empty()) return {};
  const RE2 expression(re2::StringPiece(text.data(), text.size()), options());
  return expression.ok() ? std::string() : expression.error();
}

Directory::Directory(const conf::Settings& settings) {
  for (const conf::Route& route : settings.routes) {
    const auto found = std::ranges::find(settings.upstreams, route.upstream, &conf::Upstream::name);
    const std::string_view text = expression_of(route.user);
    std::unique_ptr<RE2> expression;
    if (!text.empty()) {
      expression = std::make_unique<RE2>(re2::StringPiece(text.data(), text.size()), options());
    }
    if (found == settings.upstreams.end()) continue;  // checked when the settings were loaded
    entries_.push_back({.route = &route,
                        .server = &*found,
                        .upstream = static_cast<std::size_t>(found - settings.upstreams.begin()),
                        .expression = std::move(expression)});
  }
}

Directory::~Directory() = default;

bool Directory::is_for(const conf::Route& route,
                       const conf::Upstream& upstream,
                       conf::Protocol protocol) {
  if (upstream.url.is_smtp() != (protocol == conf::Protocol::Submission)) return false;
  switch (route.protocol) {
    case conf::RouteProtocol::Any:
      return true;
    case conf::RouteProtocol::Pop3:
      return protocol == conf::Protocol::Pop3;
    case conf::RouteProtocol::Imap:
      return protocol == conf::Protocol::Imap;
    case conf::RouteProtocol::Submission:
      return protocol == conf::Protocol::Submission;
  }
  return false;
}

net::Result<Destination> Directory::find(std::string_view user, conf::Protocol protocol) const {
  if (user.empty() || user.size() > kUserOctetsMax || wire::has_control(user)) {
    return net::failure(net::Kind::Refused, net::Origin::Here, "not a user name");
  }
  for (const Entry& entry : entries_) {
    const conf::Route& route = *entry.route;
    if (!is_for(route, *entry.server, protocol)) continue;
    std::string name(user);
    if (!route.default_domain.empty() && name.find('@') == std::string::npos) {
      name += '@';
      name += route.default_domain;
    }
    if (route.lower_case) name = wire::lower_cased(name);
    const bool matches = entry.expression != nullptr ? RE2::FullMatch(name, *entry.expression)
                                                     : matches_glob(route.user, name);
    if (!matches) continue;
    return Destination{
        .route = &route, .upstream = entry.upstream, .login = expand(route.login_as, name)};
  }
  return net::failure(net::Kind::Refused, net::Origin::Here, "no route for this user");
}

bool matches_glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // the last one passed
  std::size_t resume = 0;                     // where its match may grow
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() &&
               (pattern[p] == '?' || wire::to_lower(pattern[p]) == wire::to_lower(text[t]))) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*')
    ++p;
  return p == pattern.size();
}

std::string expand(std::string_view form, std::string_view user) {
  const std::size_t at = user.rfind('@');
  const std::string_view local = user.substr(0, at);
  const std::string_view domain =
      at == std::string_view::npos ? std::string_view() : user.substr(at + 1);
  std::string result;
  while (!form.empty()) {
    const std::size_t open = form.find('{');
    result += form.substr(0, open);
    if (open == std::string_view::npos) break;
    form.remove_prefix(open);
    bool known = false;
    for (const auto& [word, value] : {std::pair(std::string_view("{user}"), user),
                                      std::pair(std::string_view("{local}"), local),
                                      std::pair(std::string_view("{domain}"), domain)}) {
      if (!form.starts_with(word)) continue;
      result += value;
      form.remove_prefix(word.size());
      known = true;
      break;
    }
    if (!known) {
      result += '{';
      form.remove_prefix(1);
    }
  }
  return result;
}

}  // namespace postern::upstream
