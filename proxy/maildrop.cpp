// Opening, numbering, reading. The commit is in maildrop_commit.cpp.

#include "proxy/maildrop.hpp"

#include "proxy/uidl.hpp"
#include "upstream/imap_search.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace postern::proxy {

using metrics::kMetrics;
using net::fail;
using net::Kind;
using net::Origin;
using net::Task;
using upstream::BodyRequest;
using upstream::BodyStream;
using upstream::ImapLink;
using wire::imap::OpenFor;

namespace {

constexpr std::uint64_t kSmallMail = std::uint64_t{16} << 10U;  // TOP fetches it whole
constexpr std::uint64_t kLineGuess = 80;                        // octets of a line, for TOP
constexpr std::uint64_t kTopFirst = 8192;                       // octets of a first piece, and
constexpr std::uint64_t kTopPerLine = 100;                      // for each line that is wanted
constexpr std::uint64_t kTopMost = std::uint64_t{256} << 10U;

// What a new link would not mend.
bool is_final(Kind kind) {
  return kind == Kind::Limit || kind == Kind::Changed;
}

}  // namespace

// ---- opening

Task<std::unique_ptr<Maildrop>> Maildrop::open(Session& session, MaildropSource source) {
  std::unique_ptr<Maildrop> maildrop(new Maildrop(session, std::move(source)));
  State& state = session.services().shared.state;
  const auto hint = state.find(maildrop->key());

  // EXAMINE leaves \Recent and locks alone; SELECT is for those who are about to change something,
  // and for the first look, since some servers show a new UIDVALIDITY at each EXAMINE.
  OpenFor purpose = hint && !hint->committed ? OpenFor::Reading : OpenFor::Changing;
  if (maildrop->upstream().open == conf::OpenMode::Examine) purpose = OpenFor::Reading;
  if (maildrop->upstream().open == conf::OpenMode::Select) purpose = OpenFor::Changing;
  co_await maildrop->enter(purpose, true);

  const auto validity = maildrop->mailbox_.uid_validity;
  const bool believed = hint && hint->uid_validity == validity;
  if (purpose == OpenFor::Reading && !believed) {
    (void)co_await attempt(maildrop->entrance_.opening->list());  // it was asked for: clear the way
    co_await maildrop->reopen_for_changing();
  }
  if (maildrop->mailbox_.uids_not_sticky) {
    co_await fail(Kind::Denied, Origin::Upstream, "UIDs change with each session");
  }
  const wire::UidValidity now = *maildrop->mailbox_.uid_validity;
  if (hint && hint->uid_validity != now) {
    session.recorder().add(kMetrics.uidvalidity_changes(maildrop->source_.server->metric()));
    session.log().write(metrics::UidvalidityChanged{.before = wire::raw(hint->uid_validity),
                                                    .after = wire::raw(now)});
  }
  state.remember(maildrop->key(), {.uid_validity = now, .committed = false});
  if (!session.settings().auth.keep_secret) maildrop->source_.account.secret = {};
  co_return maildrop;
}

Task<> Maildrop::enter(OpenFor purpose, bool with_list) {
  const upstream::ClientFacts facts = session_.facts();
  const upstream::Visit visit{
      .mailbox = source_.mailbox, .purpose = purpose, .with_list = with_list};
  const upstream::Caller caller{.account = source_.account, .facts = facts, .log = session_.log()};
  entrance_ = co_await source_.server->enter(caller, visit);
  mailbox_ = entrance_.mailbox;
  opened_for_ = purpose;
  opened_at_ = session_.loop().exact_now();
}

Task<> Maildrop::reopen_for_changing() {
  const auto before = mailbox_.uid_validity;
  entrance_.opening = std::make_unique<upstream::MailboxOpening>(
      *entrance_.link, source_.mailbox, OpenFor::Changing);
  mailbox_ = co_await entrance_.opening->open();
  opened_for_ = OpenFor::Changing;
  if (loaded_ && mailbox_.uid_validity != before) {
    co_await fail(Kind::Changed, Origin::Upstream, "another UIDVALIDITY at SELECT");
  }
}

