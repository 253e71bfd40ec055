// A POP3 client: poll, drain, TOP, and a session that is only held.

#include "wire/ascii.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/bench/load_visit.hpp"

namespace postern::bench {

using net::Task;

namespace {

constexpr std::string_view kCrlf = "\r\n";

Task<> good(Visit& visit, std::string_view step) {
  const net::Line line = co_await visit.line();
  if (!line.text.starts_with("+OK")) co_await unexpected(step, line.text);
}

// The number behind "+OK ", which STAT begins with.
Task<std::uint64_t> stat(Visit& visit) {
  co_await visit.say("STAT\r\n");
  const net::Line line = co_await visit.line();
  const std::string_view numbers = line.text.substr(std::min<std::size_t>(4, line.text.size()));
  const auto count = wire::parse_number(numbers.substr(0, numbers.find(' ')));
  if (!line.text.starts_with("+OK ") || !count) co_await unexpected("STAT", line.text);
  co_return *count;
}

void check_count(Visit& visit, std::uint64_t count) {
  const std::uint64_t expected = visit.plan.expect;
  if (expected != 0 && count != expected) ++visit.tally.wrong_counts;
}

// Lines up to the lone dot, as UIDL brings them.
Task<std::uint64_t> listing(Visit& visit) {
  std::uint64_t count = 0;
  while (true) {
    const net::Line line = co_await visit.line();
    if (line.text == ".") co_return count;
    if (visit.plan.sum) visit.sum.mix(line.text);
    ++count;
  }
}

// The sizes that LIST tells, in order.
Task<std::vector<std::uint64_t>> sizes(Visit& visit) {
  co_await visit.say("LIST\r\n");
  co_await good(visit, "LIST");
  std::vector<std::uint64_t> found;
  while (true) {
    const net::Line line = co_await visit.line();
    if (line.text == ".") co_return found;
    const auto size = wire::parse_number(line.text.substr(line.text.find(' ') + 1));
    if (!size) co_await unexpected("LIST", line.text);
    found.push_back(*size);
  }
}

// A message, with the dots that were doubled made single; its octets.
Task<std::uint64_t> message(Visit& visit) {
  std::uint64_t octets = 0;
  while (true) {
    const net::Line line = co_await visit.line();
    if (line.text == ".") co_return octets;
    std::string_view text = line.text;
    if (text.starts_with('.')) text.remove_prefix(1);
    octets += text.size() + kCrlf.size();
    if (!visit.plan.sum) continue;
    visit.sum.mix(text);
    visit.sum.mix(kCrlf);
  }
}

// RETR or TOP of each message, as many at a time as the window has.
Task<> read_all(Visit& visit) {
  const bool top = visit.plan.mode == Mode::Pop3Top;
  const std::vector<std::uint64_t> told = co_await sizes(visit);
  check_count(visit, told.size());
  std::size_t asked = 0;
  for (std::size_t number = 1; number <= told.size(); ++number) {
    std::string commands;
    while (asked < std::min(told.size(), number - 1 + visit.plan.window)) {
      commands += top ? "TOP " : "RETR ";
      wire::append_number(commands, ++asked);
      commands += top ? " 0\r\n" : "\r\n";
    }
    if (!commands.empty()) co_await visit.say(commands);
    co_await good(visit, top ? "TOP" : "RETR");
    const std::uint64_t octets = co_await message(visit);
    ++visit.tally.messages;
    visit.tally.octets += octets;
    if (!top && octets != told[number - 1]) ++visit.tally.wrong_sizes;
  }
}

}  // namespace

Task<> pop3(Visit& visit) {
  co_await good(visit, "greeting");
  const std::string user = "USER " + visit.user + "\r\n";
  co_await visit.say(user);
  co_await good(visit, "USER");
  const std::string pass = "PASS " + std::string(kPassword) + "\r\n";
  co_await visit.say(pass);
  co_await good(visit, "PASS");
  visit.logged_in = std::chrono::steady_clock::now();

  if (visit.plan.mode == Mode::Pop3Poll || visit.plan.mode == Mode::Pop3Hold) {
    const std::uint64_t count = co_await stat(visit);
    check_count(visit, count);
    if (visit.plan.holds()) co_return;
    co_await visit.say("UIDL\r\n");
    co_await good(visit, "UIDL");
    const std::uint64_t listed = co_await listing(visit);
    if (listed != count) ++visit.tally.wrong_counts;
  } else {
    co_await read_all(visit);
  }
  co_await visit.say("QUIT\r\n");
  co_await good(visit, "QUIT");
}

}  // namespace postern::bench
