// An IMAP client: log in and out, ask what is new, fetch all bodies, or sit in IDLE.

#include "wire/ascii.hpp"
#include "wire/imap_response.hpp"

#include <chrono>
#include <fmt/format.h>
#include <optional>
#include <string>

#include "tests/bench/load_visit.hpp"

namespace postern::bench {

using net::Task;

namespace {

// Responses up to the one with this tag, which has to be OK.
Task<> answer(Visit& visit, std::string_view tag) {
  while (true) {
    const net::Line line = co_await visit.line();
    if (line.text.starts_with(tag)) {
      if (!line.text.substr(tag.size()).starts_with(" OK")) co_await unexpected(tag, line.text);
      co_return;
    }
    const auto literal = wire::imap::announced_literal(line.text);
    if (!literal) continue;
    ++visit.tally.messages;
    visit.tally.octets += literal->octets;
    co_await visit.swallow(literal->octets);
  }
}

Task<> idle(Visit& visit) {
  co_await visit.say("c IDLE\r\n");
  while (true) {
    const net::Line line = co_await visit.line();
    if (line.text.starts_with('+')) co_return;
    if (line.text.starts_with("c ")) co_await unexpected("IDLE", line.text);
  }
}

// All that a client needs to say who knows the mailbox already, in one write: what a gateway with a
// warm index is compared with. The set names at least the last message (RFC 3501, section 6.4.8).
Task<> poll(Visit& visit, const std::string& login) {
  const std::string commands =
      fmt::format("{}b EXAMINE INBOX\r\nc UID FETCH {}:* (UID RFC822.SIZE INTERNALDATE)\r\n",
                  login,
                  visit.plan.expect + 1);
  co_await visit.say(commands);
  co_await answer(visit, "a");
  visit.logged_in = std::chrono::steady_clock::now();
  co_await answer(visit, "b");
  co_await answer(visit, "c");
}

}  // namespace

Task<> imap(Visit& visit) {
  const net::Line greeting = co_await visit.line();
  if (!greeting.text.starts_with("* OK")) co_await unexpected("greeting", greeting.text);
  const std::string login = "a LOGIN " + visit.user + " " + std::string(kPassword) + "\r\n";
  if (visit.plan.mode == Mode::ImapPoll) {
    co_await poll(visit, login);
    co_return;
  }
  co_await visit.say(login);
  co_await answer(visit, "a");
  visit.logged_in = std::chrono::steady_clock::now();
  co_await visit.say("b SELECT INBOX\r\n");
  co_await answer(visit, "b");

  if (visit.plan.mode == Mode::ImapIdle) {
    co_await idle(visit);
    co_return;
  }
  if (visit.plan.mode == Mode::ImapFetch) {
    const std::uint64_t before = visit.tally.messages;
    co_await visit.say("d FETCH 1:* BODY.PEEK[]\r\n");
    co_await answer(visit, "d");
    // Other lanes count as well meanwhile, so only a lone one can be checked.
    const bool alone = visit.plan.lanes == 1 && visit.plan.expect != 0;
    if (alone && visit.tally.messages - before != visit.plan.expect) ++visit.tally.wrong_counts;
  }
  co_await visit.say("e LOGOUT\r\n");
  co_await answer(visit, "e");
}

}  // namespace postern::bench
