// The link of a maildrop, and its messages. Opening, reading and the commit have files of their
// own.

#include "proxy/maildrop.hpp"

#include "proxy/uidl.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace postern::proxy {

using metrics::kMetrics;
using net::fail;
using net::Kind;
using net::Origin;
using net::Task;
using upstream::BodyQueue;
using upstream::ImapLink;

namespace {

// What nobody is going to read may take so long to be read away; a new link is cheaper then.
constexpr net::Duration kClearingMax = std::chrono::seconds(10);

}  // namespace

// ---- the link

// No command of ours is under way when this is asked, but perhaps the one for the list. Half a mail
// that nobody read to its end may be: nothing that follows could be told from its text.
bool Maildrop::is_lost() const {
  if (entrance_.link == nullptr) return true;
  return loaded_ ? !entrance_.link->usable() : entrance_.link->has_failed();
}

// The link, fit for a command: nothing is on its way.
Task<ImapLink*> Maildrop::link() {
  if (!is_lost() && is_ahead()) {
    const net::Deadline deadline{session_.loop().now() + kClearingMax};
    (void)co_await attempt(entrance_.bodies->take_in(deadline));  // or the link is lost
  }
  if (is_lost()) co_await reconnect();
  co_await confirm_numbering();
  co_return entrance_.link.get();
}

// The link, fit to be asked for mail.
Task<BodyQueue*> Maildrop::bodies() {
  if (is_lost()) co_await reconnect();
  co_await confirm_numbering();
  if (entrance_.bodies == nullptr) entrance_.bodies = std::make_unique<BodyQueue>(*entrance_.link);
  co_return entrance_.bodies.get();
}

// Fails if the server has said since the mailbox was opened that its UIDs are others now.
Task<> Maildrop::confirm_numbering() {
  if (entrance_.link->told_validity() == wire::raw(*mailbox_.uid_validity)) co_return;
  co_await fail(Kind::Changed, Origin::Upstream, "another UIDVALIDITY in mid-session");
}

// A lost link is made again, a few times in a session, as long as the mailbox is still the same
// one.
Task<> Maildrop::reconnect() {
  if (entrance_.link != nullptr) co_await confirm_numbering();
  if (source_.account.secret.empty() || reconnects_ >= upstream().reconnects) {
    co_await fail(Kind::Unavailable, Origin::Upstream, "the link is lost and not made again");
  }
  if (const bool was_linked = opened_at_ != net::Time{}; was_linked) {
    ++reconnects_;
    session_.recorder().add(
        kMetrics.upstream_retries(source_.server->metric(), metrics::RetryReason::StaleConnection));
  }
  const auto before = mailbox_.uid_validity;
  entrance_ = {};
  const auto entered = co_await attempt(enter(mailbox_.opened_for, !loaded_));
  if (!entered && entered.error().kind == Kind::Refused) {
    session_.services().shared.polls.forget(key());
    co_await fail(Kind::Changed, Origin::Upstream, "login refused at reconnecting");
  }
  if (!entered) co_await fail(entered.error());
  if (mailbox_.uid_validity != before) {
    entrance_ = {};
    reconnects_ = upstream().reconnects;
    co_await fail(Kind::Changed, Origin::Upstream, "another UIDVALIDITY after reconnecting");
  }
}

void Maildrop::settle() {
  if (entrance_.link != nullptr) entrance_.link->settle();
}

bool Maildrop::is_ahead() const {
  return entrance_.bodies != nullptr && !entrance_.bodies->empty();
}

Task<> Maildrop::forget_ahead() {
  if (!is_ahead()) co_return;
  if (entrance_.bodies->drop_all()) prefetch_->note_mistake();
  if (is_lost()) co_return;
  const net::Deadline deadline{session_.loop().now() + kClearingMax};
  (void)co_await attempt(entrance_.bodies->take_in(deadline));  // or the link is lost
  settle();
}

void Maildrop::leave() {
  if (entrance_.bodies != nullptr) (void)entrance_.bodies->drop_all();
  source_.server->leave(std::move(entrance_));
}

Task<> Maildrop::keep_alive() {
  if (is_lost() || !entrance_.link->usable()) co_return;
  ImapLink& idle = *entrance_.link;
  const std::string tag = idle.begin(metrics::UpstreamCommand::Noop);
  const std::string command = wire::imap::plain(tag, wire::imap::Plain::Noop);
  const auto sent = co_await attempt(idle.send(command, idle.command_deadline()));
  if (sent) (void)co_await attempt(idle.conclude(tag, nullptr, idle.command_deadline()));
  settle();
}

// ---- messages

Message* Maildrop::find(wire::MessageNumber number) {
  const std::uint32_t n = wire::raw(number);
  return n == 0 || n > messages_.size() ? nullptr : &messages_[n - 1];
}

std::string Maildrop::uidl_of(const Message& message) const {
  const auto name = std::ranges::lower_bound(names_, message.uid, {}, &StoredUidl::uid);
  if (name != names_.end() && name->uid == message.uid) return name->text;
  return proxy::uidl_of(policy().uidl, message.uid, *mailbox_.uid_validity);
}

void Maildrop::mark_deleted(Message& message) {
  if (message.deleted) return;
  message.deleted = true;
  ++deleted_;
  octets_ -= message.size;
}

void Maildrop::mark_retrieved(Message& message, std::uint64_t octets) {
  const bool as_listed = octets == message.size;
  if (as_listed) message.exact = true;
  if (!as_listed) note_measured(message, octets);
  message.damaged = false;
  message.top_failed = false;
  message.retrieved = true;
}

void Maildrop::unmark_deletions() {
  for (Message& message : messages_) {
    if (!message.deleted) continue;
    message.deleted = false;
    octets_ += message.size;
  }
  deleted_ = 0;
}

MailboxKey Maildrop::key() const {
  return {.upstream = upstream().name, .user = source_.account.user, .mailbox = source_.mailbox};
}

}  // namespace postern::proxy
