// See smtp_parameters.hpp. One table for MAIL and one for RCPT say which keyword is read by what.

#include "wire/smtp_parameters.hpp"

#include "wire/ascii.hpp"
#include "wire/xtext.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postern::wire::smtp {

namespace {

constexpr std::size_t kTextOctetsMax = 500;  // of ENVID and ORCPT, decoded

// A value must be there for some parameters and must not for others.
using Value = std::optional<std::string_view>;

template <class Member, class T>
bool put_once(Member& member, T value) {
  if (member) return false;
  member = std::move(value);
  return true;
}

std::optional<std::string> decoded_text(std::string_view value) {
  auto text = decode_xtext(value);
  if (!text || text->empty() || text->size() > kTextOctetsMax || !all_printable(*text)) return {};
  return text;
}

// ---- MAIL

std::optional<ParameterFault> read_size(Value value, MailParameters& into) {
  const auto size = value ? parse_number(*value) : std::nullopt;
  if (!size) return ParameterFault::Value;
  if (!put_once(into.size, *size)) return ParameterFault::Repeated;
  return {};
}

std::optional<ParameterFault> read_body(Value value, MailParameters& into) {
  if (!value) return ParameterFault::Value;
  const bool eight = equal_caseless(*value, "8BITMIME");
  if (!eight && !equal_caseless(*value, "7BIT")) return ParameterFault::Value;
  if (!put_once(into.body, eight ? Body::EightBitMime : Body::SevenBit)) {
    return ParameterFault::Repeated;
  }
  return {};
}

std::optional<ParameterFault> read_flag(Value value, bool& into) {
  if (value) return ParameterFault::Value;
  if (std::exchange(into, true)) return ParameterFault::Repeated;
  return {};
}

std::optional<ParameterFault> read_utf8(Value value, MailParameters& into) {
  return read_flag(value, into.utf8);
}

std::optional<ParameterFault> read_require_tls(Value value, MailParameters& into) {
  return read_flag(value, into.require_tls);
}

std::optional<ParameterFault> read_ret(Value value, MailParameters& into) {
  if (!value) return ParameterFault::Value;
  const bool full = equal_caseless(*value, "FULL");
  if (!full && !equal_caseless(*value, "HDRS")) return ParameterFault::Value;
  if (!put_once(into.ret, full ? Return::Full : Return::Headers)) return ParameterFault::Repeated;
  return {};
}

std::optional<ParameterFault> read_envid(Value value, MailParameters& into) {
  auto text = value ? decoded_text(*value) : std::nullopt;
  if (!text) return ParameterFault::Value;
  if (!put_once(into.envelope_id, std::move(*text))) return ParameterFault::Repeated;
  return {};
}

std::optional<ParameterFault> read_auth(Value value, MailParameters& into) {
  if (!value || (*value != "<>" && !decode_xtext(*value))) return ParameterFault::Value;
  if (std::exchange(into.auth, true)) return ParameterFault::Repeated;
  return {};
}

// [+-]DIGITS, at most nine of them.
std::optional<std::int64_t> signed_number(std::string_view text) {
  constexpr std::uint64_t kMax = 999'999'999;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const auto number = parse_number(text, kMax);
  if (!number) return std::nullopt;
  return negative ? -static_cast<std::int64_t>(*number) : static_cast<std::int64_t>(*number);
}

std::optional<ParameterFault> read_by(Value value, MailParameters& into) {
  const std::size_t semicolon = value ? value->find(';') : std::string_view::npos;
  if (semicolon == std::string_view::npos) return ParameterFault::Value;
  const auto seconds = signed_number(value->substr(0, semicolon));
  const std::string mode = upper_cased(value->substr(semicolon + 1));
  const bool known = mode == "N" || mode == "R" || mode == "NT" || mode == "RT";
  if (!seconds || !known) return ParameterFault::Value;
  const DeliverBy by{.seconds = *seconds, .notify = mode.front() == 'N', .trace = mode.size() == 2};
  if (by.seconds <= 0 && !by.notify) return ParameterFault::Value;
  if (!put_once(into.deliver_by, by)) return ParameterFault::Repeated;
  return {};
}

std::optional<ParameterFault> read_hold_for(Value value, MailParameters& into) {
  constexpr std::uint64_t kMax = 999'999'999;
  const auto seconds = value ? parse_number(*value, kMax) : std::nullopt;
  if (!seconds) return ParameterFault::Value;
  if (into.hold_until || !put_once(into.hold_seconds, *seconds)) return ParameterFault::Repeated;
  return {};
}

std::optional<ParameterFault> read_hold_until(Value value, MailParameters& into) {
  constexpr std::size_t kDateOctetsMax = 40;
  const auto is_date_octet = [](char octet) {
    return is_digit(octet) || std::string_view("TtZz:.+-").contains(octet);
  };
  if (!value || value->empty() || value->size() > kDateOctetsMax ||
      !std::ranges::all_of(*value, is_date_octet)) {
    return ParameterFault::Value;
  }
  if (into.hold_seconds || !put_once(into.hold_until, std::string(*value))) {
    return ParameterFault::Repeated;
  }
  return {};
}

std::optional<ParameterFault> read_priority(Value value, MailParameters& into) {
  const auto priority = value ? signed_number(*value) : std::nullopt;
  if (!priority || *priority < -9 || *priority > 9) return ParameterFault::Value;
  if (!put_once(into.priority, static_cast<int>(*priority))) return ParameterFault::Repeated;
  return {};
}

// ---- RCPT

std::optional<ParameterFault> read_notify(Value value, RcptParameters& into) {
  if (!value) return ParameterFault::Value;
  Notify notify;
  const bool never = equal_caseless(*value, "NEVER");
  std::string_view rest = never ? std::string_view() : *value;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view word = rest.substr(0, comma);
    if (equal_caseless(word, "SUCCESS")) {
      notify.success = true;
    } else if (equal_caseless(word, "FAILURE")) {
      notify.failure = true;
    } else if (equal_caseless(word, "DELAY")) {
      notify.delay = true;
    } else {
      return ParameterFault::Value;
    }
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  if (!never && !notify.success && !notify.failure && !notify.delay) return ParameterFault::Value;
  if (!put_once(into.notify, notify)) return ParameterFault::Repeated;
  return {};
}

std::optional<ParameterFault> read_orcpt(Value value, RcptParameters& into) {
  const std::size_t semicolon = value ? value->find(';') : std::string_view::npos;
  if (semicolon == std::string_view::npos || semicolon == 0) return ParameterFault::Value;
  const std::string_view type = value->substr(0, semicolon);
  const bool atom = std::ranges::all_of(type, [](char octet) {
    return is_digit(octet) || octet == '-' || (to_lower(octet) >= 'a' && to_lower(octet) <= 'z');
  });
  auto address = decoded_text(value->substr(semicolon + 1));
  if (!atom || !address) return ParameterFault::Value;
  OriginalRecipient original{.type = std::string(type), .address = std::move(*address)};
  if (!put_once(into.original, std::move(original))) return ParameterFault::Repeated;
  return {};
}

// ---- both

template <class Parameters>
struct Row {
  std::string_view keyword;
  std::optional<ParameterFault> (*read)(Value value, Parameters& into);
};

constexpr std::array kMailRows{
    Row<MailParameters>{"SIZE", read_size},
    Row<MailParameters>{"BODY", read_body},
    Row<MailParameters>{"SMTPUTF8", read_utf8},
    Row<MailParameters>{"RET", read_ret},
    Row<MailParameters>{"ENVID", read_envid},
    Row<MailParameters>{"AUTH", read_auth},
    Row<MailParameters>{"BY", read_by},
    Row<MailParameters>{"HOLDFOR", read_hold_for},
    Row<MailParameters>{"HOLDUNTIL", read_hold_until},
    Row<MailParameters>{"MT-PRIORITY", read_priority},
    Row<MailParameters>{"REQUIRETLS", read_require_tls},
};

constexpr std::array kRcptRows{
    Row<RcptParameters>{"NOTIFY", read_notify},
    Row<RcptParameters>{"ORCPT", read_orcpt},
};

template <class Rows, class Parameters>
std::optional<ParameterFault> parse_all(std::string_view text, const Rows& rows, Parameters& into) {
  for (text = trim_blanks(text); !text.empty(); text = trim_leading_blanks(text)) {
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end);
    const std::size_t equals = word.find('=');
    const std::string_view keyword = word.substr(0, equals);
    const auto row = std::ranges::find_if(
        rows, [keyword](const auto& each) { return equal_caseless(each.keyword, keyword); });
    if (row == rows.end()) return ParameterFault::Unknown;
    Value value;
    if (equals != std::string_view::npos) value = word.substr(equals + 1);
    if (const auto fault = row->read(value, into)) return fault;
  }
  return std::nullopt;
}

}  // namespace

