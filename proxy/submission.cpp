// MAIL, RCPT, DATA, RSET, as they are told and relayed.

#include "proxy/submission.hpp"

#include "wire/ascii.hpp"
#include "wire/received.hpp"
#include "wire/xtext.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace postern::proxy {

using metrics::kMetrics;
using metrics::MessageResult;
using metrics::RecipientResult;
using net::fail;
using net::Kind;
using net::Origin;
using net::Task;
using upstream::SmtpPatience;
using wire::smtp::Extension;
using wire::smtp::Reply;
namespace smtp = wire::smtp;

namespace {

constexpr std::uint16_t kGoAhead = 354;
constexpr std::uint16_t kClosing = 421;

// Octets that a message may grow by on its way: our Received field.
constexpr std::uint64_t kGrowth = wire::kReceivedOctetsMax;

std::int64_t unix_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

// The submission server has the message.
bool is_taken(const TransferEnd& end) {
  const auto* reply = std::get_if<Reply>(&end);
  return reply != nullptr && reply->code / 100 == 2;
}

}  // namespace

void Submission::admit(Submitter submitter, std::unique_ptr<upstream::SmtpLink> link) {
  submitter_ = std::move(submitter);
  link_ = std::move(link);
}

std::uint64_t Submission::octets_max(const smtp::Offer& offer) const {
  const std::uint64_t ours = session_.settings().submission.max_size.octets;
  if (offer.size_max == 0) return ours;
  return std::min(ours, offer.size_max > kGrowth ? offer.size_max - kGrowth : 1);
}

// ---- MAIL

Task<Next> Submission::mail(const smtp::Mail& command) {
  if (state_ == State::Open) co_return co_await talk_.say_mistake(SmtpRefusal::NotNow);
  state_ = State::None;
  if (const auto refusal = objection(command)) co_return co_await talk_.refuse(*refusal);
  talk_.forgive();
  auto reply = co_await attempt(begin(command));
  if (!reply) co_return co_await tell_loss(reply.error());
  if (reply->is_positive()) {
    state_ = State::Open;
    utf8_ = command.parameters.utf8;
    recipients_ = 0;
    accepted_ = 0;
  }
  co_return co_await talk_.say(told(*reply));
}

// What we have against it ourselves.
std::optional<SmtpRefusal> Submission::objection(const smtp::Mail& command) const {
  if (!command.parameters.fits(greeted_.offer)) return SmtpRefusal::UnknownParameter;
  if (command.sender.needs_utf8() && !command.parameters.utf8) return SmtpRefusal::NeedUtf8;
  const std::uint64_t announced = command.parameters.size.value_or(0);
  if (announced > octets_max(greeted_.offer)) return SmtpRefusal::TooLarge;
  if (!is_own(command.sender)) return SmtpRefusal::NotYourSender;
  return std::nullopt;
}

// The empty path is nobody's: receipts are sent from it (RFC 8098, section 3).
bool Submission::is_own(const smtp::Path& sender) const {
  if (session_.settings().submission.sender == conf::SenderRule::Any || sender.is_null()) {
    return true;
  }
  const std::string mailbox = mailbox_of(sender);
  return wire::equal_caseless(mailbox, submitter_->user) ||
         wire::equal_caseless(mailbox, submitter_->account.user);
}

// At a connection that is there, or, if that has been lost meanwhile, at a new one.
Task<Reply> Submission::begin(const smtp::Mail& command) {
  if (link_ != nullptr && link_->usable()) {
    if (command.parameters.fits(link_->offer())) {
      auto reply = co_await attempt(ask(compose(command), SmtpPatience::kEnvelope));
      if (reply) co_return std::move(*reply);
      if (reply.error().origin != Origin::Upstream) co_await fail(std::move(reply.error()));
      session_.recorder().add(kMetrics.upstream_retries(submitter_->relay->metric(),
                                                        metrics::RetryReason::StaleConnection));
    }
  }
  if (link_ == nullptr || !link_->usable()) co_await connect();
  if (!command.parameters.fits(link_->offer())) {
    co_return Reply{.code = 555, .enhanced = {5, 5, 4}, .lines = {"parameter not supported"}};
  }
  co_return co_await ask(compose(command), SmtpPatience::kEnvelope);
}

Task<> Submission::connect() {
  link_.reset();
  if (!submitter_->may_reconnect) {
    co_await fail(Kind::Closed, Origin::Upstream, "lost, and the password was not kept");
  }
  const upstream::ClientFacts facts = session_.facts();
  link_ = co_await submitter_->relay->enter({.account = &submitter_->account,
                                             .facts = facts,
                                             .helo = greeted_.helo,
                                             .standing = submitter_->standing,
                                             .log = session_.log()});
}

