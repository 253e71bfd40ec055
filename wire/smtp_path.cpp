// See smtp_path.hpp.

#include "wire/smtp_path.hpp"

#include "wire/ascii.hpp"
#include "wire/utf8.hpp"

#include <algorithm>

namespace postern::wire::smtp {

namespace {

bool is_high(char octet) {
  return static_cast<unsigned char>(octet) >= 0x80;
}

// RFC 5322, section 3.2.3, and UTF-8 by RFC 6531.
bool is_atom_octet(char octet) {
  constexpr std::string_view kSpecials = "()<>[]:;@\\,.\"";
  return is_high(octet) || (octet > ' ' && octet <= '~' && !kSpecials.contains(octet));
}

bool is_dot_string(std::string_view text) {
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  if (text.contains("..")) return false;
  return std::ranges::all_of(text, [](char octet) { return octet == '.' || is_atom_octet(octet); });
}

// Underscores are no letters of a host name, but there are domains that have them.
bool is_label_octet(char octet) {
  return is_high(octet) || is_digit(octet) || octet == '-' || octet == '_' ||
         (to_lower(octet) >= 'a' && to_lower(octet) <= 'z');
}

bool is_name(std::string_view text) {
  bool at_start = true;
  for (const char octet : text) {
    if (octet == '.' ? at_start : !is_label_octet(octet)) return false;
    at_start = octet == '.';
  }
  return !text.empty() && !at_start;
}

bool is_literal(std::string_view text) {
  if (text.size() < 3 || !text.starts_with('[') || !text.ends_with(']')) return false;
  return std::ranges::all_of(text.substr(1, text.size() - 2), [](char octet) {
    return octet > ' ' && octet <= '~' && octet != '[' && octet != ']' && octet != '\\';
  });
}

// "quoted \"pairs\"", RFC 5321, section 4.1.2.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string octets;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      text.remove_prefix(at + 1);
      return octets;
    }
    if (text[at] == '\\') ++at;
    if (at == text.size() || !(is_printable(text[at]) || is_high(text[at]))) break;
    octets.push_back(text[at]);
  }
  return std::nullopt;
}

// Dots where none belong are seen in real addresses; written anew they stand in quotes.
std::string take_unquoted(std::string_view& text) {
  const auto* const end = std::ranges::find_if_not(
      text, [](char octet) { return octet == '.' || is_atom_octet(octet); });
  std::string octets(text.begin(), end);
  text.remove_prefix(octets.size());
  return octets;
}

std::string_view take_domain(std::string_view& text) {
  const bool literal = text.starts_with('[');
  const std::size_t past = literal ? text.find(']') + 1 : text.find_first_of("> \t,:");
  const std::string_view domain = text.substr(0, std::min(past, text.size()));
  text.remove_prefix(domain.size());
  return domain;
}

// "@one,@two:", which says how mail once had to travel (RFC 5321, appendix C).
bool skip_source_route(std::string_view& text) {
  while (text.starts_with('@')) {
    text.remove_prefix(1);
    if (!is_domain(take_domain(text)) || text.empty()) return false;
    const char separator = text.front();
    text.remove_prefix(1);
    if (separator == ':') return true;
    if (separator != ',') return false;
  }
  return false;
}

std::optional<Path> take_mailbox(std::string_view& text) {
  if (text.starts_with('@') && !skip_source_route(text)) return std::nullopt;
  Path path;
  if (text.starts_with('"')) {
    auto quoted = take_quoted(text);
    if (!quoted) return std::nullopt;
    path.local = std::move(*quoted);
  } else {
    path.local = take_unquoted(text);
  }
  if (path.local.empty() || path.local.size() > kLocalPartOctetsMax) return std::nullopt;
  if (text.starts_with('@')) {
    text.remove_prefix(1);
    path.domain = take_domain(text);
    if (!is_domain(path.domain)) return std::nullopt;
  }
  if (!is_utf8(path.local) || !is_utf8(path.domain)) return std::nullopt;
  return path;
}

}  // namespace

bool Path::needs_utf8() const {
  return std::ranges::any_of(local, is_high) || std::ranges::any_of(domain, is_high);
}

std::optional<Path> take_path(std::string_view& text, bool lenient) {
  if (lenient) text = trim_leading_blanks(text);
  const bool bracketed = text.starts_with('<');
  if (!bracketed && !lenient) return std::nullopt;
  if (bracketed) text.remove_prefix(1);
  std::optional<Path> path;
  if (bracketed && text.starts_with('>')) {
    path.emplace();
  } else {
    path = take_mailbox(text);
  }
  if (!path) return std::nullopt;
  if (bracketed) {
    if (!text.starts_with('>')) return std::nullopt;
    text.remove_prefix(1);
  }
  if (!text.empty() && !is_blank(text.front())) return std::nullopt;
  return path;
}

std::string mailbox_of(const Path& path) {
  std::string text;
  if (is_dot_string(path.local)) {
    text = path.local;
  } else {
    text.push_back('"');
    for (const char octet : path.local) {
      if (octet == '"' || octet == '\\') text.push_back('\\');
      text.push_back(octet);
    }
    text.push_back('"');
  }
  if (!path.domain.empty()) text.append("@").append(path.domain);
  return text;
}

std::string written(const Path& path) {
  if (path.is_null()) return "<>";
  return "<" + mailbox_of(path) + ">";
}

bool is_domain(std::string_view text) {
  if (text.size() > kDomainOctetsMax) return false;
  return is_name(text) || is_literal(text);
}

}  // namespace postern::wire::smtp
