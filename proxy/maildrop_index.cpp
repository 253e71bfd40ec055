// What a session leaves in the index: the messages that are left, their true sizes as far as they
// were found out, and that something was changed.
//
// The UIDNEXT and MODSEQ that go with them are those of the opening. Whatever happened in the
// mailbox since then is found out from there by the next session, what we did included.

#include "proxy/maildrop.hpp"
#include "upstream/imap_census.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace postern::proxy {

using conf::DeletePolicy;
using net::Task;
using upstream::KnownMailbox;
using upstream::ListedMessage;

Maildrop::~Maildrop() {
  const bool is_news = standing_.committed || standing_.audited || standing_.restored ||
                       !standing_.measured.empty() || !standing_.removed.empty();
  if (!loaded_ || !is_news || standing_.is_behind) return;
  const IndexedMailbox indexed{.known = gather_known(), .committed = standing_.committed};
  session_.services().shared.index.remember(key(), indexed);
}

// ---- a list that breaks off

namespace {

// Where a list stands that was begun under another UIDVALIDITY than that of the index. No mailbox
// has such a name.
std::string name_apart(std::string_view mailbox) {
  return std::string("\x01") + std::string(mailbox);
}

}  // namespace

// What came of a list before it broke off is not asked for again. If the index has the mailbox
// under another UIDVALIDITY, that stays until the list is complete: UIDLs are carried over from it.
void Maildrop::keep_unfinished() {
  auto unfinished = entrance_.opening->unfinished();
  if (!unfinished) return;
  IndexStore& index = session_.services().shared.index;
  std::unique_ptr<IndexedMailbox>& indexed = standing_.indexed;
  if (indexed != nullptr && indexed->known.complete) {
    indexed->interrupted = true;
    index.remember(key(), *indexed);
    standing_.before = std::move(indexed);
  }
  if (indexed == nullptr) indexed = std::make_unique<IndexedMailbox>();
  indexed->known = std::move(*unfinished);
  const std::string apart = name_apart(source_.mailbox);
  MailboxKey place = key();
  if (standing_.before != nullptr) place.mailbox = apart;
  index.remember(place, *indexed);
}

// Goes on from there.
Task<> Maildrop::find_interrupted() {
  if (standing_.indexed == nullptr || !standing_.indexed->interrupted) co_return;
  const std::string apart = name_apart(source_.mailbox);
  MailboxKey place = key();
  place.mailbox = apart;
  auto found = co_await session_.services().shared.index.find(session_.loop(), place);
  if (!found || found->known.uid_validity == standing_.indexed->known.uid_validity) co_return;
  found->committed = standing_.indexed->committed;
  standing_.before =
      std::exchange(standing_.indexed, std::make_unique<IndexedMailbox>(std::move(*found)));
}

// The list is complete, and nothing of the mailbox as it was before is wanted any more.
void Maildrop::forget_before() {
  if (standing_.before == nullptr) return;
  standing_.before = nullptr;
  const std::string apart = name_apart(source_.mailbox);
  MailboxKey place = key();
  place.mailbox = apart;
  session_.services().shared.index.remember(place, {});
}

// ---- what a session finds out

// What is listed does not change within a session; the next one lists what came.
void Maildrop::note_measured(const Message& message, std::uint64_t octets) {
  if (octets > ListedMessage::kSizeMax) return;
  std::vector<ListedMessage>& measured = standing_.measured;
  const auto at = std::ranges::lower_bound(measured, message.uid, {}, &ListedMessage::uid);
  const ListedMessage found{
      .uid = message.uid, .received = message.received, .size = octets, .exact = true};
  if (at != measured.end() && at->uid == message.uid) {
    *at = found;
  } else {
    measured.insert(at, found);
  }
}

// Only what a search no longer found in the mailbox leaves the index. Messages that were flagged
// are still there: their tombstones say that they may be removed as soon as nobody else's are
// flagged.
void Maildrop::note_removed(const upstream::Update& update, const upstream::Updated& updated) {
  const auto kind = update.policy.kind;
  const bool goes = kind == DeletePolicy::Kind::Expunge || kind == DeletePolicy::Kind::Trash ||
                    kind == DeletePolicy::Kind::Move;
  if (!goes) return;
  std::vector<wire::Uid> done;
  std::ranges::set_difference(update.remove, updated.left, std::back_inserter(done));
  if (updated.only_flagged) {
    standing_.flagged = std::move(done);
  } else {
    std::ranges::set_union(done, updated.cleared, std::back_inserter(standing_.removed));
    // What is left is flagged perhaps, which the next session sees; then it is ours to remove.
    const bool by_uid = entrance_.link->capabilities().has(wire::imap::Capability::UidPlus);
    if (!by_uid) standing_.flagged = updated.left;
  }
}

