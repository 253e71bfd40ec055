// What we say to a POP3 client: building blocks for replies (RFC 1939, sections 3 and 5), the
// capability list (RFC 2449, 2595, 5034, 6856) and the response codes (RFC 2449, 3206).
//
// Each block is whole lines with their CRLF. Listings are appended line by line to a buffer of the
// caller, who sends it whenever it is large enough: a list of a million messages is never held.
// What stands here is how a reply is spelled; which refusal a client gets, and in which words, is
// decided elsewhere. Clients look into the words, so these are fixed: Thunderbird tries APOP when
// it sees
// "<...@...>" in the greeting, and fetchmail reads the text behind -ERR.

#pragma once

#include "wire/numbers.hpp"
#include "wire/sasl.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace postern::wire::pop3 {

// The first line of a reply, CRLF included (RFC 2449, section 4).
inline constexpr std::size_t kReplyLineOctetsMax = 512;

inline constexpr std::string_view kGreeting = "+OK POP3 ready\r\n";
// To networks that may use XCLIENT: Dovecot's proxy looks for the word.
inline constexpr std::string_view kGreetingWithXclient = "+OK [XCLIENT] POP3 ready\r\n";
inline constexpr std::string_view kBeginTls = "+OK begin TLS negotiation\r\n";
inline constexpr std::string_view kSendPass = "+OK send PASS\r\n";
inline constexpr std::string_view kLoggedIn = "+OK logged in\r\n";
inline constexpr std::string_view kUtf8Enabled = "+OK UTF8 enabled\r\n";
inline constexpr std::string_view kLanguages =
    "+OK language listing follows\r\nen English\r\n.\r\n";
inline constexpr std::string_view kLanguageChanged = "+OK en language changed\r\n";
inline constexpr std::string_view kUidlFollows = "+OK unique-id listing follows\r\n";
inline constexpr std::string_view kTopFollows = "+OK top of message follows\r\n";
inline constexpr std::string_view kXclientUpdated = "+OK updated\r\n";
inline constexpr std::string_view kOk = "+OK\r\n";
inline constexpr std::string_view kBye = "+OK bye\r\n";
inline constexpr std::string_view kEndOfAnswer = ".\r\n";

enum class ResponseCode : std::uint8_t { None, Auth, SysTemp, SysPerm, InUse, LoginDelay };

// As it stands in a reply, brackets included: "[SYS/TEMP]"; empty for None.
[[nodiscard]] std::string_view text(ResponseCode code) noexcept;

// "-ERR [CODE] words". The words are made one line of printable ASCII that fits the reply.
[[nodiscard]] std::string error(ResponseCode code, std::string_view words);

// "+ base64", with the blank even when there is nothing behind it (RFC 5034, section 4).
[[nodiscard]] std::string challenge(std::string_view base64);

// STAT: "+OK count octets" and nothing after.
[[nodiscard]] std::string drop_listing(std::size_t messages, std::uint64_t octets);

// First line of LIST, and the answer to RSET.
[[nodiscard]] std::string messages_follow(std::size_t messages, std::uint64_t octets);

// First line of RETR.
[[nodiscard]] std::string octets_follow(std::uint64_t octets);

[[nodiscard]] std::string message_deleted(MessageNumber number);

// A line of LIST or UIDL.
void append_size(std::string& out, MessageNumber number, std::uint64_t octets);
void append_uidl(std::string& out, MessageNumber number, std::string_view uidl);

// The answer to LIST or UIDL with a number.
[[nodiscard]] std::string size_of_one(MessageNumber number, std::uint64_t octets);
[[nodiscard]] std::string uidl_of_one(MessageNumber number, std::string_view uidl);

// The answer to AUTH without argument.
[[nodiscard]] std::string mechanism_list(std::span<const sasl::Mechanism> mechanisms);

// What is on, for this client in its present state.
struct Capabilities {
  bool user = false;  // USER and PASS are allowed on this connection
  bool stls = false;
  bool utf8 = false;
  bool login_delay_may_change = false;  // it can differ for the user yet to come
  std::optional<std::uint32_t> login_delay = std::nullopt;  // seconds
  std::optional<std::uint32_t> expire_days = std::nullopt;  // a promise only the operator can make
  bool expire_never = false;                                // likewise
  std::span<const sasl::Mechanism> mechanisms;              // allowed on this connection
  std::string_view implementation;                          // empty: do not tell
};

// The answer to CAPA, complete. What every session has is always in it: TOP, UIDL, PIPELINING,
// RESP-CODES, AUTH-RESP-CODE, LANG.
[[nodiscard]] std::string capability_list(const Capabilities& capabilities);

}  // namespace postern::wire::pop3
