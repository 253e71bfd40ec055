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

// What a server of IMAP4rev2 can without naming it (RFC 9051, appendix E).
constexpr std::array kOfRev2{Capability::SaslIr,
                             Capability::LiteralMinus,
                             Capability::Enable,
                             Capability::UidPlus,
                             Capability::Move,
                             Capability::Esearch,
                             Capability::Unselect,
                             Capability::ListExtended,
                             Capability::SpecialUse,
                             Capability::Namespace,
                             Capability::Idle};

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
  if (capabilities.has(Capability::Imap4Rev2)) {
    for (const Capability each : kOfRev2)
      capabilities.add(each);
  }
  return capabilities;
}

std::string capabilities_after_login(std::string_view list, std::span<const std::string> dropped) {
  constexpr std::size_t kOctetsMax = 8192;  // of all names together
  constexpr std::array<std::string_view, 5> kNotNow{
      "STARTTLS", "LOGINDISABLED", "LOGIN-REFERRALS", "MAILBOX-REFERRALS", "UNAUTHENTICATE"};
  const auto is_name = [](std::string_view word) {
    return std::ranges::all_of(word, [](char octet) {
      return is_printable(octet) && !std::string_view(" (){%*\"\\[]").contains(octet);
    });
  };
  std::string told;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(' '), list.size());
    const std::string_view word = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    const auto same = [word](std::string_view other) { return equal_caseless(word, other); };
    const bool hidden = starts_with_caseless(word, "AUTH=") || std::ranges::any_of(kNotNow, same) ||
                        std::ranges::any_of(dropped, same);
    if (word.empty() || hidden || !is_name(word)) continue;
    if (told.size() + word.size() >= kOctetsMax) break;
    if (!told.empty()) told.push_back(' ');
    told.append(word);
  }
  return told;
}

std::string_view name(Capability capability) noexcept {
  return kNames.at(static_cast<std::size_t>(capability));
}

}  // namespace postern::wire::imap
