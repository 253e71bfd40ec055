// The labels whose values are fixed, and every value that one can have.
//
// A new enumerator needs its text in the kLabel line below it, or the build stops. The order is of
// no concern to anybody outside: only the texts are our interface.

#pragma once

#include "metrics/label.hpp"

#include <cstdint>

namespace postern::metrics {

enum class Protocol : std::uint8_t { Pop3, Imap, Submission };
template <>
inline constexpr auto kLabel<Protocol> = [] {
  auto label = enumerated<Protocol::Submission>("protocol", "pop3", "imap", "submission");
  label.source = Source::Protocols;
  return label;
}();

// Which of our two connections something happened on.
enum class Side : std::uint8_t { Client, Upstream };
template <>
inline constexpr auto kLabel<Side> = enumerated<Side::Upstream>("side", "client", "upstream");

// The process

enum class Level : std::uint8_t { Error, Warning, Info, Debug };
template <>
inline constexpr auto kLabel<Level> =
    enumerated<Level::Debug>("level", "error", "warning", "info", "debug");

enum class ReloadResult : std::uint8_t { Ok, Error };
template <>
inline constexpr auto kLabel<ReloadResult> =
    enumerated<ReloadResult::Error>("result", "ok", "error");

enum class NameResult : std::uint8_t { Ok, NotFound, TemporaryError, Timeout };
template <>
inline constexpr auto kLabel<NameResult> =
    enumerated<NameResult::Timeout>("result", "ok", "not_found", "temporary_error", "timeout");

// Clients

enum class RejectReason : std::uint8_t {
  ListenerFull,
  PerAddress,
  Rate,
  Blocked,
  ProxyHeader,
  Memory,
  Draining,
};
template <>
inline constexpr auto kLabel<RejectReason> = enumerated<RejectReason::Draining>("reason",
                                                                                "listener_full",
                                                                                "per_address",
                                                                                "rate",
                                                                                "blocked",
                                                                                "proxy_header",
                                                                                "memory",
                                                                                "draining");

enum class AcceptError : std::uint8_t { FdLimit, Other };
template <>
inline constexpr auto kLabel<AcceptError> =
    enumerated<AcceptError::Other>("reason", "fd_limit", "other");

// How a connection was secured when its session logged in or ended.
enum class Security : std::uint8_t { Plaintext, Starttls, Implicit };
template <>
inline constexpr auto kLabel<Security> =
    enumerated<Security::Implicit>("security", "plaintext", "starttls", "implicit");

// A POP3 session is ready or busy, an IMAP session is spliced: joined with its upstream.
enum class SessionState : std::uint8_t { Unauthenticated, Opening, Ready, Busy, Spliced, Closing };
template <>
inline constexpr auto kLabel<SessionState> = enumerated<SessionState::Closing>(
    "state", "unauthenticated", "opening", "ready", "busy", "spliced", "closing");

enum class EndReason : std::uint8_t {
  Quit,
  ClientClosed,
  ClientReset,
  IdleTimeout,
  LoginTimeout,
  AuthFailed,
  UpstreamLost,
  UpstreamRefused,
  ProtocolError,
  TooManyErrors,
  TlsError,
  Drain,
  InternalError,
};
template <>
inline constexpr auto kLabel<EndReason> = enumerated<EndReason::InternalError>("reason",
                                                                               "quit",
                                                                               "client_closed",
                                                                               "client_reset",
                                                                               "idle_timeout",
                                                                               "login_timeout",
                                                                               "auth_failed",
                                                                               "upstream_lost",
                                                                               "upstream_refused",
                                                                               "protocol_error",
                                                                               "too_many_errors",
                                                                               "tls_error",
                                                                               "drain",
                                                                               "internal_error");

// What a client may ask for; a word that is none of ours is Other, whatever it was.
enum class Command : std::uint8_t {
  Capa,
  User,
  Pass,
  Auth,
  Apop,
  Stls,
  Utf8,
  Lang,
  Stat,
  List,
  Uidl,
  Retr,
  Top,
  Dele,
  Rset,
  Noop,
  Quit,
  Capability,
  Id,
  Starttls,
  Login,
  Authenticate,
  Logout,
  Ehlo,
  Mail,
  Rcpt,
  Data,
  Other,
};
template <>
inline constexpr auto kLabel<Command> = enumerated<Command::Other>("command",
                                                                   "capa",
                                                                   "user",
                                                                   "pass",
                                                                   "auth",
                                                                   "apop",
                                                                   "stls",
                                                                   "utf8",
                                                                   "lang",
                                                                   "stat",
                                                                   "list",
                                                                   "uidl",
                                                                   "retr",
                                                                   "top",
                                                                   "dele",
                                                                   "rset",
                                                                   "noop",
                                                                   "quit",
                                                                   "capability",
                                                                   "id",
                                                                   "starttls",
                                                                   "login",
                                                                   "authenticate",
                                                                   "logout",
                                                                   "ehlo",
                                                                   "mail",
                                                                   "rcpt",
                                                                   "data",
                                                                   "other");

// Bad is an answer to what was no command or had no business here; Error is one that failed.
enum class CommandResult : std::uint8_t { Ok, Error, Bad };
template <>
inline constexpr auto kLabel<CommandResult> =
    enumerated<CommandResult::Bad>("result", "ok", "error", "bad");

enum class TlsVersion : std::uint8_t { V10, V11, V12, V13 };
template <>
inline constexpr auto kLabel<TlsVersion> =
    enumerated<TlsVersion::V13>("version", "1.0", "1.1", "1.2", "1.3");

enum class Resumed : std::uint8_t { No, Yes };
template <>
inline constexpr auto kLabel<Resumed> = enumerated<Resumed::Yes>("resumed", "no", "yes");

enum class HandshakeFailure : std::uint8_t {
  NoSharedVersion,
  NoSharedCipher,
  ClientAlert,
  Timeout,
  Closed,
  Plaintext,
  Other,
};
template <>
inline constexpr auto kLabel<HandshakeFailure> =
    enumerated<HandshakeFailure::Other>("reason",
                                        "no_shared_version",
                                        "no_shared_cipher",
                                        "client_alert",
                                        "timeout",
                                        "closed",
                                        "plaintext",
                                        "other");

// Logins

enum class Mechanism : std::uint8_t { UserPass, LoginCommand, Plain, Login, Oauth };
template <>
inline constexpr auto kLabel<Mechanism> = enumerated<Mechanism::Oauth>(
    "mechanism", "user_pass", "login_command", "plain", "login", "oauth");

enum class AuthResult : std::uint8_t {
  Ok,
  BadCredentials,
  UpstreamUnavailable,
  LookupFailed,
  Throttled,
  PolicyDenied,
  CleartextDenied,
  Malformed,
  Aborted,
  Locked,
};
template <>
inline constexpr auto kLabel<AuthResult> = enumerated<AuthResult::Locked>("result",
                                                                          "ok",
                                                                          "bad_credentials",
                                                                          "upstream_unavailable",
                                                                          "lookup_failed",
                                                                          "throttled",
                                                                          "policy_denied",
                                                                          "cleartext_denied",
                                                                          "malformed",
                                                                          "aborted",
                                                                          "locked");

// Denied is the user's fault, Failed is ours or the upstream's.
enum class AuthOutcome : std::uint8_t { Ok, Denied, Failed };
template <>
inline constexpr auto kLabel<AuthOutcome> =
    enumerated<AuthOutcome::Failed>("result", "ok", "denied", "failed");

// Caches

enum class Cache : std::uint8_t { UidTable };
template <>
inline constexpr auto kLabel<Cache> = enumerated<Cache::UidTable>("cache", "uid_table");

// Hit: what was known held, but for what is new. Partial: it took more questions. Stale: it did not
// hold. Miss: nothing was known.
enum class CacheResult : std::uint8_t { Hit, Partial, Stale, Miss };
template <>
inline constexpr auto kLabel<CacheResult> =
    enumerated<CacheResult::Miss>("result", "hit", "partial", "stale", "miss");

// What has to last

enum class Store : std::uint8_t { Local };
template <>
inline constexpr auto kLabel<Store> = enumerated<Store::Local>("store", "local");

enum class StoreOperation : std::uint8_t { Load, Save };
template <>
inline constexpr auto kLabel<StoreOperation> =
    enumerated<StoreOperation::Save>("operation", "load", "save");

enum class StoreResult : std::uint8_t { Ok, Error };
template <>
inline constexpr auto kLabel<StoreResult> = enumerated<StoreResult::Error>("result", "ok", "error");

// Maildrops

// Hit: what was known held, but for new messages. Partial: it took more questions. Miss: all of the
// mailbox had to be listed.
enum class IndexUse : std::uint8_t { Hit, Partial, Miss };
template <>
inline constexpr auto kLabel<IndexUse> =
    enumerated<IndexUse::Miss>("cache", "hit", "partial", "miss");

enum class LockResult : std::uint8_t { Acquired, Busy };
template <>
inline constexpr auto kLabel<LockResult> =
    enumerated<LockResult::Busy>("result", "acquired", "busy");

enum class DeleteMethod : std::uint8_t { Expunge, Move, Mark, Kept };
template <>
inline constexpr auto kLabel<DeleteMethod> =
    enumerated<DeleteMethod::Kept>("method", "expunge", "move", "mark", "kept");

enum class DeleteFailure : std::uint8_t { UpstreamNo, UpstreamLost, Timeout, ReadOnly };
template <>
inline constexpr auto kLabel<DeleteFailure> = enumerated<DeleteFailure::ReadOnly>(
    "reason", "upstream_no", "upstream_lost", "timeout", "read_only");

// Upstreams

enum class ConnectResult : std::uint8_t {
  Ok,
  Refused,
  Unreachable,
  Timeout,
  Dns,
  TlsVerify,
  TlsOther,
  BadGreeting,
  Limit,
};
template <>
inline constexpr auto kLabel<ConnectResult> = enumerated<ConnectResult::Limit>("result",
                                                                               "ok",
                                                                               "refused",
                                                                               "unreachable",
                                                                               "timeout",
                                                                               "dns",
                                                                               "tls_verify",
                                                                               "tls_other",
                                                                               "bad_greeting",
                                                                               "limit");

enum class ConnectPhase : std::uint8_t { Dns, Tcp, Tls, Greeting, Login };
template <>
inline constexpr auto kLabel<ConnectPhase> =
    enumerated<ConnectPhase::Login>("phase", "dns", "tcp", "tls", "greeting", "login");

enum class LinkState : std::uint8_t { Connecting, Active };
template <>
inline constexpr auto kLabel<LinkState> =
    enumerated<LinkState::Active>("state", "connecting", "active");

enum class QueueRejection : std::uint8_t { Full, Timeout };
template <>
inline constexpr auto kLabel<QueueRejection> =
    enumerated<QueueRejection::Timeout>("reason", "full", "timeout");

enum class UpstreamCommand : std::uint8_t {
  Login,
  Select,
  List,
  FetchTable,
  FetchBody,
  FetchHead,
  Store,
  Expunge,
  Noop,
  Logout,
  Append,
  Mail,
  Rcpt,
  Data,
  Other,
};
template <>
inline constexpr auto kLabel<UpstreamCommand> = enumerated<UpstreamCommand::Other>("command",
                                                                                   "login",
                                                                                   "select",
                                                                                   "list",
                                                                                   "fetch_table",
                                                                                   "fetch_body",
                                                                                   "fetch_head",
                                                                                   "store",
                                                                                   "expunge",
                                                                                   "noop",
                                                                                   "logout",
                                                                                   "append",
                                                                                   "mail",
                                                                                   "rcpt",
                                                                                   "data",
                                                                                   "other");

enum class UpstreamResult : std::uint8_t { Ok, No, Bad, Bye, Timeout, Malformed, Lost };
template <>
inline constexpr auto kLabel<UpstreamResult> = enumerated<UpstreamResult::Lost>(
    "result", "ok", "no", "bad", "bye", "timeout", "malformed", "lost");

enum class DisconnectReason : std::uint8_t { Logout, Bye, Eof, Reset, Timeout, ProtocolError };
template <>
inline constexpr auto kLabel<DisconnectReason> = enumerated<DisconnectReason::ProtocolError>(
    "reason", "logout", "bye", "eof", "reset", "timeout", "protocol_error");

enum class RetryReason : std::uint8_t { Connect, StaleConnection, Login, Copy };
template <>
inline constexpr auto kLabel<RetryReason> =
    enumerated<RetryReason::Copy>("reason", "connect", "stale_connection", "login", "copy");

// Submission

enum class MessageResult : std::uint8_t {
  Accepted,
  RejectedPermanent,
  RejectedTemporary,
  TooLarge,
  RateLimited,
  Aborted,
};
template <>
inline constexpr auto kLabel<MessageResult> =
    enumerated<MessageResult::Aborted>("result",
                                       "accepted",
                                       "rejected_permanent",
                                       "rejected_temporary",
                                       "too_large",
                                       "rate_limited",
                                       "aborted");

enum class RecipientResult : std::uint8_t { Accepted, RejectedPermanent, RejectedTemporary };
template <>
inline constexpr auto kLabel<RecipientResult> = enumerated<RecipientResult::RejectedTemporary>(
    "result", "accepted", "rejected_permanent", "rejected_temporary");

// Whose pace was too fast.
enum class RateScope : std::uint8_t { User };
template <>
inline constexpr auto kLabel<RateScope> = enumerated<RateScope::User>("scope", "user");

// What became of a copy for the mailbox of sent mail. LeftToServer: servers that make such copies
// themselves. Unknown: the last octet was said, and no answer came.
enum class CopyResult : std::uint8_t {
  Saved,
  Present,
  LeftToServer,
  Refused,
  OverQuota,
  Unavailable,
  Unknown,
  NotSpooled,
  TooMany,
  Abandoned,
};
template <>
inline constexpr auto kLabel<CopyResult> = enumerated<CopyResult::Abandoned>("result",
                                                                             "saved",
                                                                             "present",
                                                                             "left_to_server",
                                                                             "refused",
                                                                             "over_quota",
                                                                             "unavailable",
                                                                             "unknown",
                                                                             "not_spooled",
                                                                             "too_many",
                                                                             "abandoned");

}  // namespace postern::metrics
