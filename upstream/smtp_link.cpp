// The conversation: lines to replies, replies to the commands they belong to.

#include "upstream/smtp_link.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace postern::upstream {

using metrics::UpstreamCommand;
using net::fail;
using net::Kind;
using net::Origin;
using net::Task;
using net::Wait;
using wire::smtp::Reply;

namespace {

constexpr std::uint16_t kClosing = 421;  // RFC 5321, section 4.2.3: may come at any time

UpstreamCommand kind_of(std::string_view command) {
  if (wire::starts_with_caseless(command, "MAIL")) return UpstreamCommand::Mail;
  if (wire::starts_with_caseless(command, "RCPT")) return UpstreamCommand::Rcpt;
  if (wire::starts_with_caseless(command, "DATA")) return UpstreamCommand::Data;
  if (wire::starts_with_caseless(command, "NOOP")) return UpstreamCommand::Noop;
  return UpstreamCommand::Other;
}

metrics::UpstreamResult result_of(const Reply& reply) {
  if (reply.code == kClosing) return metrics::UpstreamResult::Bye;
  if (reply.is_positive()) return metrics::UpstreamResult::Ok;
  // Not understood, or not now: 500 to 504.
  if (reply.code / 10 == 50) return metrics::UpstreamResult::Bad;
  return metrics::UpstreamResult::No;
}

// More is to be said before the command is done: a response to a challenge, or a message.
bool goes_on(const Reply& reply) {
  return reply.code / 100 == 3;
}

}  // namespace

SmtpLink::SmtpLink(net::Stream stream, const LinkContext& context)
    : passage_(std::move(stream), context), context_(context) {}

SmtpLink::~SmtpLink() {
  if (usable() && has_offer()) stream().put("QUIT\r\n");
}

// ---- speaking

net::Write SmtpLink::send(std::string_view commands, Wait wait) {
  std::string_view rest = commands;
  while (!rest.empty()) {
    const std::string_view command = rest.substr(0, rest.find('\r'));
    rest.remove_prefix(std::min(command.size() + 2, rest.size()));
    if (context_.log.traces()) {
      // By its verb: addresses of users have no place in a log that is to hold none.
      context_.log.trace(metrics::Direction::ToUpstream, command.substr(0, command.find(' ')));
    }
    expect(kind_of(command));
  }
  return stream().write(commands, wait);
}

net::Write SmtpLink::send_login(std::string_view command, Wait wait) {
  expect(UpstreamCommand::Login);
  return answer(command, wait);
}

net::Write SmtpLink::answer(std::string_view response, Wait wait) {
  if (context_.log.traces()) context_.log.trace(metrics::Direction::ToUpstream, "<login>");
  return stream().write(response, wait);
}

void SmtpLink::expect(UpstreamCommand kind) {
  if (due_.empty() && stream().waiting() > 0) early_ = true;
  due_.push_back({.kind = kind, .sent_at = loop().exact_now()});
}

net::Deadline SmtpLink::command_deadline() const {
  return within(context_.settings.command_timeout);
}

// ---- listening

Task<Reply> SmtpLink::reply(Wait wait) {
  auto reply = co_await attempt(read(wait));
  if (!reply) {
    failed(reply.error().kind);
    co_await fail(std::move(reply.error()));
  }
  // A server that is about to go may say so unasked, and only that.
  if (std::exchange(early_, false) && reply->code != kClosing) {
    failed(Kind::Malformed);
    co_await fail(Kind::Malformed, Origin::Upstream, "reply before its command");
  }
  note(*reply);
  co_return std::move(*reply);
}

Task<Reply> SmtpLink::greeting(Wait wait) {
  auto reply = co_await attempt(read(wait));
  if (!reply) {
    give_up(reply.error().kind);
    co_await fail(std::move(reply.error()));
  }
  note(*reply);
  co_return std::move(*reply);
}

Task<Reply> SmtpLink::read(Wait wait) {
  wire::smtp::ReplyReader reader;
  while (true) {
    const auto line =
        co_await attempt(stream().read_line({.octets_max = wire::smtp::kReplyLineOctetsMax}, wait));
    if (!line) co_await fail(beyond_bounds(line.error()));
    if (context_.log.traces()) context_.log.trace(metrics::Direction::FromUpstream, line->text);
    auto taken = reader.take(line->text);
    if (const auto* wrong = std::get_if<wire::Malformed>(&taken)) {
      const std::string said = wire::printable(line->text, 80);
      co_await fail(Kind::Malformed, Origin::Upstream, std::string(wrong->why) + ": " + said);
    }
    if (auto* whole = std::get_if<Reply>(&taken)) co_return std::move(*whole);
  }
}

void SmtpLink::note(const Reply& reply) {
  const bool closing = reply.code == kClosing;
  if (!due_.empty() && !goes_on(reply)) {
    const Due done = due_.front();
    due_.pop_front();
    const metrics::Upstream upstream = context_.metric;
    context_.recorder.add(
        metrics::kMetrics.upstream_commands(upstream, done.kind, result_of(reply)));
    context_.recorder.observe(metrics::kMetrics.upstream_command_duration(upstream, done.kind),
                              loop().exact_now() - done.sent_at);
  }
  if (!closing) return;
  ended_ = true;
  passage_.ends_by(metrics::DisconnectReason::Bye);
}

void SmtpLink::give_up(Kind why) {
  if (std::exchange(ended_, true)) return;
  passage_.ends_by(disconnect_reason(why));
}

void SmtpLink::failed(Kind kind) {
  give_up(kind);
  if (due_.empty()) return;
  context_.recorder.add(
      metrics::kMetrics.upstream_commands(context_.metric, due_.front().kind, unanswered(kind)));
}

}  // namespace postern::upstream
