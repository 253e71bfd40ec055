// Settings that are one word out of a few.
//
// The words of an enumeration stand below it, in the order of its enumerators. kLaterWords are
// known but not in this version: they are refused with just that explanation.

#pragma once

#include <array>
#include <concepts>
#include <string_view>
#include <type_traits>

namespace postern::conf {

template <class... Text>
constexpr std::array<std::string_view, sizeof...(Text)> words(Text... text) {
  return {std::string_view(text)...};
}

template <class E>
inline constexpr auto kWords = words();

template <class E>
inline constexpr auto kLaterWords = words();

template <class E>
concept Worded = std::is_enum_v<E> && !kWords<E>.empty();

enum class LogLevel { Error, Warning, Info, Debug };
template <>
inline constexpr auto kWords<LogLevel> = words("error", "warning", "info", "debug");

enum class LogFormat { Logfmt, Json };
template <>
inline constexpr auto kWords<LogFormat> = words("logfmt", "json");

enum class LogUsers { Plain, Hash, None };
template <>
inline constexpr auto kWords<LogUsers> = words("plain", "hash", "none");

enum class TlsVersion { Tls10, Tls11, Tls12, Tls13 };
template <>
inline constexpr auto kWords<TlsVersion> = words("1.0", "1.1", "1.2", "1.3");

enum class Protocol { Pop3, Imap, Submission };
template <>
inline constexpr auto kWords<Protocol> = words("pop3", "imap", "submission");

// Any stands for every protocol that its upstream speaks.
enum class RouteProtocol { Any, Pop3, Imap, Submission };
template <>
inline constexpr auto kWords<RouteProtocol> = words("any", "pop3", "imap", "submission");

enum class Scheme { Imap, Imaps, Submission, Submissions, Smtp };
template <>
inline constexpr auto kWords<Scheme> = words("imap", "imaps", "submission", "submissions", "smtp");

enum class ListenerTls { Off, Starttls, Implicit };
template <>
inline constexpr auto kWords<ListenerTls> = words("off", "starttls", "implicit");

enum class CleartextLogin { Never, Local, Always };
template <>
inline constexpr auto kWords<CleartextLogin> = words("never", "local", "always");

enum class ProxyProtocol { Off, Require };
template <>
inline constexpr auto kWords<ProxyProtocol> = words("off", "require");

enum class Balance { UserHash, LeastConnections, First };
template <>
inline constexpr auto kWords<Balance> = words("user_hash", "least_connections", "first");

enum class UpstreamTls { Starttls, Opportunistic, Off, Implicit };
template <>
inline constexpr auto kWords<UpstreamTls> = words("starttls", "opportunistic", "off", "implicit");

enum class SendAddress { Off, Id, ProxyV2, Xclient };
template <>
inline constexpr auto kWords<SendAddress> = words("off", "id", "proxy_v2", "xclient");

enum class SendId { Never, AfterLogin };
template <>
inline constexpr auto kWords<SendId> = words("never", "after_login");

// clang-format off
// Auto recognises the server by its greeting; Other takes it for none of those known.
enum class Family { Auto, Dovecot, Cyrus, Courier, Uw, Exchange, Gmail, Zimbra, Hmailserver,
                    Mailutils, Icloud, Yahoo, Netease, Other };
template <>
inline constexpr auto kWords<Family> =
    words("auto", "dovecot", "cyrus", "courier", "uw", "exchange", "gmail", "zimbra", "hmailserver",
          "mailutils", "icloud", "yahoo", "netease", "other");
// clang-format on

enum class Pipeline { Auto, On, Off };
template <>
inline constexpr auto kWords<Pipeline> = words("auto", "on", "off");

enum class OpenMode { Auto, Examine, Select };
template <>
inline constexpr auto kWords<OpenMode> = words("auto", "examine", "select");

enum class MessageOrder { Uid, Import };
template <>
inline constexpr auto kWords<MessageOrder> = words("uid", "import");

enum class MessagesKept { Newest, Oldest };
template <>
inline constexpr auto kWords<MessagesKept> = words("newest", "oldest");

enum class BareCr { Guard, Pass, Strip };
template <>
inline constexpr auto kWords<BareCr> = words("guard", "pass", "strip");

enum class NulOctet { Replace, Pass };
template <>
inline constexpr auto kWords<NulOctet> = words("0x80", "pass");

enum class Seen { Retr, Never, Always };
template <>
inline constexpr auto kWords<Seen> = words("retr", "never", "always");

// Who judges a login: the submission server, or (all others) an IMAP server, after which we vouch
// for the user. With PopBeforeSmtp a login by POP3 or IMAP from the same address will do.
enum class SubmissionAuth { Passthrough, Imap, Trusted, PopBeforeSmtp };
template <>
inline constexpr auto kWords<SubmissionAuth> =
    words("passthrough", "imap", "trusted", "pop_before_smtp");

enum class SenderRule { Any, Login };
template <>
inline constexpr auto kWords<SenderRule> = words("any", "login");

enum class BareNewline { Normalise, Reject };
template <>
inline constexpr auto kWords<BareNewline> = words("normalise", "reject");

// Auto adds the field where the upstream does not learn of the client otherwise.
enum class ReceivedField { Auto, Always, Never };
template <>
inline constexpr auto kWords<ReceivedField> = words("auto", "always", "never");

enum class ClientIp { Show, Hide };
template <>
inline constexpr auto kWords<ClientIp> = words("show", "hide");

enum class SaveSent { Off, On };
template <>
inline constexpr auto kWords<SaveSent> = words("off", "on");
template <>
inline constexpr auto kLaterWords<SaveSent> = words("pop");

enum class Lock { None, Refuse, Steal };
template <>
inline constexpr auto kWords<Lock> = words("none", "refuse", "steal");

}  // namespace postern::conf