Task<> Maildrop::load() {
  if (loaded_) co_return;
  if (is_lost()) co_await reconnect();
  co_await number_messages();
}

Task<> Maildrop::number_messages() {
  ImapLink& link = *entrance_.link;
  std::vector<upstream::ListedMessage> list = co_await entrance_.opening->list();
  co_await confirm_numbering();
  wire::UidSet deleted_by_others;
  if (must_hide_deleted()) {
    deleted_by_others = co_await search_deleted(link, link.command_deadline());
  }
  messages_.clear();
  messages_.reserve(list.size());
  hidden_.clear();
  octets_ = 0;
  for (const upstream::ListedMessage& each : list) {
    if (deleted_by_others.contains(each.uid)) {
      hidden_.push_back(each.uid);
      continue;
    }
    messages_.push_back({.uid = each.uid, .size = each.size});
    if (each.size > std::numeric_limits<std::uint64_t>::max() - octets_) {
      co_await fail(Kind::Malformed, Origin::Upstream, "sizes beyond all bounds");
    }
    octets_ += each.size;
  }
  loaded_ = true;
  entrance_.opening = nullptr;
  settle();
  metrics::Recorder& recorder = session_.recorder();
  recorder.observe(kMetrics.maildrop_open_duration(metrics::IndexUse::Miss),
                   session_.loop().exact_now() - opened_at_);
  recorder.observe(kMetrics.maildrop_messages(), messages_.size());
}

// Without UIDPLUS our own deletions may have to stay flagged until nobody else's stand in the way;
// they must not come back meanwhile.
bool Maildrop::must_hide_deleted() const {
  const bool expunges = policy().delete_policy.kind == conf::DeletePolicy::Kind::Expunge;
  const bool uidplus = entrance_.link->capabilities().has(wire::imap::Capability::UidPlus);
  return policy().hide_deleted || (expunges && !uidplus);
}

// ---- the link

// No command of ours is under way when this is asked, but perhaps the one for the list.
bool Maildrop::is_lost() const {
  if (entrance_.link == nullptr) return true;
  return entrance_.opening != nullptr ? entrance_.link->has_failed() : !entrance_.link->usable();
}