KnownMailbox Maildrop::gather_known() const {
  KnownMailbox known = standing_.mailbox;
  if (!known.complete) return known;
  const auto stays = [this](const ListedMessage& each) {
    return !std::ranges::binary_search(standing_.removed, each.uid);
  };
  std::vector<ListedMessage> shown;
  shown.reserve(messages_.size());
  for (const Message& message : messages_) {
    shown.push_back({.uid = message.uid,
                     .received = message.received,
                     .size = message.size,
                     .exact = message.exact});
  }
  if (!std::ranges::is_sorted(shown, {}, &ListedMessage::uid)) {
    std::ranges::sort(shown, {}, &ListedMessage::uid);
  }
  std::vector<ListedMessage> messages;
  messages.reserve(shown.size() + hidden_.size());
  std::ranges::merge(
      shown, hidden_, std::back_inserter(messages), {}, &ListedMessage::uid, &ListedMessage::uid);
  if (!standing_.removed.empty()) std::erase_if(messages, std::not_fn(stays));
  const auto find = [&messages](wire::Uid uid) {
    const auto at = std::ranges::lower_bound(messages, uid, {}, &ListedMessage::uid);
    return at != messages.end() && at->uid == uid ? &*at : nullptr;
  };
  for (const ListedMessage& each : standing_.measured) {
    if (ListedMessage* const message = find(each.uid)) *message = each;
  }
  for (const wire::Uid uid : standing_.flagged) {
    if (ListedMessage* const message = find(uid)) message->tombstone = true;
  }
  known.messages = std::move(messages);
  return known;
}

// ---- the audit

// Where nobody knows what kind of server it is, once a day at least. A quarter more or less, or all
// mailboxes that were listed in one night would have their turn in one night again.
bool Maildrop::is_audit_due() const {
  const KnownMailbox& known = standing_.mailbox;
  const bool can = loaded_ && !standing_.is_behind && known.complete && known.counting_trusted &&
                   entrance_.link != nullptr && entrance_.link->usable();
  if (!can || upstream().audit == conf::Duration::zero()) return false;
  const bool is_safe = upstream::traits_of(entrance_.link->family()).brings_nothing_back;
  const conf::Duration often = std::chrono::hours(24);
  const auto interval = std::chrono::duration_cast<std::chrono::seconds>(
      is_safe ? upstream().audit : std::min(upstream().audit, often));
  const std::uint64_t lot = (wire::raw(known.uid_validity) * std::uint64_t{2'654'435'761} +
                             static_cast<std::uint64_t>(known.listed_at)) %
                            1024;
  const std::int64_t pause =
      interval.count() * 3 / 4 + interval.count() / 2 * static_cast<std::int64_t>(lot) / 1024;
  return seconds_since_1970() - known.listed_at >= pause;
}

Task<> Maildrop::audit() {
  if (!is_audit_due()) co_return;
  co_await forget_ahead();
  if (is_lost()) co_return;
  KnownMailbox known = gather_known();
  upstream::MailboxNews news(mailbox_.opened_for);
  upstream::Census census(*entrance_.link, news, known, false);
  const auto found = co_await attempt(census.finds_strangers());
  if (!found) co_return;  // another session will ask again
  standing_.audited = true;
  standing_.mailbox.listed_at = seconds_since_1970();
  if (!*found) co_return;
  distrust();
  standing_.mailbox.complete = false;  // the next session lists all
}

void Maildrop::distrust() {
  standing_.mailbox.counting_trusted = false;
  session_.recorder().add(metrics::kMetrics.index_violations(source_.server->metric()));
  session_.log().write(metrics::IndexDistrusted{.messages = messages_.size()});
  note_distrusted();
}

void Maildrop::note_distrusted() {
  const bool is_last_straw = session_.services().shared.distrust.note(key());
  if (!is_last_straw) return;
  session_.log().write(metrics::UpstreamDistrusted{.mailboxes = Distrust::kMailboxes});
}

}  // namespace postern::proxy
