// STAT, LIST, UIDL, RETR, TOP, DELE, RSET, QUIT (RFC 1939, sections 5 to 7), as their pages tell
// them. What fails in them is told by tell() in pop3_transaction.cpp.

#include "net/sleep.hpp"
#include "proxy/pop3_transaction.hpp"
#include "proxy/trouble.hpp"

#include <algorithm>
#include <utility>

namespace postern::proxy {

using net::Kind;
using net::Task;
using wire::DotStuffer;
using wire::MessageNumber;
using wire::TopCutter;
namespace pop3 = wire::pop3;

namespace {

constexpr std::size_t kListingChunk = std::size_t{32} << 10U;  // octets of a list sent at a time
constexpr std::size_t kAnswerChunk = std::size_t{128} << 10U;  // of TOP
constexpr std::size_t kCrumbs = 1024;  // octets of a mail that comes octet by octet
constexpr std::uint64_t kDrainMax = std::uint64_t{1} << 20U;  // octets read only to keep a link

}  // namespace

// Tells the client if there is no such message, or not any more.
Task<Message*> Pop3Transaction::find(MessageNumber number) {
  co_await maildrop_.load();
  Message* message = maildrop_.find(number);
  if (message != nullptr && !message->deleted) {
    if (!message->asked_in_vain) talk_.forgive();
    co_return message;
  }
  const std::string reply =
      message == nullptr
          ? refuse("no such message")
          : refuse("message " + std::to_string(wire::raw(number)) + " already deleted");
  co_await talk_.say(reply);
  co_return nullptr;
}

Task<Next> Pop3Transaction::stat() {
  co_await maildrop_.load();
  co_return co_await good(pop3::drop_listing(maildrop_.present(), maildrop_.octets()));
}

// A list of any length in constant memory: lines are composed as the client takes them.
template <class AppendLine>
Task<Next> Pop3Transaction::say_listing(std::string text, AppendLine append_line) {
  talk_.forgive();
  std::uint32_t number = 0;
  for (const Message& message : maildrop_.messages()) {
    ++number;
    if (message.deleted) continue;
    append_line(text, MessageNumber{number}, message);
    if (text.size() < kListingChunk) continue;
    reply_begun_ = true;
    co_await session_.client().write(text, session_.stalled());
    text.clear();
    co_await breathe(session_.loop());
  }
  text += pop3::kEndOfAnswer;
  co_await talk_.say(text);
  co_return Next::Go;
}

Task<Next> Pop3Transaction::list(std::optional<MessageNumber> number) {
  if (number) {
    const Message* message = co_await find(*number);
    if (message == nullptr) co_return Next::Go;
    co_return co_await good(pop3::size_of_one(*number, message->size));
  }
  co_await maildrop_.load();
  co_return co_await say_listing(pop3::messages_follow(maildrop_.present(), maildrop_.octets()),
                                 [](std::string& text, MessageNumber each, const Message& message) {
                                   pop3::append_size(text, each, message.size);
                                 });
}

Task<Next> Pop3Transaction::uidl(std::optional<MessageNumber> number) {
  if (number) {
    const Message* message = co_await find(*number);
    if (message == nullptr) co_return Next::Go;
    co_return co_await good(pop3::uidl_of_one(*number, maildrop_.uidl_of(*message)));
  }
  co_await maildrop_.load();
  co_return co_await say_listing(
      std::string(pop3::kUidlFollows),
      [this](std::string& text, MessageNumber each, const Message& message) {
        pop3::append_uidl(text, each, maildrop_.uidl_of(message));
      });
}

// ---- mail

Task<Next> Pop3Transaction::retr(MessageNumber number) {
  Message* message = co_await find(number);
  if (message == nullptr) co_return Next::Go;
  auto mail = co_await attempt(maildrop_.fetch(*message));
  if (!mail) co_return co_await say_unreadable(*message, std::move(mail.error()));
  note_readable(*message);

  std::uint64_t octets = 0;
  if (mail->stream) {
    octets = co_await send_stream(*mail->stream);
  } else {
    DotStuffer stuffer(dot_options());
    std::string answer = pop3::octets_follow(mail->octets);
    answer += stuffer.stuff(mail->whole);
    answer += stuffer.finish();
    answer += pop3::kEndOfAnswer;
    octets = stuffer.octets();
    reply_begun_ = true;
    co_await session_.client().write(answer, session_.stalled());
  }
  co_await session_.client().flush(session_.stalled());
  maildrop_.mark_retrieved(*message, octets);
  session_.note_retrieved();
  session_.recorder().add(metrics::kMetrics.messages_retrieved());
  co_return Next::Go;
}

// A mail that is too large to be kept, as it comes. The last two octets of what came are held back,
// so that the end of the mail and the dot leave in one piece, and no piece ends with a line: old
// mail programs look for replies at the start of each piece, and stumble over a dot alone. Answers
// the octets of the mail as it went out.
Task<std::uint64_t> Pop3Transaction::send_stream(upstream::BodyStream& body) {
  constexpr std::size_t kHeld = 2;
  DotStuffer stuffer(dot_options());
  std::string front = pop3::octets_follow(body.octets());
  while (true) {
    const std::string_view some = co_await body.next();
    if (some.empty()) break;
    const std::string_view stuffed = stuffer.stuff(some);
    if (stuffed.size() < kHeld) {
      front += stuffed;
      if (front.size() < kCrumbs) continue;
      reply_begun_ = true;
      const std::size_t ripe = front.size() - kHeld;
      co_await session_.client().write(std::string_view(front).substr(0, ripe), session_.stalled());
      front.erase(0, ripe);
      continue;
    }
    reply_begun_ = true;
    const std::size_t count = stuffed.size() - kHeld;
    const std::string held(stuffed.substr(count));
    co_await session_.client().write({front, stuffed.substr(0, count)}, session_.stalled());
    front = held;
  }
  front += stuffer.finish();
  front += pop3::kEndOfAnswer;
  reply_begun_ = true;
  co_await session_.client().write(front, session_.stalled());
  co_return stuffer.octets();
}

// What cannot be read: most of it is told by tell(). A message that is gone is no failure; but who
// asks again for what the upstream will not give is in a loop, as some clients are seen to be.
Task<Next> Pop3Transaction::say_unreadable(Message& message, net::Error error) {
  const bool withheld = error.kind == Kind::Unavailable && maildrop_.is_linked();
  if (error.kind != Kind::Gone && !withheld) co_await net::fail(std::move(error));
  const std::string reply = refusal(Asked::ForMail, error);
  if (message.asked_in_vain) {
    was_mistake_ = true;
    co_return co_await talk_.refuse_mistake(reply);
  }
  message.asked_in_vain = true;
  if (withheld) co_await net::fail(std::move(error));
  co_await talk_.say(reply);
  co_return Next::Go;
}

void Pop3Transaction::note_readable(Message& message) {
  message.asked_in_vain = false;
  talk_.forgive();
}

Task<Next> Pop3Transaction::top(MessageNumber number, std::uint32_t lines) {
  Message* message = co_await find(number);
  if (message == nullptr) co_return Next::Go;
  message->top_failed = true;  // until it has gone out
  auto mail = co_await attempt(maildrop_.fetch_top(*message, lines));
  if (!mail && mail.error().kind == Kind::Gone) message->top_failed = false;
  if (!mail) co_return co_await say_unreadable(*message, std::move(mail.error()));
  note_readable(*message);

  DotStuffer stuffer(dot_options());
  TopCutter cutter(lines);
  std::string answer(pop3::kTopFollows);
  std::uint64_t read = mail->whole.size();
  answer += cutter.take(stuffer.stuff(mail->whole));
  while (!cutter.enough() && mail->has_more) {
    const std::uint64_t wanted = read;  // each piece as long as all before it, within a bound
    const std::string more = co_await maildrop_.fetch_more(*message, read, wanted);
    read += more.size();
    mail->has_more = !more.empty();
    answer += cutter.take(stuffer.stuff(more));
    co_await send_chunk(answer);
  }
  while (mail->stream) {
    const std::string_view some = co_await mail->stream->next();
    if (some.empty()) break;
    if (!cutter.enough()) answer += cutter.take(stuffer.stuff(some));
    co_await send_chunk(answer);
    if (cutter.enough() && mail->stream->left() > kDrainMax) break;  // costs the link, not the time
  }
  if (!cutter.enough()) answer += cutter.take(stuffer.finish());
  answer += pop3::kEndOfAnswer;
  co_await session_.client().write(answer, session_.stalled());
  message->top_failed = false;
  if (talk_.policy().seen_top) message->retrieved = true;
  co_return Next::Go;
}

// Sends what has come together, once it is much, but for its last two octets.
Task<> Pop3Transaction::send_chunk(std::string& answer) {
  if (answer.size() < kAnswerChunk) co_return;
  reply_begun_ = true;
  const std::size_t count = answer.size() - 2;
  co_await session_.client().write(std::string_view(answer).substr(0, count), session_.stalled());
  answer.erase(0, count);
}

wire::DotOptions Pop3Transaction::dot_options() const {
  const conf::Pop3& policy = talk_.policy();
  wire::DotOptions options{.replace_nul = policy.nul == conf::NulOctet::Replace,
                           .add_end_of_header = policy.eoh_fix};
  switch (policy.bare_cr) {
    case conf::BareCr::Guard:
      options.bare_cr = wire::BareCr::Guard;
      break;
    case conf::BareCr::Pass:
      options.bare_cr = wire::BareCr::Pass;
      break;
    case conf::BareCr::Strip:
      options.bare_cr = wire::BareCr::Strip;
      break;
  }
  return options;
}

// ---- marks and the end

Task<Next> Pop3Transaction::dele(MessageNumber number) {
  Message* message = co_await find(number);
  if (message == nullptr) co_return Next::Go;
  std::string reply;
  if (!maildrop_.may_delete()) {
    reply = refuse_read_only();
  } else if (message->damaged || message->top_failed) {
    // A client that pipelines RETR, DELE, QUIT must not lose what it did not get.
    reply = refuse_damaged();
  } else {
    talk_.forgive();
    maildrop_.mark_deleted(*message);
    reply = pop3::message_deleted(number);
  }
  co_await talk_.say(reply);
  co_return Next::Go;
}

Task<Next> Pop3Transaction::rset() {
  co_await maildrop_.load();
  maildrop_.unmark_deletions();
  co_return co_await good(pop3::messages_follow(maildrop_.present(), maildrop_.octets()));
}

// The UPDATE state. What was asked for is carried out whether or not anybody hears the answer.
Task<Next> Pop3Transaction::quit() {
  session_.enter(metrics::SessionState::Closing);
  has_quit_ = true;
  const auto commit = co_await attempt(maildrop_.commit());
  std::string reply(pop3::kBye);
  if (!commit) {
    reply = refusal(Asked::ToCommit, commit.error());
  } else if (commit->read_only) {
    reply = refuse_read_only();
  } else if (commit->left > 0) {
    reply = refuse_not_removed(commit->left, commit->asked);
  }
  session_.end(metrics::EndReason::Quit, commit ? std::string_view() : commit.error().detail);
  co_await talk_.say(reply);
  if (commit) co_await maildrop_.audit();
  if (commit) maildrop_.leave();
  co_return Next::Stop;
}

}  // namespace postern::proxy
