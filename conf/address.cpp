// One splitter for HOST:PORT serves all three forms. Ports are digits, host names are letters,
// digits, hyphens and dots (RFC 1123, section 2.1); underscores are let through because
// container networks use them.

#include "conf/address.hpp"

#include "conf/network.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace postern::conf {

namespace {

constexpr std::size_t kHostOctetsMax = 253;
constexpr std::size_t kLabelOctetsMax = 63;
constexpr std::size_t kSocketPathOctetsMax = 107;  // sun_path, less its NUL
constexpr std::size_t kInheritedNameOctetsMax = 64;

constexpr std::string_view kEndpointHint =
    R"(write ":110" for all addresses, or "127.0.0.1:110", "[::1]:110", "fd:NAME")";
constexpr std::string_view kBackendHint =
    R"(write an address such as "10.1.0.11", "10.1.0.11:143" or "[2001:db8::1]:143")";
constexpr std::string_view kUrlHint =
    R"(write "imaps://HOST" or "imap://HOST", for mail to be sent "submissions://HOST", )"
    R"("submission://HOST" or "smtp://HOST"; ":PORT" may follow)";

std::uint16_t usual_port(Scheme scheme) {
  switch (scheme) {
    case Scheme::Imaps:
      return 993;
    case Scheme::Submission:
      return 587;
    case Scheme::Submissions:
      return 465;
    case Scheme::Smtp:
      return 25;
    case Scheme::Imap:
      break;
  }
  return 143;
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

struct Split {
  std::string_view host;
  bool bracketed = false;
  std::optional<std::uint16_t> port;
};

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto got = std::from_chars(digits.begin(), digits.end(), port);
  if (digits.empty() || got.ec != std::errc() || got.ptr != digits.end()) return std::nullopt;
  return port;
}

// HOST, HOST:PORT, [HOST] or [HOST]:PORT; nothing if it is none of them.
std::optional<Split> split_host_port(std::string_view text) {
  Split split;
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    split.bracketed = true;
    split.host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    split.host = text.substr(0, colon);
    rest = text.substr(colon);
  }
  if (rest.empty()) return split;
  if (!rest.starts_with(':')) return std::nullopt;
  split.port = parse_port(rest.substr(1));
  if (!split.port) return std::nullopt;
  return split;
}

// The host as an address, if it is one and stands in brackets exactly when it is IPv6.
std::optional<Address> address_of(const Split& split) {
  const auto address = parse_address(split.host);
  const bool has_colon = split.host.contains(':');
  if (!address || has_colon != split.bracketed) return std::nullopt;
  return *address;
}

std::expected<Endpoint, std::string> parse_unix(std::string_view path) {
  if (!path.starts_with('/') || path.size() > kSocketPathOctetsMax) {
    return std::unexpected(fmt::format(
        "\"unix:\" is followed by an absolute path of at most {} octets", kSocketPathOctetsMax));
  }
  return Endpoint{Endpoint::Kind::Unix, "", std::nullopt, std::string(path)};
}

std::expected<Endpoint, std::string> parse_inherited(std::string_view name) {
  const auto allowed = [](char c) {
    return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
  };
  if (name.empty() || name.size() > kInheritedNameOctetsMax ||
      !std::ranges::all_of(name, allowed)) {
    return std::unexpected(
        "\"fd:\" is followed by the FileDescriptorName= of the socket unit: letters, digits, "
        "\"-\", "
        "\"_\" and \".\"");
  }
  return Endpoint{Endpoint::Kind::Inherited, "", std::nullopt, std::string(name)};
}

std::string with_port(const std::string& host, std::uint16_t port) {
  return host.contains(':') ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

}  // namespace

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > kHostOctetsMax) return false;
  std::size_t label = 0;
  for (const char c : text) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
      continue;
    }
    if (!is_letter_or_digit(c) && c != '-' && c != '_') return false;
    if (++label > kLabelOctetsMax) return false;
  }
  return label > 0;
}

std::expected<Endpoint, std::string> parse_endpoint(std::string_view text) {
  if (text.starts_with("unix:")) return parse_unix(text.substr(5));
  if (text.starts_with("fd:")) return parse_inherited(text.substr(3));
  const auto split = split_host_port(text);
  if (!split) return std::unexpected(std::string(kEndpointHint));
  Endpoint endpoint;
  endpoint.port = split->port;
  if (split->host.empty() && !split->bracketed && split->port) return endpoint;

  const auto address = address_of(*split);
  if (!address) return std::unexpected(std::string(kEndpointHint));
  endpoint.address = show(*address);
  return endpoint;
}

std::expected<HostPort, std::string> parse_backend(std::string_view text) {
  if (const auto bare = parse_address(text)) return HostPort{.host = show(*bare)};
  const auto split = split_host_port(text);
  const auto address = split ? address_of(*split) : std::nullopt;
  if (!address || split->port == 0) return std::unexpected(std::string(kBackendHint));
  return HostPort{.host = show(*address), .port = split->port.value_or(0)};
}

std::expected<Url, std::string> parse_url(std::string_view text) {
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return std::unexpected(std::string(kUrlHint));
  const auto word = std::ranges::find(kWords<Scheme>, text.substr(0, scheme_end));
  if (word == kWords<Scheme>.end()) return std::unexpected(std::string(kUrlHint));
  const auto scheme = static_cast<Scheme>(word - kWords<Scheme>.begin());

  auto rest = text.substr(scheme_end + 3);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.contains('@')) {
    return std::unexpected(
        "a user and password do not belong in the URL: clients log in themselves");
  }
  const auto split = split_host_port(rest);
  if (!split || split->port == 0) return std::unexpected(std::string(kUrlHint));
  const auto address = address_of(*split);
  if (!address && (split->bracketed || !is_host_name(split->host))) {
    return std::unexpected(std::string(kUrlHint));
  }

  return Url{.scheme = scheme,
             .to = {.host = address ? show(*address) : std::string(split->host),
                    .port = split->port.value_or(usual_port(scheme))}};
}

std::string show(const Endpoint& endpoint) {
  switch (endpoint.kind) {
    case Endpoint::Kind::Unix:
      return "unix:" + endpoint.name;
    case Endpoint::Kind::Inherited:
      return "fd:" + endpoint.name;
    case Endpoint::Kind::Tcp:
      break;
  }
  if (endpoint.port) return with_port(endpoint.address, *endpoint.port);
  return endpoint.address.contains(':') ? fmt::format("[{}]", endpoint.address) : endpoint.address;
}

std::string show(const HostPort& host_port) {
  return host_port.port == 0 ? host_port.host : with_port(host_port.host, host_port.port);
}

std::string show(const Url& url) {
  const auto scheme = kWords<Scheme>.at(static_cast<std::size_t>(url.scheme));
  return fmt::format("{}://{}", scheme, with_port(url.to.host, url.to.port));
}

}  // namespace postern::conf
