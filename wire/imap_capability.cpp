// See imap_capability.hpp.

#include "wire/imap_capability.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <array>

namespace postern::wire::imap {

namespace {

// In the order of the enumeration.
constexpr std::array<std::string_view, 28> kNames{
    "IMAP4rev1",  "IMAP4rev2",   "STARTTLS",     "LOGINDISABLED",   "SASL-IR",     "LITERAL+",
    "LITERAL-",   "ID",          "ENABLE",       "UIDPLUS",         "MOVE",        "ESEARCH",
    "CONDSTORE",  "QRESYNC",     "UNSELECT",     "LIST-EXTENDED",   "SPECIAL-USE", "XLIST",
    "NAMESPACE",  "UTF8=ACCEPT", "IDLE",         "OBJECTID",        "INPROGRESS",  "X-GM-EXT-1",
    "AUTH=PLAIN", "AUTH=LOGIN",  "AUTH=XOAUTH2", "AUTH=OAUTHBEARER"};
static_assert(static_cast<std::size_t>(Capability::AuthOAuthBearer) + 1 == kNames.size());

}  // namespace

bool Capabilities::has(sasl::Mechanism mechanism) const noexcept {
  switch (mechanism) {
    case sasl::Mechanism::Plain:
      return has(Capability::AuthPlain);
    case sasl::Mechanism::Login:
      return has(Capability::AuthLogin);
    case sasl::Mechanism::XOAuth2:
      return has(Capability::AuthXOAuth2);
    case sasl::Mechanism::OAuthBearer:
      return has(Capability::AuthOAuthBearer);
  }
  return false;
}

Capabilities parse_capabilities(std::string_view list) noexcept {
  Capabilities capabilities;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(' '), list.size());
    const std::string_view word = list.substr(0, end);
    const auto* found = std::ranges::find_if(
        kNames, [word](std::string_view known) { return equal_caseless(known, word); });
    if (found != kNames.end()) {
      capabilities.add(static_cast<Capability>(found - kNames.begin()));
    }
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return capabilities;
}

std::string_view name(Capability capability) noexcept {
  return kNames.at(static_cast<std::size_t>(capability));
}

}  // namespace postern::wire::imap
