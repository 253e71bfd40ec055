// The pump, and the places where it stops.

#include "proxy/message_transfer.hpp"

#include "net/block.hpp"
#include "proxy/while_there.hpp"

#include <utility>

namespace postern::proxy {

using net::Kind;
using net::Origin;
using net::Task;
using upstream::SmtpPatience;
using wire::smtp::Reply;

namespace {

constexpr std::string_view kEndOfData = ".\r\n";  // behind a line end

}  // namespace

MessageTransfer::MessageTransfer(Session& session,
                                 std::unique_ptr<upstream::SmtpLink>& link,
                                 TransferRules rules)
    : session_(session), link_(link), rules_(std::move(rules)), relay_(rules_.bare_end) {}

Task<TransferEnd> MessageTransfer::run() {
  net::Stream& client = session_.client();
  link_->stream().set_read_ahead(true);  // to hear an answer that comes early
  client.set_read_size(net::BlockPool::kLarge);
  while (!relay_.ended()) {
    auto chunk = co_await attempt(client.readable(patience()));
    if (!chunk) {
      drop_link(chunk.error().kind);
      if (end_ && chunk.error().kind == Kind::Timeout) chunk.error().kind = Kind::Limit;
      co_await fail(std::move(chunk.error()));
    }
    const std::string_view octets = relay_.take(*chunk);
    if (end_) {
      wasted_ += relay_.consumed();
      if (wasted_ > kWasteOctetsMax) {
        co_await fail(Kind::Limit, Origin::Client, "goes on with a message that was lost");
      }
    } else {
      header_.take(octets);
      look_for_trouble();
    }
    if (end_) {
      (void)co_await client.read_some(relay_.consumed(), patience());
    } else {
      co_await pass(octets);
    }
  }
  client.set_read_size(net::BlockPool::kSmall);
  client.settle();
  if (end_) co_return std::move(*end_);
  co_return co_await finish();
}

net::Wait MessageTransfer::patience() const {
  if (end_) return net::Deadline{wasting_until_};
  return net::Idle{session_.settings().submission.idle_timeout};
}

// Sends octets on, together with the end if they are the last. What the server has said by then
// belongs to no end that it has seen: it can only be a refusal.
Task<> MessageTransfer::pass(std::string_view octets) {
  net::Stream& client = session_.client();
  if (link_->stream().waiting() > 0) {
    (void)co_await client.read_some(relay_.consumed(), patience());
    co_return co_await hear_early();
  }
  const bool block_is_full = rules_.copy != nullptr && rules_.copy->add(octets);
  // A stream takes all octets at once, and waits then: they are the client's no more.
  WhileThere<> sending(client, send(octets));
  (void)co_await client.read_some(relay_.consumed(), patience());
  auto sent = co_await attempt(sending.finish());
  if (!sent) {
    if (sent.error().origin != Origin::Upstream) {
      drop_link(sent.error().kind);
      co_await fail(std::move(sent.error()));
    }
    co_return give_up(std::move(sent.error()));
  }
  if (block_is_full) co_await rules_.copy->flush();
}

Task<> MessageTransfer::send(std::string_view octets) {
  const std::string_view first = std::exchange(begun_, true) ? std::string_view() : rules_.received;
  const std::string_view last = relay_.ended() ? kEndOfData : std::string_view();
  co_await link_->stream().write({first, octets, last}, net::Idle{SmtpPatience::kBlock});
}

Task<> MessageTransfer::hear_early() {
  auto reply = co_await attempt(link_->reply(link_->within(SmtpPatience::kFinalReply)));
  if (!reply) co_return give_up(std::move(reply.error()));
  if (reply->is_positive()) {
    co_return give_up(
        net::Error{Kind::Malformed, Origin::Upstream, "a message was taken before its end"});
  }
  give_up(std::move(*reply));
}

void MessageTransfer::give_up(TransferEnd end) {
  end_ = std::move(end);
  wasting_until_ = session_.loop().now() + kWasteTimeMax;
  drop_link(Kind::Cancelled);
}

// Its end without an end of data is what cancels the message there.
void MessageTransfer::drop_link(Kind why) {
  if (link_ == nullptr) return;
  link_->give_up(why);
  link_.reset();
}

// What makes the message one that must not be delivered; told at its end.
void MessageTransfer::look_for_trouble() {
  if (relay_.octets() > rules_.octets_max) return give_up(SmtpRefusal::TooLarge);
  if (relay_.saw_nul()) return give_up(SmtpRefusal::NulOctet);
  if (rules_.refuses_bare_newlines && relay_.saw_bare_newline()) {
    return give_up(SmtpRefusal::BareNewline);
  }
  if (header_.received_fields() > kReceivedMax) give_up(SmtpRefusal::Loop);
}

// The server has the end, and with it the message, whatever it says or does not say.
Task<TransferEnd> MessageTransfer::finish() {
  auto reply = co_await attempt(link_->reply(link_->within(SmtpPatience::kFinalReply)));
  if (reply) co_return std::move(*reply);
  drop_link(reply.error().kind);
  if (reply.error().origin != Origin::Upstream) co_await fail(std::move(reply.error()));
  co_return std::move(reply.error());
}

}  // namespace postern::proxy
