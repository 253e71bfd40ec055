// Lines and replies.

#include "proxy/smtp_talk.hpp"

#include "wire/first_line.hpp"

#include <utility>
#include <variant>

namespace postern::proxy {

using metrics::CommandResult;
using net::Task;
using wire::smtp::Command;

namespace {

constexpr wire::smtp::LineLimits kLimits;
constexpr net::LineBound kBound{.octets_max = kLimits.auth_octets_max,
                                .skip_max = SmtpTalk::kSkipMax};

// What is shown of a line in a trace: what was not understood may hold a password.
std::string_view harmless_part(std::string_view line, const Command& command) {
  if (std::holds_alternative<wire::smtp::Auth>(command)) return "AUTH <secret>";
  const bool understood = !std::holds_alternative<wire::smtp::Unknown>(command) &&
                          !std::holds_alternative<wire::smtp::Fault>(command);
  return understood ? line : "<not understood>";
}

CommandResult result_of(std::string_view reply) {
  return reply.starts_with('2') || reply.starts_with('3') ? CommandResult::Ok
                                                          : CommandResult::Error;
}

}  // namespace

SmtpTalk::SmtpTalk(Session& session)
    : session_(session), mistakes_(session.settings().submission.bad_commands) {}

Task<Command> SmtpTalk::next_command(net::Wait wait) {
  const net::Line line = co_await session_.client().read_line(kBound, wait);
  session_.note_command();
  result_ = CommandResult::Ok;
  if (std::exchange(first_line_, false) && wire::is_http_or_tls(line.text)) {
    co_await net::fail(net::Kind::Malformed, net::Origin::Client, "another protocol");
  }
  if (line.too_long) co_return wire::smtp::Fault::LineTooLong;
  Command command =
      wire::smtp::parse_command(line.text, session_.settings().submission.lenient, kLimits);
  if (session_.log().traces()) {
    session_.log().trace(metrics::Direction::C, harmless_part(line.text, command));
  }
  co_return command;
}

Task<std::optional<std::string_view>> SmtpTalk::next_answer() {
  const net::Line line = co_await session_.client().read_line(kBound, session_.patience());
  if (session_.log().traces()) session_.log().trace(metrics::Direction::C, "<secret>");
  if (line.too_long) co_return std::nullopt;
  co_return line.text;
}

Task<Next> SmtpTalk::say(std::string reply) {
  if (session_.log().traces()) {
    session_.log().trace(metrics::Direction::S,
                         std::string_view(reply).substr(0, reply.find('\r')));
  }
  result_ = result_of(reply);
  co_await session_.client().write(reply, session_.stalled());
  co_return Next::Go;
}

Task<Next> SmtpTalk::say_mistake(SmtpRefusal why) {
  (void)co_await refuse(why);
  result_ = CommandResult::Bad;
  if (mistakes_.may_go_on()) co_return Next::Go;
  co_return co_await part(SmtpRefusal::TooManyErrors, metrics::EndReason::TooManyErrors);
}

Task<Next> SmtpTalk::part(SmtpRefusal why, metrics::EndReason reason) {
  session_.end(reason);
  (void)co_await refuse(why);
  co_return Next::Stop;
}

metrics::Command counted(const Command& command) {
  namespace smtp = wire::smtp;
  return std::visit(Overloaded{[](const smtp::Helo&) { return metrics::Command::Ehlo; },
                               [](const smtp::Ehlo&) { return metrics::Command::Ehlo; },
                               [](const smtp::StartTls&) { return metrics::Command::Starttls; },
                               [](const smtp::Auth&) { return metrics::Command::Auth; },
                               [](const smtp::Mail&) { return metrics::Command::Mail; },
                               [](const smtp::Rcpt&) { return metrics::Command::Rcpt; },
                               [](const smtp::Data&) { return metrics::Command::Data; },
                               [](const smtp::Rset&) { return metrics::Command::Rset; },
                               [](const smtp::Noop&) { return metrics::Command::Noop; },
                               [](const smtp::Quit&) { return metrics::Command::Quit; },
                               [](const auto&) { return metrics::Command::Other; }},
                    command);
}

}  // namespace postern::proxy
