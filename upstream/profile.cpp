// The servers we know, and the records of those we met.

#include "upstream/profile.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postern::upstream {

FamilyTraits traits_of(Family family) {
  switch (family) {
    case Family::Dovecot:
      return {.pipelines_after_login = true,
              .pipelines_after_authenticate = true,
              .examine_is_stable = true,
              .header_equals_head = true,
              .uid_before_body = true,
              .brings_nothing_back = true,
              .telling_the_last_is_dear = true};
    case Family::Cyrus:
      return {.pipelines_after_login = true,
              .examine_is_stable = true,
              .uid_before_body = true,
              .brings_nothing_back = true};
    case Family::Courier:
      return {
          .uid_before_body = true, .notices_expunges_at_noop = true, .brings_nothing_back = true};
    case Family::Zimbra:
      return {.resyncs_in_its_own_way = true};
    case Family::Mailutils:
      return {.uid_before_body = true};
    case Family::Exchange:
    case Family::Yahoo:
      return {.one_body_at_a_time = true};
    default:
      return {};
  }
}

Family recognise(std::string_view greeting) {
  static constexpr std::array<std::pair<std::string_view, Family>, 10> kWords = {{
      {"Dovecot", Family::Dovecot},
      {"Cyrus IMAP", Family::Cyrus},
      {"Courier-IMAP", Family::Courier},
      {"Microsoft Exchange", Family::Exchange},
      {"Gimap", Family::Gmail},
      {"Zimbra", Family::Zimbra},
      {"hMailServer", Family::Hmailserver},
      {"GNU mailutils", Family::Mailutils},
      {"Coremail", Family::Netease},
      {"Panda IMAP", Family::Uw},
  }};
  for (const auto& [word, family] : kWords) {
    if (wire::contains_caseless(greeting, word)) return family;
  }
  return Family::Other;
}

Profile Profiles::find(std::string_view greeting) const {
  const auto found = records_.find(fingerprint(greeting));
  return found == records_.end() ? Profile{} : found->second;
}

void Profiles::keep(std::string_view greeting, const Profile& profile) {
  if (records_.size() >= kGreetingsMax) records_.clear();
  records_.insert_or_assign(fingerprint(greeting), profile);
}

void Profiles::drop(std::string_view greeting) {
  records_.erase(fingerprint(greeting));
}

std::optional<KnownCapabilities> Profiles::common() const {
  std::optional<KnownCapabilities> common;
  for (const auto& [greeting, profile] : records_) {
    if (profile.after_login.empty()) continue;
    if (!common) common = {profile.before_login, profile.after_login};
    common->before_login = common->before_login.common_with(profile.before_login);
    common->after_login = common->after_login.common_with(profile.after_login);
  }
  return common;
}

// Words that hold a digit are what changes from one connection to the next.
std::string Profiles::fingerprint(std::string_view greeting) {
  std::string print;
  while (!greeting.empty()) {
    const std::string_view word = greeting.substr(0, greeting.find(' '));
    greeting.remove_prefix(std::min(word.size() + 1, greeting.size()));
    const bool changes = std::ranges::any_of(word, wire::is_digit);
    print += changes ? std::string_view("#") : word;
    print += ' ';
  }
  return print;
}

}  // namespace postern::upstream
