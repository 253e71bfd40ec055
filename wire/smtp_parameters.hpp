// The parameters of MAIL and RCPT: read into values, each by its own grammar, and written anew from
// them, so that no parameter can carry a second command.
//
// RFC 1870 (SIZE), RFC 6152 (BODY), RFC 6531 (SMTPUTF8), RFC 3461 (RET, ENVID, NOTIFY, ORCPT), RFC
// 4954 (AUTH), RFC 2852 (BY), RFC 4865 (HOLDFOR, HOLDUNTIL), RFC 6710 (MT-PRIORITY), RFC 8689
// (REQUIRETLS).

#pragma once

#include "wire/smtp_extension.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::wire::smtp {

// Why a parameter is refused.
enum class ParameterFault : std::uint8_t { Unknown, Value, Repeated };

enum class Body : std::uint8_t { SevenBit, EightBitMime };
enum class Return : std::uint8_t { Full, Headers };

struct DeliverBy {
  std::int64_t seconds = 0;
  bool notify = false;  // mode N: tell and go on; else mode R: give up
  bool trace = false;
};

struct MailParameters {
  std::optional<std::uint64_t> size{};
  std::optional<Body> body{};
  bool utf8 = false;
  std::optional<Return> ret{};
  std::optional<std::string> envelope_id{};  // decoded; printable ASCII
  bool auth = false;                         // was said; whom it names is not believed
  std::optional<DeliverBy> deliver_by{};
  std::optional<std::uint64_t> hold_seconds{};
  std::optional<std::string> hold_until{};  // RFC 3339
  std::optional<int> priority{};            // -9 to 9
  bool require_tls = false;

  // What an upstream must have offered for all of this to be said to it.
  [[nodiscard]] bool fits(const Offer& offer) const;
};

// When a sender wants to hear of a recipient.
struct Notify {
  bool success = false;
  bool failure = false;
  bool delay = false;  // none of the three: NEVER
};

struct OriginalRecipient {
  std::string type;     // "rfc822"
  std::string address;  // decoded
};

struct RcptParameters {
  std::optional<Notify> notify{};
  std::optional<OriginalRecipient> original{};

  [[nodiscard]] bool fits(const Offer& offer) const;
};

// Takes in all parameters of a command. Nothing: they are in order.
[[nodiscard]] std::optional<ParameterFault> parse(std::string_view text, MailParameters& into);
[[nodiscard]] std::optional<ParameterFault> parse(std::string_view text, RcptParameters& into);

// Written anew, each with a blank before it. SIZE is the caller's to add, since the size may grow
// on its way; AUTH likewise.
[[nodiscard]] std::string written(const MailParameters& parameters);
[[nodiscard]] std::string written(const RcptParameters& parameters);

}  // namespace postern::wire::smtp