std::string Submission::compose(const smtp::Mail& command) const {
  const smtp::Offer& offer = link_->offer();
  std::string line = "MAIL FROM:" + written(command.sender) + written(command.parameters);
  if (command.parameters.size && offer.has(Extension::Size)) {
    line += " SIZE=" + std::to_string(*command.parameters.size + kGrowth);
  }
  if (offer.has(Extension::Auth)) {
    const bool vouched = submitter_->standing == upstream::Standing::Trusted;
    if (vouched) {
      line += " AUTH=" + wire::encode_xtext(submitter_->account.user);
    } else if (command.parameters.auth) {
      line += " AUTH=<>";
    }
  }
  return line + "\r\n";
}

// ---- RCPT

Task<Next> Submission::rcpt(const smtp::Rcpt& command) {
  if (state_ == State::None) co_return co_await talk_.say_mistake(SmtpRefusal::NotNow);
  talk_.forgive();
  if (state_ == State::Lost) {
    co_return co_await talk_.say(smtp_failure({Kind::Closed, Origin::Upstream, {}}));
  }
  if (!command.parameters.fits(greeted_.offer) || !command.parameters.fits(link_->offer())) {
    co_return co_await talk_.refuse(SmtpRefusal::UnknownParameter);
  }
  if (command.recipient.needs_utf8() && !utf8_) {
    co_return co_await talk_.refuse(SmtpRefusal::NeedUtf8);
  }
  if (recipients_ >= session_.settings().submission.max_rcpt) {
    co_return co_await talk_.refuse(SmtpRefusal::TooManyRecipients);
  }
  ++recipients_;
  const std::string line =
      "RCPT TO:" + written(command.recipient) + written(command.parameters) + "\r\n";
  auto reply = co_await attempt(ask(line, SmtpPatience::kEnvelope));
  if (!reply) co_return co_await tell_loss(reply.error());
  if (reply->is_positive()) ++accepted_;
  count_recipient(*reply);
  co_return co_await talk_.say(told(*reply));
}

// ---- DATA

Task<Next> Submission::data() {
  if (state_ == State::None) co_return co_await talk_.say_mistake(SmtpRefusal::NotNow);
  talk_.forgive();
  if (state_ == State::Lost) {
    co_return co_await talk_.say(smtp_failure({Kind::Closed, Origin::Upstream, {}}));
  }
  if (accepted_ == 0) co_return co_await talk_.refuse(SmtpRefusal::NoRecipients);
  if (session_.client().waiting() > 0) co_return co_await refuse_early_data();
  auto reply = co_await attempt(ask("DATA\r\n", SmtpPatience::kData));
  if (!reply) co_return co_await tell_loss(reply.error());
  if (reply->code != kGoAhead) {
    if (reply->is_positive()) {
      link_->give_up(Kind::Malformed);
      co_return co_await tell_loss({Kind::Malformed, Origin::Upstream, "no go-ahead for data"});
    }
    co_return co_await talk_.say(told(*reply));
  }
  if (session_.client().waiting() > 0) co_return co_await refuse_early_data();
  co_return co_await transfer();
}

// Octets of a message that did not wait may be meant for commands, by somebody who hopes that we
// take them for such.
Task<Next> Submission::refuse_early_data() {
  link_->give_up(Kind::Cancelled);
  count_message(MessageResult::Aborted);
  co_return co_await talk_.part(SmtpRefusal::DataTooEarly, metrics::EndReason::ProtocolError);
}

Task<Next> Submission::transfer() {
  (void)co_await talk_.say("354 End data with <CR><LF>.<CR><LF>\r\n");
  const conf::Submission& settings = session_.settings().submission;
  std::unique_ptr<Spool> spool;
  if (submitter_->home.server != nullptr) {
    spool = session_.services().copies.spool(session_.settings());
  }
  MessageTransfer transfer(
      session_,
      link_,
      {.octets_max = octets_max(link_->offer()),
       .refuses_bare_newlines = settings.bare_newline == conf::BareNewline::Reject,
       .bare_end = session_.client_is_in(settings.lf_eod_networks),
       .received = received_field(),
       .copy = spool.get()});
  state_ = State::None;
  const auto end = co_await attempt(transfer.run());
  if (!end) {
    count_message(MessageResult::Aborted);
    co_await fail(end.error());
  }
  session_.recorder().observe(kMetrics.submission_message_size(), transfer.octets());
  const auto told = co_await attempt(tell_end(*end));
  // Behind the answer, which waits for nobody; but whether or not the client is there to hear it.
  if (spool && is_taken(*end)) make_copy(std::move(spool), transfer.message_id());
  if (!told) co_await fail(told.error());
  co_return *told;
}