// The link, fit for a command.
Task<ImapLink*> Maildrop::link() {
  if (is_lost()) co_await reconnect();
  co_await confirm_numbering();
  co_return entrance_.link.get();
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
  ++reconnects_;
  session_.recorder().add(
      kMetrics.upstream_retries(source_.server->metric(), metrics::RetryReason::StaleConnection));
  const auto before = mailbox_.uid_validity;
  entrance_ = {};
  const auto entered = co_await attempt(enter(opened_for_, !loaded_));
  if (!entered && entered.error().kind == Kind::Refused) {
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
  return proxy::uidl_of(policy().uidl, message.uid, *mailbox_.uid_validity);
}

void Maildrop::mark_deleted(Message& message) {
  if (message.deleted) return;
  message.deleted = true;
  ++deleted_;
  octets_ -= message.size;
}

void Maildrop::mark_retrieved(Message& message) {
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

// ---- reading

Task<Mail> Maildrop::fetch(Message& message) {
  message.damaged = true;
  auto mail = co_await attempt(read(message));
  if (!mail) {
    if (mail.error().kind == Kind::Gone) message.damaged = false;
    co_await fail(std::move(mail.error()));
  }
  co_return std::move(*mail);
}

// What the loss of the link spoiled is tried once more on a new one.
Task<Mail> Maildrop::read(Message& message) {
  if (message.vanished) co_await fail(Kind::Gone, Origin::Upstream, "message is gone");
  for (bool again = false;; again = true) {
    auto mail = co_await attempt(read_once(message));
    if (mail) co_return std::move(*mail);
    if (mail.error().kind == Kind::Gone) message.vanished = true;
    if (again || !is_lost() || is_final(mail.error().kind)) {
      co_await fail(std::move(mail.error()));
    }
  }
}

Task<Mail> Maildrop::read_once(Message& message) {
  ImapLink* upstream_link = co_await link();
  BodyStream body = co_await BodyStream::open(*upstream_link, {.uid = message.uid});
  Mail mail{.octets = body.octets()};
  if (body.octets() != message.size) {
    session_.recorder().add(kMetrics.size_mismatches(source_.server->metric()));
  }
  if (body.octets() > policy().retr_buffer.octets) {
    mail.stream.emplace(std::move(body));
    co_return mail;
  }
  mail.whole.reserve(body.octets());
  while (true) {
    const std::string_view some = co_await body.next();
    if (some.empty()) break;
    mail.whole += some;
  }
  co_await confirm_numbering();
  if (mail.whole.empty() && message.size > 0) {
    co_await fail(Kind::Unavailable, Origin::Upstream, "empty body of a message with a size");
  }
  // Courier invents a mail of its own for one that was expunged meanwhile.
  if (mail.whole.size() != message.size) co_await verify_still_there(message);
  co_return mail;
}

Task<> Maildrop::verify_still_there(Message& message) {
  ImapLink* upstream_link = co_await link();
  if (upstream::traits_of(upstream_link->family()).notices_expunges_at_noop) {
    co_await keep_alive();
    upstream_link = co_await link();
  }
  const std::vector<wire::Uid> one = {message.uid};
  const wire::UidSet found =
      co_await search_uids(*upstream_link, one, one, upstream_link->command_deadline());
  if (!found.contains(message.uid)) {
    co_await fail(Kind::Gone, Origin::Upstream, "message is gone, and another came for it");
  }
}

// TOP. One item for header and text, since they disagree on some servers for odd headers; but where
// the server is known to be exact, a header alone is just its octets.
Task<Mail> Maildrop::fetch_top(Message& message, std::uint32_t lines) {
  if (message.vanished) co_await fail(Kind::Gone, Origin::Upstream, "message is gone");
  ImapLink* upstream_link = co_await link();
  const bool exact = upstream::traits_of(upstream_link->family()).header_equals_head;
  BodyRequest request{.uid = message.uid};
  if (lines == 0 && exact) {
    request.what = BodyRequest::What::Header;
  } else if (message.size <= kSmallMail || lines * kLineGuess >= message.size) {
    co_return co_await read(message);
  } else {
    request.what = BodyRequest::What::Part;
    request.octets = std::min(kTopFirst + kTopPerLine * lines, kTopMost);
  }
  auto beginning = co_await attempt(read_whole(request));
  if (!beginning && is_lost() && !is_final(beginning.error().kind)) {
    (void)co_await link();
    beginning = co_await attempt(read_whole(request));
  }
  if (!beginning) {
    if (beginning.error().kind == Kind::Gone) message.vanished = true;
    co_await fail(std::move(beginning.error()));
  }
  if (beginning->empty() && message.size > 0) {
    co_await fail(Kind::Unavailable, Origin::Upstream, "empty body of a message with a size");
  }
  const bool is_part = request.what == BodyRequest::What::Part;
  Mail mail{.whole = std::move(*beginning), .octets = message.size};
  mail.has_more = is_part && mail.whole.size() == request.octets;
  // A piece that is short although the message is not: the server has no true parts.
  if (is_part && !mail.has_more && mail.whole.size() < message.size) {
    co_return co_await read(message);
  }
  co_return mail;
}

Task<std::string> Maildrop::fetch_more(const Message& message,
                                       std::uint64_t origin,
                                       std::uint64_t octets) {
  co_return co_await read_whole({.uid = message.uid,
                                 .what = BodyRequest::What::Part,
                                 .origin = origin,
                                 .octets = std::min(octets, kTopMost)});
}

Task<std::string> Maildrop::read_whole(BodyRequest request) {
  ImapLink* upstream_link = co_await link();
  BodyStream body = co_await BodyStream::open(*upstream_link, request);
  std::string whole;
  while (true) {
    const std::string_view some = co_await body.next();
    if (some.empty()) break;
    whole += some;
    // A header or a part: what is much larger than was asked for is neither.
    if (whole.size() > kTopMost * 4) {
      co_await fail(Kind::Limit, Origin::Upstream, "header too large");
    }
  }
  co_return whole;
}

MailboxKey Maildrop::key() const {
  return {.upstream = upstream().name, .user = source_.account.user, .mailbox = source_.mailbox};
}

}  // namespace postern::proxy
