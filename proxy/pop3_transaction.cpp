// After login: the command table, and what becomes of errors. The commands themselves are in
// pop3_commands.cpp.

#include "proxy/pop3_transaction.hpp"

#include "proxy/trouble.hpp"

#include <algorithm>
#include <chrono>
#include <type_traits>
#include <utility>
#include <variant>

namespace postern::proxy {

using metrics::CommandResult;
using metrics::EndReason;
using metrics::kMetrics;
using metrics::SessionState;
using net::fail;
using net::Kind;
using net::Origin;
using net::Task;
using wire::pop3::Command;
namespace pop3 = wire::pop3;

namespace {

// How long mail that was asked for ahead waits for its client before its memory goes to others.
constexpr net::Duration kAheadMax = std::chrono::seconds(10);

// What the log says the session is doing: our words and numbers, nothing of the client's.
std::string doing(const Command& command) {
  std::string text(metrics::text_of(counted(command)));
  std::visit(
      [&text](const auto& each) {
        using T = std::decay_t<decltype(each)>;
        if constexpr (std::is_same_v<T, pop3::Retr> || std::is_same_v<T, pop3::Top> ||
                      std::is_same_v<T, pop3::Dele>) {
          text += ' ';
          text += std::to_string(wire::raw(each.number));
        }
      },
      command);
  return text;
}

// What a failure of the command is about.
Asked asked_by(const Command& command) {
  if (std::holds_alternative<pop3::Retr>(command) || std::holds_alternative<pop3::Top>(command)) {
    return Asked::ForMail;
  }
  return std::holds_alternative<pop3::Quit>(command) ? Asked::ToCommit : Asked::ForList;
}

}  // namespace

Pop3Transaction::Pop3Transaction(Session& session, OpenMaildrop&& opened)
    : session_(session),
      talk_(session, opened.maildrop->policy(), opened.maildrop->policy().bad_commands),
      maildrop_(*opened.maildrop),
      opened_(std::move(opened)) {
  session_.client().end_of_secrets();
  session_.client().set_unsent(talk_.policy().out_high.octets, talk_.policy().out_low.octets);
}

// Most sessions spend their lives in here, so the frames are small: no Result, no Command.
Task<> Pop3Transaction::run() {
  net::ErrorPtr gone;
  while (next_ == Next::Go && gone == nullptr) {
    // A command that never ends is idleness too, however often an octet of it comes.
    const net::Time until = session_.loop().now() + talk_.policy().idle_timeout;
    gone = co_await error_of(wait_for_client(until));
    if (gone == nullptr) gone = co_await error_of(serve_command(until));
  }
  // Without QUIT nothing is removed.
  if (!has_quit_ && talk_.policy().seen == conf::Seen::Always) co_await maildrop_.commit_seen();
  if (gone != nullptr) co_await fail(std::move(gone));
}

// Between two commands the link upstream has to be kept alive as well.
Task<> Pop3Transaction::wait_for_client(net::Time until) {
  net::Loop& loop = session_.loop();
  while (true) {
    net::Time wake = std::min<net::Time>(until, loop.now() + maildrop_.upstream().keepalive);
    if (maildrop_.is_ahead()) wake = std::min<net::Time>(wake, loop.now() + kAheadMax);
    const net::Wait patience = net::Wait(net::Deadline{wake}).drainable();
    net::ErrorPtr ended = co_await error_of(session_.client().readable(patience));
    if (ended == nullptr) co_return;
    if (ended->kind != Kind::Timeout || loop.now() >= until) co_await fail(std::move(ended));
    if (maildrop_.is_ahead()) {
      co_await maildrop_.forget_ahead();
    } else {
      co_await maildrop_.keep_alive();
    }
  }
}

Task<> Pop3Transaction::serve_command(net::Time until) {
  const Command command = co_await talk_.next_command(net::Wait(net::Deadline{until}).drainable());
  next_ = co_await obey(command);
}

Task<Next> Pop3Transaction::obey(const Command& command) {
  const net::Time since = session_.loop().exact_now();
  session_.enter(SessionState::Busy);
  session_.log().doing(doing(command));
  reply_begun_ = false;
  was_mistake_ = false;
  CommandResult result = CommandResult::Ok;

  auto done = co_await attempt(perform(command));
  Next next = Next::Go;
  if (done) {
    next = *done;
    if (was_mistake_) result = CommandResult::Bad;
  } else {
    result = CommandResult::Error;
    next = co_await tell(command, std::move(done.error()));
  }
  maildrop_.settle();
  const metrics::Command name = counted(command);
  session_.recorder().add(kMetrics.commands(session_.protocol(), name, result));
  session_.recorder().observe(kMetrics.command_duration(session_.protocol(), name),
                              session_.loop().exact_now() - since);
  session_.enter(next == Next::Go ? SessionState::Ready : SessionState::Closing);
  co_return next;
}

// The command table of this state.
Task<Next> Pop3Transaction::perform(const Command& command) {
  const auto mistake = [this](std::string_view text) {
    was_mistake_ = true;
    return talk_.say_mistake(text);
  };
  return std::visit(Overloaded{
                        [this](const pop3::Stat&) { return stat(); },
                        [this](const pop3::List& c) { return list(c.number); },
                        [this](const pop3::Uidl& c) { return uidl(c.number); },
                        [this](const pop3::Retr& c) { return retr(c.number); },
                        [this](const pop3::Top& c) { return top(c.number, c.lines); },
                        [this](const pop3::Dele& c) { return dele(c.number); },
                        [this](const pop3::Rset&) { return rset(); },
                        [this](const pop3::Noop&) { return good(std::string(pop3::kOk)); },
                        [this](const pop3::Quit&) { return quit(); },
                        [this](const pop3::Capa&) { return good(talk_.capabilities(false)); },
                        [this](const pop3::Lang& c) { return good(Pop3Talk::languages(c.tag)); },
                        // RFC 6856 has it before login; Outlook says it later.
                        [this](const pop3::Utf8&) { return good(std::string(pop3::kUtf8Enabled)); },
                        [&](const wire::Malformed& c) { return mistake(c.why); },
                        [&](const pop3::Unknown&) { return mistake("unknown command"); },
                        [&](const pop3::Xclient&) { return mistake("unknown command"); },
                        [&](const auto&) { return mistake("already logged in"); },
                    },
                    command);
}

// Something failed in the middle of a command.
Task<Next> Pop3Transaction::tell(const Command& command, net::Error error) {
  const bool client_is_gone = error.origin == Origin::Client;
  if (client_is_gone || error.kind == Kind::Cancelled || error.kind == Kind::Internal) {
    if (reply_begun_) session_.break_off();
    co_await fail(std::move(error));
  }
  if (reply_begun_) {
    // No text can say what happened now, and no end may be put to half a mail.
    session_.end(EndReason::UpstreamLost, error.detail);
    session_.break_off();
    co_return Next::Stop;
  }
  const std::string reply = refusal(asked_by(command), error);
  co_await talk_.say(reply);
  session_.log().write(metrics::UpstreamFailed{.upstream = maildrop_.upstream().name,
                                               .stage = metrics::text_of(counted(command)),
                                               .kind = net::name_of(error.kind),
                                               .detail = error.detail});
  if (error.kind != Kind::Changed) co_return Next::Go;
  session_.end(EndReason::UpstreamLost, error.detail);
  co_return Next::Stop;
}

Task<Next> Pop3Transaction::good(std::string reply) {
  talk_.forgive();
  co_await talk_.say(reply);
  co_return Next::Go;
}

}  // namespace postern::proxy
