// Events of sessions and of upstreams.
//
// See metrics/events.hpp.

#pragma once

#include "metrics/event_info.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace postern::metrics {

struct SessionEnded {
  static constexpr EventInfo kInfo{
      "session.ended", Level::Info, Scope::Session, "A session is over: all about it."};
  EndReason reason = EndReason::Quit;
  std::string_view tls;  // version; empty without TLS
  std::chrono::nanoseconds seconds{0};
  std::uint64_t commands = 0;
  std::uint64_t octets_in = 0;  // from the client
  std::uint64_t octets_out = 0;
  std::uint64_t retrieved = 0;  // messages
  std::uint64_t deleted = 0;
  std::uint64_t sent = 0;
  std::string_view detail;

  void each(auto&& field) const {
    field("reason", reason);
    field("tls", tls);
    field("seconds", seconds);
    field("commands", commands);
    field("octets_in", octets_in);
    field("octets_out", octets_out);
    field("retrieved", retrieved);
    field("deleted", deleted);
    field("sent", sent);
    field("detail", detail);
  }
};

struct SessionProbed {
  static constexpr EventInfo kInfo{"session.probed",
                                   Level::Debug,
                                   Scope::Session,
                                   "A connection came and went without a word: a health check."};
  std::chrono::nanoseconds seconds{0};

  void each(auto&& field) const { field("seconds", seconds); }
};

struct SessionCrashed {
  static constexpr EventInfo kInfo{"session.crashed",
                                   Level::Error,
                                   Scope::Session,
                                   "A fault of ours ended one session; the others go on.",
                                   "postern_sessions_ended_total"};
  std::string_view detail;

  void each(auto&& field) const { field("detail", detail); }
};

// C the client says, S it hears, U> we ask the upstream, U< it answers.
enum class Direction : std::uint8_t { C, S, ToUpstream, FromUpstream };
template <>
inline constexpr auto kLabel<Direction> =
    enumerated<Direction::FromUpstream>("direction", "C", "S", "U>", "U<");

struct SessionTraced {
  static constexpr EventInfo kInfo{"session.traced",
                                   Level::Debug,
                                   Scope::Session,
                                   "A line of the conversation, without credentials."};
  Direction direction = Direction::C;
  std::string_view line;

  void each(auto&& field) const {
    field("direction", direction);
    field("line", line);
  }
};

struct LoginRefused {
  static constexpr EventInfo kInfo{
      "login.refused", Level::Info, Scope::Session, "A login was answered with no."};
  Mechanism mechanism = Mechanism::UserPass;
  AuthResult result = AuthResult::BadCredentials;
  std::string_view detail;

  void each(auto&& field) const {
    field("mechanism", mechanism);
    field("result", result);
    field("detail", detail);
  }
};

struct IdDropped {
  static constexpr EventInfo kInfo{"id.dropped",
                                   Level::Info,
                                   Scope::Session,
                                   "A client that is no trusted proxy spoke for others by ID."};
  std::uint64_t pairs = 0;  // that were dropped

  void each(auto&& field) const { field("pairs", pairs); }
};

struct CommitFailed {
  static constexpr EventInfo kInfo{"commit.failed",
                                   Level::Warning,
                                   Scope::Session,
                                   "QUIT could not remove so many messages that were deleted.",
                                   "postern_pop3_delete_failures_total"};
  std::uint64_t messages = 0;
  DeleteFailure reason = DeleteFailure::UpstreamNo;
  std::string_view detail;

  void each(auto&& field) const {
    field("messages", messages);
    field("reason", reason);
    field("detail", detail);
  }
};

struct UpstreamDistrusted {
  static constexpr EventInfo kInfo{
      "upstream.distrusted",
      Level::Warning,
      Scope::Session,
      "Old messages came back to so many mailboxes of an upstream, so that "
      "none of its mailboxes is counted any more, but listed.",
      "postern_pop3_index_violations_total"};
  std::uint64_t mailboxes = 0;

  void each(auto&& field) const { field("mailboxes", mailboxes); }
};

struct IndexDistrusted {
  static constexpr EventInfo kInfo{
      "index.distrusted",
      Level::Warning,
      Scope::Session,
      "An old message came back to a mailbox, so that its messages are "
      "no longer counted but listed.",
      "postern_pop3_index_violations_total"};
  std::uint64_t messages = 0;

