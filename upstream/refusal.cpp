// The tables of meaning.

#include "upstream/refusal.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postern::upstream {

namespace {

using net::Kind;
using wire::imap::Condition;

struct CodeMeaning {
  std::string_view name;
  Kind kind;
};

// RFC 5530, and those of RFC 2221 and RFC 3501. A plain ALERT means what the words mean.
constexpr std::array<CodeMeaning, 15> kCodes = {{
    {"AUTHENTICATIONFAILED", Kind::Refused},
    {"AUTHORIZATIONFAILED", Kind::Refused},
    {"EXPIRED", Kind::Refused},
    {"CONTACTADMIN", Kind::Denied},
    {"NOPERM", Kind::Denied},
    {"PRIVACYREQUIRED", Kind::Denied},
    {"UNAVAILABLE", Kind::Unavailable},
    {"SERVERBUG", Kind::Unavailable},
    {"CORRUPTION", Kind::Unavailable},
    {"CLIENTBUG", Kind::Unavailable},
    {"CANNOT", Kind::Unavailable},
    {"INUSE", Kind::InUse},
    {"LIMIT", Kind::InUse},
    {"OVERQUOTA", Kind::Unavailable},
    {"REFERRAL", Kind::Unavailable},
}};

bool contains_any(std::string_view text, const std::vector<std::string>& words) {
  return std::ranges::any_of(
      words, [text](const std::string& word) { return wire::contains_caseless(text, word); });
}

net::Error meaning(const ImapAnswer& answer, const conf::Upstream& settings, Kind otherwise) {
  net::Error error{otherwise, net::Origin::Upstream, describe(answer)};
  error.said = answer.text;
  error.code = wire::upper_cased(answer.code);
  for (const CodeMeaning& each : kCodes) {
    if (!answer.has_code(each.name)) continue;
    error.kind = each.kind;
    // Where it sends the user is all that it has to say.
    if (error.code == "REFERRAL") error.said = answer.code_argument;
    return error;
  }
  if (contains_any(answer.text, settings.text_rules_in_use)) {
    error.kind = Kind::InUse;
  } else if (contains_any(answer.text, settings.text_rules_temporary)) {
    error.kind = Kind::Unavailable;
  }
  return error;
}

}  // namespace

net::Error login_refusal(const ImapAnswer& answer, const conf::Upstream& settings) {
  const bool bad = answer.condition == Condition::Bad;
  return meaning(answer, settings, bad ? Kind::Denied : Kind::Refused);
}

net::Error bye_refusal(const ImapAnswer& answer, const conf::Upstream& settings) {
  net::Error error = meaning(answer, settings, Kind::Unavailable);
  // A server that hangs up has not looked at any password.
  if (error.kind == Kind::Refused) error.kind = Kind::Unavailable;
  return error;
}

net::Error open_refusal(const ImapAnswer& answer, const conf::Upstream& /*settings*/) {
  const bool missing = answer.has_code("NONEXISTENT") || answer.has_code("TRYCREATE");
  return {missing ? Kind::Gone : Kind::Unavailable, net::Origin::Upstream, describe(answer)};
}

net::Error append_refusal(const ImapAnswer& answer, const conf::Upstream& settings) {
  net::Error error = meaning(answer, settings, Kind::Denied);
  // Quotas are not raised within minutes, and nobody's credentials are in doubt.
  if (error.kind == Kind::Refused || answer.has_code("OVERQUOTA")) error.kind = Kind::Denied;
  return error;
}

std::optional<std::chrono::milliseconds> suggested_backoff(std::string_view text) {
  constexpr std::string_view kPhrase = "suggested backoff time:";
  for (std::size_t at = 0; at + kPhrase.size() < text.size(); ++at) {
    if (!wire::starts_with_caseless(text.substr(at), kPhrase)) continue;
    std::string_view rest = wire::trim_leading_blanks(text.substr(at + kPhrase.size()));
    const std::size_t digits = std::min(
        rest.size(),
        static_cast<std::size_t>(std::ranges::find_if_not(rest, wire::is_digit) - rest.begin()));
    const auto number = wire::parse_number(rest.substr(0, digits));
    if (!number) return std::nullopt;
    const auto bound = static_cast<std::uint64_t>(kBackoffMax.count());
    return std::chrono::milliseconds(std::min(*number, bound));
  }
  return std::nullopt;
}

std::string describe(const ImapAnswer& answer) {
  static constexpr std::array<std::string_view, 5> kWords = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
  std::string text(kWords.at(static_cast<std::size_t>(answer.condition)));
  if (!answer.code.empty()) text += " [" + answer.code + "]";
  if (!answer.text.empty()) text += " " + answer.text;
  return text;
}

}  // namespace postern::upstream
