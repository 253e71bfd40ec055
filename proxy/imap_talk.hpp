// The talk with an IMAP client until it is logged in: commands in, literals and all, answers out,
// mistakes counted, capabilities offered (RFC 3501, sections 2.2 and 6.1).
//
// Octets of a literal are asked for only if the command is one that may have it. What a client
// sends unasked behind a command that is refused (RFC 7888) is skipped, never taken for a command.

#pragma once

#include "net/task.hpp"
#include "proxy/dispatch.hpp"
#include "proxy/session.hpp"
#include "wire/imap_request.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::proxy {

class ImapTalk {
 public:
  // Octets of literals of one refused command that are skipped before the connection is given up.
  static constexpr std::uint64_t kSkipMax = std::uint64_t{64} << 10U;

  explicit ImapTalk(Session& session);
  ~ImapTalk();

  ImapTalk(const ImapTalk&) = delete;
  ImapTalk& operator=(const ImapTalk&) = delete;

  // The next command; its views are good until the next one. Fails with Kind::Malformed if the
  // first line is another protocol's, with Kind::Limit after a line or a refused literal beyond
  // bounds. A LOGIN that must not be said in clear comes without user and password.
  net::Task<wire::imap::Request> next_request();

  // A line that is no command: an answer to a challenge. Nothing if it is too long.
  net::Task<std::optional<std::string_view>> next_answer();

  // Sends an answer, complete.
  [[nodiscard]] net::Write say(std::string_view answer) {
    trace_answer(answer);
    return session_.client().write(answer, session_.stalled());
  }

  // Tells the client of a mistake of its own; Stop after too many in a row.
  net::Task<Next> say_mistake(std::string_view tag, std::string_view text);

  void forgive() { mistakes_.forgive(); }

  // What can be had here and now: the names in greeting and CAPABILITY.
  [[nodiscard]] std::string capabilities() const;

 private:
  [[nodiscard]] bool wants(wire::imap::Verb verb,
                           const wire::imap::Announcement& literal,
                           unsigned literals,
                           std::uint64_t octets) const;
  net::Task<std::optional<wire::imap::Announcement>> take_literal(std::uint64_t octets);
  net::Task<> skip_literals(wire::imap::Announcement literal);
  void keep(std::string_view piece);
  void trace_request(const wire::imap::RequestHead& head);
  void trace_answer(std::string_view answer);

  Session& session_;
  std::string text_;  // the command under way; it may hold a password
  Mistakes mistakes_;
  bool first_line_ = true;
};

// The command as operators count it.
[[nodiscard]] metrics::Command counted(wire::imap::Verb verb);

}  // namespace postern::proxy
