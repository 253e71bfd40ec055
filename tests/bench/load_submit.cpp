// A client that submits mail, one message after the other, without pipelining.

#include "wire/base64.hpp"
#include "wire/sasl.hpp"

#include <fmt/format.h>
#include <string>

#include "tests/bench/load_visit.hpp"

namespace postern::bench {

using net::Task;

namespace {

// The lines of a reply up to its last; they have to begin with this digit.
Task<> reply(Visit& visit, char digit, std::string_view step) {
  while (true) {
    const net::Line line = co_await visit.line();
    if (!line.text.starts_with(digit)) co_await unexpected(step, line.text);
    if (line.text.size() < 4 || line.text[3] != '-') co_return;
  }
}

// A message of at least so many octets, and the dot behind it.
std::string compose(std::uint64_t octets) {
  std::string text =
      "From: a@example.test\r\nTo: b@example.test\r\nSubject: load\r\n"
      "Message-ID: <1@example.test>\r\n\r\n";
  for (unsigned number = 0; text.size() < octets; ++number) {
    text +=
        fmt::format("line {:08} of a plain body, as wide as most lines of mail are\r\n", number);
  }
  return text + ".\r\n";
}

Task<> send_one(Visit& visit, const std::string& text) {
  co_await visit.say("MAIL FROM:<a@example.test>\r\n");
  co_await reply(visit, '2', "MAIL");
  co_await visit.say("RCPT TO:<b@example.test>\r\n");
  co_await reply(visit, '2', "RCPT");
  co_await visit.say("DATA\r\n");
  co_await reply(visit, '3', "DATA");
  co_await visit.say(text);
  co_await reply(visit, '2', "end of data");
  ++visit.tally.messages;
  visit.tally.octets += text.size();
}

}  // namespace

Task<> submit(Visit& visit) {
  const std::string text = compose(visit.plan.octets);
  const auto message = wire::sasl::plain_message("", visit.user, kPassword);
  if (!message) co_await unexpected("AUTH", "a user name with a NUL");
  const std::string auth = fmt::format("AUTH PLAIN {}\r\n", wire::base64_encode(message->reveal()));

  co_await reply(visit, '2', "greeting");
  co_await visit.say("EHLO load.test\r\n");
  co_await reply(visit, '2', "EHLO");
  co_await visit.say(auth);
  co_await reply(visit, '2', "AUTH");
  visit.logged_in = std::chrono::steady_clock::now();
  for (std::uint64_t number = 0; number < visit.plan.messages; ++number) {
    co_await send_one(visit, text);
  }
  co_await visit.say("QUIT\r\n");
  co_await reply(visit, '2', "QUIT");
}

}  // namespace postern::bench
