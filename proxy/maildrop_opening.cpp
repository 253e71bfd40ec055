// Opening a maildrop: login, the mailbox, and the numbers that its messages bear.

#include "proxy/maildrop.hpp"
#include "upstream/imap_search.hpp"

#include <limits>
#include <utility>

namespace postern::proxy {

using metrics::kMetrics;
using net::fail;
using net::Kind;
using net::Origin;
using net::Task;
using upstream::ImapLink;
using wire::imap::OpenFor;

Task<std::unique_ptr<Maildrop>> Maildrop::open(Session& session, MaildropSource source) {
  std::unique_ptr<Maildrop> maildrop(new Maildrop(session, std::move(source)));
  IndexStore& index = session.services().shared.index;
  const auto indexed = co_await index.find(session.loop(), maildrop->key());

  // EXAMINE leaves \Recent and locks alone; SELECT is for those who are about to change something,
  // and for the first look, since some servers show a new UIDVALIDITY at each EXAMINE.
  OpenFor purpose = indexed && !indexed->committed ? OpenFor::Reading : OpenFor::Changing;
  if (maildrop->upstream().open == conf::OpenMode::Examine) purpose = OpenFor::Reading;
  if (maildrop->upstream().open == conf::OpenMode::Select) purpose = OpenFor::Changing;
  co_await maildrop->enter(purpose, true);

  const auto validity = maildrop->mailbox_.uid_validity;
  const bool believed = indexed && indexed->known.uid_validity == validity;
  if (purpose == OpenFor::Reading && !believed) {
    (void)co_await attempt(maildrop->entrance_.opening->list());  // it was asked for: clear the way
    co_await maildrop->reopen_for_changing();
  }
  if (maildrop->mailbox_.uids_not_sticky) {
    co_await fail(Kind::Denied, Origin::Upstream, "UIDs change with each session");
  }
  const wire::UidValidity now = *maildrop->mailbox_.uid_validity;
  if (indexed && indexed->known.uid_validity != now) {
    session.recorder().add(kMetrics.uidvalidity_changes(maildrop->source_.server->metric()));
    session.log().write(metrics::UidvalidityChanged{
        .before = wire::raw(indexed->known.uid_validity), .after = wire::raw(now)});
  }
  index.remember(maildrop->key(), {.known = {.uid_validity = now}});
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

}  // namespace postern::proxy
