// Opening a maildrop: login, the mailbox, and the numbers that its messages bear.

#include "proxy/maildrop.hpp"
#include "proxy/store_timing.hpp"
#include "upstream/imap_search.hpp"

#include <limits>
#include <utility>

namespace postern::proxy {

using metrics::Cache;
using metrics::CacheResult;
using metrics::IndexUse;
using metrics::kMetrics;
using net::fail;
using net::Kind;
using net::Origin;
using net::Task;
using upstream::ImapLink;
using upstream::Listing;
using wire::imap::OpenFor;

namespace {

IndexUse use_of(Listing::From from) {
  switch (from) {
    case Listing::From::Known:
      return IndexUse::Hit;
    case Listing::From::Searched:
      return IndexUse::Partial;
    case Listing::From::Loaded:
      break;
  }
  return IndexUse::Miss;
}

CacheResult result_of(Listing::From from, const IndexedMailbox* indexed) {
  if (from == Listing::From::Known) return CacheResult::Hit;
  if (from == Listing::From::Searched) return CacheResult::Partial;
  return indexed != nullptr && indexed->known.complete ? CacheResult::Stale : CacheResult::Miss;
}

// The list broke off, and nothing was wrong with what had come of it.
bool is_loss(Kind kind) {
  return kind == Kind::Closed || kind == Kind::Reset || kind == Kind::Timeout ||
         kind == Kind::Cancelled;
}

}  // namespace

Task<std::unique_ptr<Maildrop>> Maildrop::open(Session& session, MaildropSource source) {
  std::unique_ptr<Maildrop> maildrop(new Maildrop(session, std::move(source)));
  co_await maildrop->open_first();
  co_return maildrop;
}

Task<> Maildrop::open_first() {
  IndexStore& index = session_.services().shared.index;
  auto found = co_await index.find(session_.loop(), key());
  if (found) standing_.indexed = std::make_unique<IndexedMailbox>(std::move(*found));
  co_await find_interrupted();
  const IndexedMailbox* indexed = standing_.indexed.get();
  if (indexed != nullptr && !indexed->known.counting_trusted) note_distrusted();

  // EXAMINE leaves \Recent and locks alone; SELECT is for those who are about to change something,
  // and for the first look, since some servers show a new UIDVALIDITY at each EXAMINE.
  OpenFor purpose =
      indexed != nullptr && !indexed->committed ? OpenFor::Reading : OpenFor::Changing;
  if (upstream().open == conf::OpenMode::Examine) purpose = OpenFor::Reading;
  if (upstream().open == conf::OpenMode::Select) purpose = OpenFor::Changing;
  co_await enter(purpose, true);

  co_await find_uidls();
  if (mailbox_.uids_not_sticky) {
    // Nothing about it is good for another connection, let alone another session.
    mailbox_.uid_validity = mailbox_.uid_validity.value_or(wire::UidValidity{});
    source_.account.secret = {};
    co_return;
  }
  const wire::UidValidity now = *mailbox_.uid_validity;
  if (indexed == nullptr) {
    index.remember(key(), {.known = {.uid_validity = now}});
  } else if (indexed->known.uid_validity != now) {
    session_.recorder().add(kMetrics.uidvalidity_changes(source_.server->metric()));
    session_.log().write(metrics::UidvalidityChanged{
        .before = wire::raw(indexed->known.uid_validity), .after = wire::raw(now)});
  }
  if (!session_.settings().auth.keep_secret) source_.account.secret = {};
}

Task<> Maildrop::enter(OpenFor purpose, bool with_list) {
  const upstream::ClientFacts facts = session_.facts();
  const bool is_first = entrance_.link == nullptr && reconnects_ == 0;
  const upstream::Visit visit{
      .mailbox = source_.mailbox,
      .purpose = purpose,
      .with_list = with_list,
      .known = standing_.indexed != nullptr ? &standing_.indexed->known : nullptr,
      .counts = !session_.services().shared.distrust.covers(upstream().name),
      .confirms = is_first};
  const upstream::Caller caller{.account = source_.account, .facts = facts, .log = session_.log()};
  entrance_ = co_await source_.server->enter(caller, visit);
  mailbox_ = entrance_.mailbox;
  opened_at_ = session_.loop().exact_now();
}

Task<> Maildrop::reopen_for_changing() {
  const auto before = mailbox_.uid_validity;
  entrance_.opening = std::make_unique<upstream::MailboxOpening>(
      *entrance_.link,
      upstream::Visit{
          .mailbox = source_.mailbox, .purpose = OpenFor::Changing, .with_list = false});
  mailbox_ = co_await entrance_.opening->open();
  if (loaded_ && mailbox_.uid_validity != before) {
    co_await fail(Kind::Changed, Origin::Upstream, "another UIDVALIDITY at SELECT");
  }
}

Task<> Maildrop::load() {
  if (loaded_) co_return;
  if (is_lost()) co_await reconnect();
  // What failed behind the naming comes to it again, and must know what it kept.
  if (!names_.empty()) co_await find_uidls();
  co_await number_messages();
}

Task<> Maildrop::number_messages() {
  ImapLink& link = *entrance_.link;
  auto listing = co_await attempt(entrance_.opening->list());
  if (!listing) {
    if (is_loss(listing.error().kind)) keep_unfinished();
    co_await fail(std::move(listing.error()));
  }
  co_await confirm_numbering();
  const auto named = co_await attempt(name_messages(*listing));
  if (!named) {
    // The list was heard, and cannot be asked for again on this link.
    link.give_up(named.error().kind);
    co_await fail(named.error());
  }
  const IndexUse use = use_of(listing->from);
  const CacheResult result = result_of(listing->from, standing_.indexed.get());
  const bool broke_rules = listing->broke_rules;
  take_in(std::move(*listing));
  wire::UidSet flagged;
  if (must_hide_deleted()) {
    flagged = co_await search_deleted(link, link.command_deadline());
    look_at_flags(flagged);
  }
  const auto made = co_await attempt(make_messages(flagged));
  if (!made) {
    link.give_up(made.error().kind);
    co_await fail(made.error());
  }
  if (broke_rules) distrust();
  loaded_ = true;
  stored_ = nullptr;
  entrance_.opening = nullptr;
  settle();
  metrics::Recorder& recorder = session_.recorder();
  recorder.add(kMetrics.cache_requests(Cache::UidTable, result));
  recorder.observe(kMetrics.maildrop_open_duration(use), session_.loop().exact_now() - opened_at_);
  recorder.observe(kMetrics.maildrop_messages(), messages_.size());
}

// The list is proven: what differs from what the index has is told to it, whatever happens now.
void Maildrop::take_in(Listing listing) {
  const bool had_committed = standing_.indexed != nullptr && standing_.indexed->committed;
  if (listing.listed_all) listing.now.listed_at = seconds_since_1970();
  standing_.is_behind = listing.is_behind || mailbox_.uids_not_sticky;
  if (standing_.indexed == nullptr) standing_.indexed = std::make_unique<IndexedMailbox>();
  *standing_.indexed = {.known = std::move(listing.now)};
  if ((!listing.differs && !had_committed) || standing_.is_behind) return;
  session_.services().shared.index.remember(key(), *standing_.indexed);
  forget_before();
}

// What of the mailbox the operator lets this session see. Where that has an edge, it is kept before
// anything is shown.
Task<View> Maildrop::choose_view(std::span<const upstream::ListedMessage> messages) {
  View view(policy(), source_.recent, seconds_since_1970());
  if (!view.has_edge()) {
    view.choose(messages, wire::Uid{});
    co_return view;
  }
  UidlStore& store = session_.services().shared.uidls;
  const std::string_view name = source_.recent ? "recent" : "all";
  const auto kept = co_await timed(
      session_, metrics::StoreOperation::Load, store.edge(session_.loop(), key(), name));
  const wire::UidValidity validity = *mailbox_.uid_validity;
  const bool holds = kept && kept->validity == validity;
  view.choose(messages, holds ? kept->lowest : wire::Uid{});
  const ViewEdge now{.validity = validity, .lowest = view.edge()};
  if (now != kept) {
    co_await timed(session_,
                   metrics::StoreOperation::Save,
                   store.keep_edge(session_.loop(), key(), name, now));
  }
  co_return view;
}

Task<> Maildrop::make_messages(const wire::UidSet& flagged) {
  upstream::KnownMailbox& known = standing_.indexed->known;
  const View view = co_await choose_view(known.messages);
  messages_.clear();
  messages_.reserve(known.messages.size());
  hidden_.clear();
  octets_ = 0;
  for (const upstream::ListedMessage& each : known.messages) {
    if (!view.shows(each) || (!flagged.empty() && flagged.contains(each.uid))) {
      hidden_.push_back(each);
      continue;
    }
    messages_.push_back({.uid = each.uid,
                         .received = each.received,
                         .size = each.size & upstream::ListedMessage::kSizeMax,
                         .exact = each.exact});
    if (each.size > std::numeric_limits<std::uint64_t>::max() - octets_) {
      co_await fail(Kind::Malformed, Origin::Upstream, "sizes beyond all bounds");
    }
    octets_ += each.size;
  }
  if (policy().order == conf::MessageOrder::Import) order_as_imported();
  known.messages = {};
  standing_.mailbox = std::move(known);
  standing_.indexed = nullptr;
}

// Without UIDPLUS our own deletions may have to stay flagged until nobody else's stand in the way;
// they must not come back meanwhile.
bool Maildrop::hides_deleted(wire::imap::Capabilities can) const {
  using Kind = conf::DeletePolicy::Kind;
  const Kind kind = policy().delete_policy.kind;
  const bool copies =
      (kind == Kind::Trash || kind == Kind::Move) && !can.has(wire::imap::Capability::Move);
  const bool expunges = kind == Kind::Expunge || copies;
  return policy().hide_deleted || (expunges && !can.has(wire::imap::Capability::UidPlus));
}

// Those from before have to, whatever the server can do by now.
bool Maildrop::must_hide_deleted() const {
  return hides_deleted(entrance_.link->capabilities()) || has_tombstones();
}

bool Maildrop::has_tombstones() const {
  return std::ranges::any_of(standing_.indexed->known.messages,
                             [](const upstream::ListedMessage& each) { return each.tombstone; });
}

// A message of which somebody took the flag is his again, and no later flag on it is ours.
void Maildrop::look_at_flags(const wire::UidSet& flagged) {
  std::uint64_t ours = 0;
  if (has_tombstones()) {
    upstream::ListedMessages& known = standing_.indexed->known.messages;
    std::vector<upstream::ListedMessage> messages(known.begin(), known.end());
    for (upstream::ListedMessage& each : messages) {
      if (!each.tombstone) continue;
      each.tombstone = flagged.contains(each.uid);
      if (each.tombstone) ++ours;
      if (!each.tombstone) standing_.restored = true;
    }
    known = std::move(messages);
  }
  const bool by_uid = entrance_.link->capabilities().has(wire::imap::Capability::UidPlus);
  standing_.others_in_the_way = !by_uid && flagged.count() > ours;
}

}  // namespace postern::proxy