std::optional<ParameterFault> parse(std::string_view text, MailParameters& into) {
  return parse_all(text, kMailRows, into);
}

std::optional<ParameterFault> parse(std::string_view text, RcptParameters& into) {
  return parse_all(text, kRcptRows, into);
}

bool MailParameters::fits(const Offer& offer) const {
  const auto allowed = [&offer](bool used, Extension needed) { return !used || offer.has(needed); };
  return allowed(body.has_value(), Extension::EightBitMime) && allowed(utf8, Extension::SmtpUtf8) &&
         allowed(ret.has_value() || envelope_id.has_value(), Extension::Dsn) &&
         allowed(deliver_by.has_value(), Extension::DeliverBy) &&
         allowed(hold_seconds.has_value() || hold_until.has_value(), Extension::FutureRelease) &&
         allowed(priority.has_value(), Extension::MtPriority) &&
         allowed(require_tls, Extension::RequireTls);
}

bool RcptParameters::fits(const Offer& offer) const {
  return (!notify && !original) || offer.has(Extension::Dsn);
}

std::string written(const MailParameters& parameters) {
  std::string text;
  if (parameters.body) {
    text += *parameters.body == Body::EightBitMime ? " BODY=8BITMIME" : " BODY=7BIT";
  }
  if (parameters.utf8) text += " SMTPUTF8";
  if (parameters.ret) text += *parameters.ret == Return::Full ? " RET=FULL" : " RET=HDRS";
  if (parameters.envelope_id) text += " ENVID=" + encode_xtext(*parameters.envelope_id);
  if (const auto& by = parameters.deliver_by) {
    text += " BY=" + std::to_string(by->seconds) + (by->notify ? ";N" : ";R");
    if (by->trace) text += "T";
  }
  if (parameters.hold_seconds) text += " HOLDFOR=" + std::to_string(*parameters.hold_seconds);
  if (parameters.hold_until) text += " HOLDUNTIL=" + *parameters.hold_until;
  if (parameters.priority) text += " MT-PRIORITY=" + std::to_string(*parameters.priority);
  if (parameters.require_tls) text += " REQUIRETLS";
  return text;
}

std::string written(const RcptParameters& parameters) {
  std::string text;
  if (const auto& notify = parameters.notify) {
    std::string words;
    if (notify->success) words += ",SUCCESS";
    if (notify->failure) words += ",FAILURE";
    if (notify->delay) words += ",DELAY";
    text += " NOTIFY=" + (words.empty() ? "NEVER" : words.substr(1));
  }
  if (const auto& original = parameters.original) {
    text += " ORCPT=" + original->type + ";" + encode_xtext(original->address);
  }
  return text;
}

}  // namespace postern::wire::smtp