  void each(auto&& field) const { field("messages", messages); }
};

struct CopyFailed {
  static constexpr EventInfo kInfo{
      "copy.failed",
      Level::Warning,
      Scope::Session,
      "A message was sent, and its copy was not put into the sender's mailbox.",
      "postern_submission_copies_total"};
  CopyResult result = CopyResult::Unavailable;
  std::string_view detail;

  void each(auto&& field) const {
    field("result", result);
    field("detail", detail);
  }
};

struct UidvalidityChanged {
  static constexpr EventInfo kInfo{"uidvalidity.changed",
                                   Level::Warning,
                                   Scope::Session,
                                   "The upstream numbered a mailbox anew.",
                                   "postern_pop3_uidvalidity_changes_total"};
  std::uint32_t before = 0;
  std::uint32_t after = 0;

  void each(auto&& field) const {
    field("before", before);
    field("after", after);
  }
};

struct UidlsRemapped {
  static constexpr EventInfo kInfo{
      "uidls.remapped",
      Level::Info,
      Scope::Session,
      "Messages of a mailbox that was numbered anew were known again."};
  std::uint64_t before = 0;  // messages
  std::uint64_t after = 0;
  std::uint64_t kept = 0;  // that keep their UIDL

  void each(auto&& field) const {
    field("before", before);
    field("after", after);
    field("kept", kept);
  }
};

struct UidlsImported {
  static constexpr EventInfo kInfo{"uidls.imported",
                                   Level::Info,
                                   Scope::Session,
                                   "Imported UIDLs were looked for in the mailbox."};
  std::uint64_t records = 0;
  std::uint64_t messages = 0;
  std::uint64_t matched = 0;

  void each(auto&& field) const {
    field("records", records);
    field("messages", messages);
    field("matched", matched);
  }
};

struct StarttlsInjection {
  static constexpr EventInfo kInfo{"starttls.injection",
                                   Level::Warning,
                                   Scope::Either,
                                   "Octets came in clear behind a TLS upgrade, so we closed.",
                                   "postern_starttls_injections_total"};
  Side side = Side::Client;
  std::uint64_t octets = 0;

  void each(auto&& field) const {
    field("side", side);
    field("octets", octets);
  }
};

struct UpstreamFailed {
  static constexpr EventInfo kInfo{"upstream.failed",
                                   Level::Warning,
                                   Scope::Either,
                                   "Something behind us did not do what we asked for.",
                                   "postern_upstream_connects_total"};
  std::string_view upstream;
  std::uint64_t backend = 0;
  std::string_view stage;  // dns, tcp, tls, greeting, login, or a command
  std::string_view kind;
  std::string_view detail;

  void each(auto&& field) const {
    field("upstream", upstream);
    field("backend", backend);
    field("stage", stage);
    field("kind", kind);
    field("detail", detail);
  }
};

struct UpstreamRecovered {
  static constexpr EventInfo kInfo{
      "upstream.recovered", Level::Info, Scope::Either, "A backend that failed works again."};
  std::string_view upstream;
  std::uint64_t backend = 0;
  std::chrono::nanoseconds seconds{0};  // since it failed first

  void each(auto&& field) const {
    field("upstream", upstream);
    field("backend", backend);
    field("seconds", seconds);
  }
};

struct CircuitOpened {
  static constexpr EventInfo kInfo{"circuit.opened",
                                   Level::Warning,
                                   Scope::Either,
                                   "A backend failed so often that it gets a rest.",
                                   "postern_upstream_circuit_opened_total"};
  std::string_view upstream;
  std::uint64_t backend = 0;
  std::uint64_t failures = 0;

  void each(auto&& field) const {
    field("upstream", upstream);
    field("backend", backend);
    field("failures", failures);
  }
};

struct CircuitClosed {
  static constexpr EventInfo kInfo{
      "circuit.closed", Level::Info, Scope::Either, "A backend gets sessions again."};
  std::string_view upstream;
  std::uint64_t backend = 0;
  std::chrono::nanoseconds seconds{0};  // of rest

  void each(auto&& field) const {
    field("upstream", upstream);
    field("backend", backend);
    field("seconds", seconds);
  }
};

}  // namespace postern::metrics
