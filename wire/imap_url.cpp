// See imap_url.hpp.

#include "wire/imap_url.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <utility>

namespace postern::wire::imap {

namespace {

constexpr std::string_view kScheme = "imap://";

std::optional<unsigned> hexadecimal(char digit) {
  const char c = to_lower(digit);
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  return std::nullopt;
}

// "%40" becomes "@".
std::optional<std::string> decode(std::string_view text) {
  std::string octets;
  while (!text.empty()) {
    if (text.front() != '%') {
      octets.push_back(text.front());
      text.remove_prefix(1);
      continue;
    }
    const auto high = text.size() < 3 ? std::nullopt : hexadecimal(text[1]);
    const auto low = text.size() < 3 ? std::nullopt : hexadecimal(text[2]);
    if (!high || !low) return std::nullopt;
    octets.push_back(static_cast<char>(*high << 4U | *low));
    text.remove_prefix(3);
  }
  return octets;
}

bool is_host(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    const char lower = to_lower(c);
    return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '-' || c == '.' || c == '_';
  });
}

}  // namespace

std::optional<ServerUrl> parse_server_url(std::string_view text) {
  if (text.size() > ServerUrl::kOctetsMax || !starts_with_caseless(text, kScheme)) {
    return std::nullopt;
  }
  text.remove_prefix(kScheme.size());
  if (text.ends_with('/')) text.remove_suffix(1);
  if (text.contains('/')) return std::nullopt;
  ServerUrl url;
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    // ";AUTH=" names a mechanism; ours is the one that the client has chosen.
    const std::string_view login = text.substr(0, at);
    auto user = decode(login.substr(0, login.find(';')));
    if (!user || has_control(*user)) return std::nullopt;
    url.user = std::move(*user);
    text.remove_prefix(at + 1);
  }
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    const auto port = parse_number(text.substr(colon + 1), UINT16_MAX);
    if (!port || *port == 0) return std::nullopt;
    url.port = static_cast<std::uint16_t>(*port);
    text = text.substr(0, colon);
  }
  if (!is_host(text)) return std::nullopt;
  url.host = lower_cased(text);
  return url;
}

}  // namespace postern::wire::imap