void Submission::make_copy(std::unique_ptr<Spool> spool, const std::string& message_id) {
  const Home& home = submitter_->home;
  session_.services().copies.make({.snapshot = session_.shared_snapshot(),
                                   .server = home.server,
                                   .account = {.mechanism = home.account.mechanism,
                                               .user = home.account.user,
                                               .secret = home.account.secret.duplicate()},
                                   .facts = session_.facts(),
                                   .session = {.session = session_.name(),
                                               .protocol = session_.protocol(),
                                               .listener = session_.entry().settings->name,
                                               .client = session_.client_address().host()},
                                   .user = submitter_->user,
                                   .message_id = message_id,
                                   .unix_time = unix_now(),
                                   .octets = std::move(spool)});
}

Task<Next> Submission::tell_end(const TransferEnd& end) {
  if (const auto* refusal = std::get_if<SmtpRefusal>(&end)) {
    count_message(*refusal == SmtpRefusal::TooLarge ? MessageResult::TooLarge
                                                    : MessageResult::RejectedPermanent);
    co_return co_await talk_.refuse(*refusal);
  }
  if (const auto* lost = std::get_if<net::Error>(&end)) {
    count_message(MessageResult::RejectedTemporary);
    co_return co_await talk_.say(smtp_failure(*lost));
  }
  const Reply& reply = std::get<Reply>(end);
  if (reply.code == kClosing || reply.code / 100 == 3) {
    count_message(MessageResult::RejectedTemporary);
    co_return co_await talk_.say(smtp_failure({Kind::Closed, Origin::Upstream, {}}));
  }
  count_message(reply.is_positive()    ? MessageResult::Accepted
                : reply.is_temporary() ? MessageResult::RejectedTemporary
                                       : MessageResult::RejectedPermanent);
  if (reply.is_positive()) session_.note_sent();
  co_return co_await talk_.say(told(reply));
}

std::string Submission::received_field() const {
  const conf::Submission& settings = session_.settings().submission;
  if (settings.received == conf::ReceivedField::Never) return {};
  if (settings.received == conf::ReceivedField::Auto && link_->knows_client()) return {};
  const upstream::ClientFacts facts = session_.facts();
  const std::string address = settings.received_client_ip == conf::ClientIp::Show
                                  ? session_.client_address().host()
                                  : std::string();
  return written(wire::Received{
      .helo = smtp::is_domain(greeted_.helo) ? std::string_view(greeted_.helo) : "unknown",
      .address = address,
      .by = session_.snapshot().own_name,
      .extended = greeted_.extended,
      .utf8 = utf8_,
      .secure = facts.secure,
      .authenticated = true,
      .id = session_.name(),
      .unix_time = unix_now()});
}

// ---- RSET

Task<> Submission::forget() {
  const bool was_open = std::exchange(state_, State::None) == State::Open;
  if (!was_open || link_ == nullptr || !link_->usable()) co_return;
  const auto reply = co_await attempt(ask("RSET\r\n", SmtpPatience::kEnvelope));
  if (reply && reply->is_positive()) co_return;
  if (!reply && reply.error().origin != Origin::Upstream) co_await fail(reply.error());
  link_.reset();  // the next transaction gets a connection of its own
}

// ---- asking

// One command at a time: what the server answers belongs to it, whether or not it can do more.
Task<Reply> Submission::ask(std::string_view command, net::Duration patience) {
  const net::Deadline deadline = link_->within(patience);
  const auto sent = co_await attempt(link_->send(command, deadline));
  if (!sent) {
    link_->give_up(sent.error().kind);
    co_await fail(sent.error());
  }
  auto reply = co_await attempt(link_->reply(deadline));
  if (!reply) {
    link_->give_up(reply.error().kind);
    co_await fail(std::move(reply.error()));
  }
  if (reply->code == kClosing) {
    link_->give_up(Kind::Closed);
    co_await fail(Kind::Closed, Origin::Upstream, summary(*reply));
  }
  co_return std::move(*reply);
}

// The server is lost, and the transaction with it, if there is one.
Task<Next> Submission::tell_loss(const net::Error& error) {
  if (error.origin == Origin::Client || error.kind == Kind::Cancelled) co_await fail(error);
  if (state_ == State::Open) state_ = State::Lost;
  co_return co_await talk_.say(smtp_failure(error));
}

void Submission::count_recipient(const Reply& reply) {
  const auto result = reply.is_positive()    ? RecipientResult::Accepted
                      : reply.is_temporary() ? RecipientResult::RejectedTemporary
                                             : RecipientResult::RejectedPermanent;
  session_.recorder().add(kMetrics.submission_recipients(submitter_->relay->metric(), result));
}

void Submission::count_message(MessageResult result) {
  session_.recorder().add(kMetrics.submission_messages(submitter_->relay->metric(), result));
}

}  // namespace postern::proxy
