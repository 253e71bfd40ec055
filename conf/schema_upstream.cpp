// The rows of [upstream.NAME] and of [pop3]. Figures without an RFC beside them were chosen to
// be safe with the servers that are known; whoever knows better sets them.

#include "conf/policy.hpp"
#include "conf/schema.hpp"
#include "conf/schema_rows.hpp"

#include <string_view>

namespace postern::conf {

namespace {

std::string_view refuse_empty_word(std::string_view text) {
  constexpr std::string_view kHint = "an empty text is part of every answer: write words";
  return text.empty() ? kHint : std::string_view{};
}

std::string_view refuse_mailbox(std::string_view text) {
  constexpr std::string_view kHint = R"(write the name of a mailbox, such as "INBOX")";
  return text.empty() ? kHint : std::string_view{};
}

// clang-format off: a table is read by its rows, key first, help below.

constexpr Setting<Upstream> kUpstream[] = {
    {"url", at<&Upstream::url>(), required(),
     R"("imaps://HOST", "imap://HOST", "submissions://HOST", "submission://HOST", "smtp://HOST")"},
    {"backends", at<&Upstream::backends>(), items(64),
     "fixed addresses to connect to, instead of those of the name"},
    {"balance", at<&Upstream::balance>(), any(),
     "which address: always the same for a user, the least busy, or the first that answers"},
    {"tls", at<&Upstream::tls>(), any(),
     R"(STARTTLS demanded, used if offered, or never; imaps:// and submissions:// are "implicit")"},
    {"verify", at<&Upstream::verify>(), any(),
     "the certificate: chain and name, chain only, nothing (warned about), or its public key"},
    {"ca_file", at<&Upstream::ca_file>(), path_or("system"),
     R"(PEM file of trusted issuers; "system": those of the machine)"},
    {"client_certificate", at<&Upstream::client_certificate>(), any(),
     "PEM file, for upstreams that want one"},
    {"client_key", at<&Upstream::client_key>(), any(),
     "PEM file with its key, not open to others"},
    {"send_client_address", at<&Upstream::send_client_address>(), any(),
     "tell the upstream who the client is: IMAP ID, PROXY header, SMTP XCLIENT; it must trust us"},
    {"id", at<&Upstream::id>(), any(),
     "send IMAP ID after login, to servers that demand it"},
    {"auth", at<&Upstream::auth>(), any(),
     "whose credentials: the client's, or one account for all clients (warned about)"},
    {"family", at<&Upstream::family>(), any(),
     R"(what server it is, for its habits; "auto" reads the greeting, "other" assumes nothing)"},
    {"pipeline", at<&Upstream::pipeline>(), any(),
     "send the next commands with the login: for families that keep them, always, or never"},
    {"open", at<&Upstream::open>(), any(),
     "open mailboxes by EXAMINE where that will do, always so, or by SELECT"},
    {"enable_utf8", at<&Upstream::enable_utf8>(), any(),
     "ENABLE UTF8=ACCEPT for clients that issued UTF8"},
    {"text_rules.in_use", at<&Upstream::text_rules_in_use>(), text(refuse_empty_word),
     "a refused login whose text has one of these means: too many sessions, [IN-USE]"},
    {"text_rules.temporary", at<&Upstream::text_rules_temporary>(), text(refuse_empty_word),
     "a refused login whose text has one of these means: try later, [SYS/TEMP]"},
    {"max_connections", at<&Upstream::max_connections>(), between(1, 1'000'000),
     "connections of ours at one time; more wait in the queue"},
    {"max_connections_per_user", at<&Upstream::max_connections_per_user>(), between(1, 100'000),
     "connections of ours at one time for one user"},
    {"max_logins", at<&Upstream::max_logins>(), between(1, 100'000),
     "logins under way at one time; more wait in the queue"},
    {"queue.length", at<&Upstream::queue_length>(), between(0, 1'000'000),
     "clients that may wait for a connection; more are refused at once"},
    {"queue.timeout", at<&Upstream::queue_timeout>(), a_wait(),
     "how long one may wait there"},
    {"connect_timeout", at<&Upstream::connect_timeout>(), a_wait(),
     "to connect to one address"},
    {"connect_timeout_total", at<&Upstream::connect_timeout_total>(), a_wait(),
     "to connect to any address, the name's look-up included"},
    {"handshake_timeout", at<&Upstream::handshake_timeout>(), a_wait(),
     "for the TLS handshake"},
    {"greeting_timeout", at<&Upstream::greeting_timeout>(), a_wait(),
     "for the greeting; not told, and for a submission server: 60s"},
    {"login_timeout", at<&Upstream::login_timeout>(), a_wait(),
     "for the login; servers punish wrong passwords by seconds"},
    {"command_timeout", at<&Upstream::command_timeout>(), a_wait(),
     "for the answer to any other command"},
    {"load_idle", at<&Upstream::load_idle>(), a_wait(),
     "without an octet while the list of messages is loaded"},
    {"body_idle", at<&Upstream::body_idle>(), a_wait(),
     "without an octet in the middle of a message"},
    {"body_rate_min", at<&Upstream::body_rate_min>(), between(1_B, 1_MiB),
     "octets a second, over a minute, below which a message is given up"},
    {"literal_max", at<&Upstream::literal_max>(), between(1_MiB, Size{2'147'483'647}),
     "the largest message that is passed on"},
    {"keepalive", at<&Upstream::keepalive>(), between(10s, 24h),
     "between two NOOPs on a connection whose client is silent"},
    {"reconnects", at<&Upstream::reconnects>(), between(0, 100),
     "how often one session may replace a lost connection"},
    {"park", at<&Upstream::park>(), between(0s, 1h),
     R"(how long a POP3 session's connection is kept for its user's next one; "0s": not at all)"},
    {"parks_max", at<&Upstream::parks_max>(), between(1, 1'000'000),
     "connections kept so at one time; the oldest makes way"},
    {"audit", at<&Upstream::audit>(), between(0s, 365 * 24h),
     R"(how often a mailbox's index is held against all its UIDs at QUIT; "0s": never)"},
    {"address_retry", at<&Upstream::address_retry>(), a_wait(),
     "how long an address that failed is tried last"},
    {"breaker.failures", at<&Upstream::breaker_failures>(), between(1, 10'000),
     "connections failed in a row that open the breaker"},
    {"breaker.share", at<&Upstream::breaker_share>(), between(Percent{1}, Percent{100}),
     "part of the last breaker.window connections failed that opens it"},
    {"breaker.window", at<&Upstream::breaker_window>(), between(1, 10'000),
     "how many of the last connections that part is of"},
    {"breaker.hold", at<&Upstream::breaker_hold>(), a_wait(),
     "how long the breaker keeps a state at least"},
    {"breaker.backoff", at<&Upstream::breaker_backoff>(), a_wait(),
     "before the first probe of an open breaker; doubled after each that fails"},
    {"breaker.backoff_max", at<&Upstream::breaker_backoff_max>(), a_wait(),
     "what the doubling ends at"},
};

constexpr Setting<Pop3> kPop3[] = {
    {"mailbox", at<&Pop3::mailbox>(), text(refuse_mailbox),
     "the IMAP mailbox that clients see"},
    {"line_max", at<&Pop3::line_max>(), between(255_B, 64_KiB),
     "the longest command line, its end included (RFC 2449 needs 255)"},
    {"sasl_line_max", at<&Pop3::sasl_line_max>(), between(1_KiB, 64_KiB),
     "the longest line of an AUTH exchange; OAuth tokens are long"},
    {"bad_commands_auth", at<&Pop3::bad_commands_auth>(), between(1, 10'000),
     "bad commands in a row before login that end a session"},
    {"bad_commands", at<&Pop3::bad_commands>(), between(1, 10'000),
     "bad commands in a row after login that end a session"},
    {"idle_timeout", at<&Pop3::idle_timeout>(), between(600s, 24h),
     "a silent session ends, without deleting anything (RFC 1939 demands 10 minutes)"},
    {"out_high", at<&Pop3::out_high>(), between(16_KiB, 64_MiB),
     "unsent octets at which reading stops"},
    {"out_low", at<&Pop3::out_low>(), between(1_KiB, 64_MiB),
     "unsent octets at which it goes on; below out_high"},
    {"utf8", at<&Pop3::utf8>(), any(),
     "offer UTF8 (RFC 6856)"},
    {"expire", at<&Pop3::expire>(), any(),
     "what CAPA promises about keeping mail (EXPIRE); we only announce it"},
    {"uidl", at<&Pop3::uidl>(), any(),
     "the form of UIDLs; a template has {uid} and {uidvalidity}, also as {uid:08x}, or {emailid}"},
    {"uidl_header", at<&Pop3::uidl_header>(), any(),
     "take over the X-UIDL field that an old server left in a message"},
    {"uidl_remap", at<&Pop3::uidl_remap>(), any(),
     "when a mailbox is numbered anew, keep the UIDLs of messages that are known without doubt"},
    {"require_import", at<&Pop3::require_import>(), text(refuse_empty_word),
     "users, as the upstream knows them (\"*\" and \"?\"), who wait until UIDLs were imported"},
    {"order", at<&Pop3::order>(), any(),
     "how messages are numbered: by UID, or as in the import with those that came later behind"},
    {"hide_deleted", at<&Pop3::hide_deleted>(), any(),
     "do not list messages that somebody flagged as deleted"},
    {"max_messages", at<&Pop3::max_messages>(), any(),
     "how many messages clients see; 0: all"},
    {"max_messages_keep", at<&Pop3::max_messages_keep>(), any(),
     "which of them, if there are more"},
    {"max_age", at<&Pop3::max_age>(), any(),
     R"(clients see messages that arrived within this time; "0s": all)"},
    {"recent_prefix", at<&Pop3::recent_prefix>(), text(refuse_prefix),
     R"(with "recent:", the login recent:user sees what arrived lately; empty: off)"},
    {"recent_age", at<&Pop3::recent_age>(), between(1h, 87600h),
     "how long ago that may have been"},
    {"recent_delete", at<&Pop3::recent_delete>(), any(),
     "such a session may delete messages"},
    {"subfolder_delimiter", at<&Pop3::subfolder_delimiter>(), text(refuse_delimiter),
     R"(with "+", user+folder@domain sees that mailbox; empty: off)"},
    {"retr_buffer", at<&Pop3::retr_buffer>(), between(0_B, 16_MiB),
     "messages up to this size are held back until they are complete"},
    {"prefetch_msgs", at<&Pop3::prefetch_msgs>(), between(0, 100),
     "messages asked for before the client does, once it has begun to retrieve; 0: none"},
    {"prefetch_bytes", at<&Pop3::prefetch_bytes>(), between(0_B, 64_MiB),
     "what they may be long together, for one session"},
    {"prefetch_pool", at<&Pop3::prefetch_pool>(), between(0_B, 64_GiB),
     "the same for all sessions of the process"},
    {"bare_cr", at<&Pop3::bare_cr>(), any(),
     "CR without LF: passed unless it would let mail end itself, always passed, or removed"},
    {"nul", at<&Pop3::nul>(), any(),
     "NUL in a message becomes 0x80 or stays; it hangs some clients"},
    {"eoh_fix", at<&Pop3::eoh_fix>(), any(),
     "add the empty line that ends the header, if a message has none"},
    {"seen", at<&Pop3::seen>(), any(),
     R"(flag as \Seen at QUIT what RETR delivered, never, )"
     "or after a cut too (by a login of its own)"},
    {"seen_top", at<&Pop3::seen_top>(), any(),
     "let TOP count for that like RETR"},
    {"delete", at<&Pop3::delete_policy>(), any(),
     "what QUIT does with deleted messages"},
    {"delete_on_retr", at<&Pop3::delete_on_retr>(), any(),
     "delete at QUIT whatever was retrieved, as if by DELE"},
    {"commit_timeout", at<&Pop3::commit_timeout>(), a_wait(),
     "for all that QUIT asks of the upstream"},
    {"lock", at<&Pop3::lock>(), any(),
     "a second session of a user: allowed, refused, or ending the first"},
    {"max_sessions", at<&Pop3::max_sessions>(), between(1, 100'000),
     "POP3 sessions of one user at one time"},
    {"login_delay", at<&Pop3::login_delay>(), between(0s, 24h),
     R"(least time between two logins of a user (LOGIN-DELAY); "0s": off)"},
    {"poll_cache", at<&Pop3::poll_cache>(), between(0s, 60s),
     R"(polls within this time of the last see what it saw, without the upstream; "0s": off)"},
};

// clang-format on

}  // namespace

template <>
std::span<const Setting<Upstream>> settings_of<Upstream>() {
  return kUpstream;
}

template <>
std::span<const Setting<Pop3>> settings_of<Pop3>() {
  return kPop3;
}

}  // namespace postern::conf
