// The mailbox and its list.

#include "upstream/imap_mailbox.hpp"

#include "upstream/imap_census.hpp"
#include "upstream/known_uids.hpp"
#include "upstream/refusal.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace postern::upstream {

using metrics::UpstreamCommand;
using net::fail;
using net::Kind;
using net::Origin;
using net::Task;
using wire::imap::Capability;
using wire::imap::OpenFor;

// ---- opening

std::string MailboxOpening::compose(wire::imap::Capabilities known) {
  return compose_opening(known, visit_.with_list);
}

// Without anything known the list is asked for only if it may go along unseen.
std::string MailboxOpening::compose_opening(wire::imap::Capabilities known, bool with_all) {
  const bool can_resync = may_resync_ && visit_.with_list && known.has(Capability::QResync) &&
                          !traits_of(link_.family()).resyncs_in_its_own_way;
  std::string commands;
  if (can_resync) {
    enable_tag_ = link_.begin(UpstreamCommand::Other);
    commands = wire::imap::enable(enable_tag_, {Capability::QResync});
  }
  std::optional<KnownUids> uids;
  if (can_resync && can_count() && visit_.known->modseq != 0) uids.emplace(*visit_.known);
  resynced_ = uids.has_value();

  open_tag_ = link_.begin(UpstreamCommand::Select);
  const auto parts = wire::imap::open(open_tag_,
                                      news_.mailbox().opened_for,
                                      visit_.mailbox,
                                      uids ? std::optional(uids->state()) : std::nullopt,
                                      wire::imap::Literals::Synchronizing);
  assert(parts && parts->size() == 1);  // modified UTF-7 is always printable
  commands += parts->front().reveal();

  lists_all_ = !has_earlier();
  if (!visit_.with_list || (lists_all_ ? !with_all : !can_count())) return commands;
  list_tag_ = link_.begin(UpstreamCommand::FetchTable);
  const std::string set = lists_all_ ? "1:*" : Census::newcomers(*visit_.known, link_.family());
  return commands + wire::imap::uid_fetch(list_tag_, set, wire::imap::kTableItems);
}

Task<OpenedMailbox> MailboxOpening::open() {
  co_await enter();
  if (visit_.confirms && mailbox_.opened_for == OpenFor::Reading &&
      (visit_.known == nullptr || visit_.known->uid_validity != mailbox_.uid_validity)) {
    co_await clear_the_way();
    open_tag_.clear();
    news_.begin(OpenFor::Changing);
    visit_.with_list = false;  // what to list depends on the answer
    may_resync_ = false;
    co_await enter();
    visit_.with_list = true;
  }
  co_return mailbox_;
}

// Opens it, and takes down what it is like.
Task<> MailboxOpening::enter() {
  const net::Deadline deadline = link_.command_deadline();
  if (open_tag_.empty()) co_await say_open(deadline);
  ImapAnswer answer = co_await conclude_open(deadline);
  if (!answer.ok() && resynced_) {
    // Who promised QRESYNC and does not understand it is asked as others are.
    co_await clear_the_way();
    may_resync_ = false;
    news_.begin(news_.mailbox().opened_for);
    co_await say_open(deadline);
    answer = co_await conclude_open(deadline);
  }
  if (!answer.ok()) co_await fail(open_refusal(answer, link_.settings()));
  mailbox_ = news_.mailbox();
  mailbox_.exists = news_.exists();
  mailbox_.read_only = mailbox_.opened_for == OpenFor::Changing && answer.has_code("READ-ONLY");
  if (!news_.told_exists()) co_await fail(Kind::Malformed, Origin::Upstream, "no EXISTS");
  if (mailbox_.exists > kMessagesMax) {
    co_await fail(Kind::Limit, Origin::Upstream, "too many messages in the mailbox");
  }
  if (!mailbox_.uid_validity && !mailbox_.uids_not_sticky) {
    co_await fail(Kind::Malformed, Origin::Upstream, "no UIDVALIDITY");
  }
  if (mailbox_.uid_validity) link_.hold_numbering(*mailbox_.uid_validity);
}

Task<> MailboxOpening::say_open(net::Deadline deadline) {
  const std::string command = compose_opening(link_.capabilities(), false);
  link_.let_numbering_change();
  co_await link_.send(command, deadline);
}

Task<ImapAnswer> MailboxOpening::conclude_open(net::Deadline deadline) {
  if (!enable_tag_.empty()) {
    const std::string tag = std::exchange(enable_tag_, {});
    (void)co_await link_.conclude(tag, &news_, deadline);  // the answer to the next one tells
  }
  co_return co_await link_.conclude(open_tag_, &news_, deadline);
}

// What was asked for and is not wanted any more is heard out.
Task<> MailboxOpening::clear_the_way() {
  if (list_tag_.empty()) co_return;
  const std::string tag = std::exchange(list_tag_, {});
  (void)co_await link_.conclude(tag, &news_, net::Idle{link_.settings().load_idle});
}

// ---- what an earlier visit is good for

// Anything at all.
bool MailboxOpening::has_earlier() const {
  return visit_.known != nullptr && (visit_.known->complete || !visit_.known->messages.empty());
}

// Counting proves something only where all was known, and nobody ever came back.
bool MailboxOpening::can_count() const {
  return visit_.counts && has_earlier() && visit_.known->complete && visit_.known->counting_trusted;
}

// The server has forgotten UIDs that it gave, or has not heard of them yet.
bool MailboxOpening::is_behind() const {
  return visit_.known != nullptr && visit_.known->uid_validity == mailbox_.uid_validity &&
         mailbox_.uid_next && wire::raw(*mailbox_.uid_next) < visit_.known->uid_next;
}

bool MailboxOpening::is_known() const {
  return has_earlier() && visit_.known->uid_validity == mailbox_.uid_validity && !is_behind();
}

// ---- listing

Task<> MailboxOpening::ask_list() {
  if (!list_tag_.empty()) co_return;
  lists_all_ = !is_known();
  if (lists_all_) co_return co_await ask_all();
  if (can_count())
    list_tag_ = co_await ask_lines(link_, news_, Census::newcomers(*visit_.known, link_.family()));
}

Task<Listing> MailboxOpening::list() {
  Listing listing;
  if (is_known()) {
    const bool found = co_await list_by_census(listing);
    if (found) co_return listing;
  } else if (!lists_all_) {
    co_await clear_the_way();
  }
  listing.is_behind = is_behind();
  listing.listed_all = true;
  std::vector<ListedMessage> messages = co_await list_all();
  if (!listing.broke_rules) keep_marks(messages);
  listing.now = remember(std::move(messages));
  if (listing.broke_rules) listing.now.counting_trusted = false;
  co_return listing;
}

// False: it proved nothing.
Task<bool> MailboxOpening::list_by_census(Listing& listing) {
  KnownMailbox known = *visit_.known;
  const bool counts = can_count();
  // A MODSEQ that is lower than the one we know says that the server has lost some.
  const bool resynced = resynced_ && mailbox_.modseq >= known.modseq;
  Census census(link_, news_, known, resynced);
  const Census::Verdict verdict =
      counts ? co_await census.count(std::exchange(list_tag_, {})) : co_await census.search_all();
  listing.broke_rules = verdict == Census::Verdict::BrokeRules;
  if (listing.broke_rules || verdict == Census::Verdict::Unproven) co_return false;
  const bool searched = verdict == Census::Verdict::Searched;
  listing.from = searched ? Listing::From::Searched : Listing::From::Known;
  listing.listed_all = !counts;
  // News of flags are told again and again until a later MODSEQ is known.
  const bool stale =
      (known.modseq == 0) != (mailbox_.modseq == 0) || news_.flag_lines() > kFlagLinesBearable;
  listing.differs = census.changed() || stale || !known.complete;
  listing.now = remember(std::move(known.messages));
  co_return true;
}

// Asks for everything.
Task<> MailboxOpening::ask_all() {
  lists_all_ = true;
  // A mailbox from which all went is asked about as well if it listed some before: expunges that
  // are told are no proof that it is empty.
  if (news_.exists() == 0 && news_.lines().empty()) co_return;
  mailbox_.exists = news_.exists();
  list_tag_ = co_await ask_lines(link_, news_, "1:*");
}

Task<std::vector<ListedMessage>> MailboxOpening::list_all() {
  constexpr int kRounds = 2;
  bool have_list = false;
  for (int round = 0; round < kRounds && !have_list; ++round) {
    if (list_tag_.empty()) co_await ask_all();
    have_list = co_await hear_all();
  }
  if (!have_list) {
    co_await fail(Kind::Malformed,
                  Origin::Upstream,
                  "list of " + std::to_string(news_.lines().size()) + " messages where there are " +
                      std::to_string(news_.exists()));
  }
  std::vector<ListedMessage> messages = std::exchange(news_.lines(), {});
  co_await ask_sizes(link_, news_, messages);
  co_await settle_sizes(messages);
  co_return messages;
}

// Whether the list is complete.
Task<bool> MailboxOpening::hear_all() {
  if (list_tag_.empty()) co_return news_.exists() == 0 && news_.lines().empty();
  const std::string tag = std::exchange(list_tag_, {});
  const net::Idle patience{link_.settings().load_idle};
  const ImapAnswer answer = co_await link_.conclude(tag, &news_, patience);
  co_return answer.ok() && is_complete();
}

// Whether what was heard can be the whole mailbox.
//
// Messages that come in while the list is on its way may or may not be in it; they have UIDs from
// UIDNEXT on, so those below must be as many as there were, and make the list. Where the server
// does not tell UIDNEXT, or messages went meanwhile, the count at the end decides.
bool MailboxOpening::is_complete() {
  std::vector<ListedMessage>& lines = news_.ordered_lines();
  if (lines.size() == news_.exists()) return true;
  if (news_.shrank() || !mailbox_.uid_next || lines.size() > news_.exists()) return false;
  const auto come = std::ranges::lower_bound(lines, *mailbox_.uid_next, {}, &ListedMessage::uid);
  if (static_cast<std::uint64_t>(come - lines.begin()) != mailbox_.exists) return false;
  lines.erase(come, lines.end());
  return true;
}

// ---- what to remember

// What was found out of messages that are known holds, however they had to be listed.
void MailboxOpening::keep_marks(std::vector<ListedMessage>& messages) const {
  if (visit_.known == nullptr || visit_.known->uid_validity != mailbox_.uid_validity) return;
  if (is_behind()) return;  // it may give UIDs once more
  const ListedMessage* known = visit_.known->messages.begin();
  const ListedMessage* const end = visit_.known->messages.end();
  for (ListedMessage& each : messages) {
    while (known != end && known->uid < each.uid)
      ++known;
    if (known == end || known->uid != each.uid) continue;
    each.tombstone = known->tombstone;
    if (!known->exact) continue;
    each.size = known->size;
    each.exact = true;
  }
}

KnownMailbox MailboxOpening::remember(ListedMessages messages) const {
  KnownMailbox now{.modseq = mailbox_.modseq, .complete = true};
  if (mailbox_.uid_validity) now.uid_validity = *mailbox_.uid_validity;
  if (mailbox_.uid_next) now.uid_next = wire::raw(*mailbox_.uid_next);
  if (!messages.empty()) {
    now.uid_next = std::max(now.uid_next, std::uint64_t{wire::raw(messages.back().uid)} + 1);
  }
  if (visit_.known != nullptr && visit_.known->uid_validity == mailbox_.uid_validity) {
    now.listed_at = visit_.known->listed_at;
    now.counting_trusted = visit_.known->counting_trusted;
    if (!is_behind()) now.uid_next = std::max(now.uid_next, visit_.known->uid_next);
  }
  now.messages = std::move(messages);
  return now;
}

std::optional<KnownMailbox> MailboxOpening::unfinished() const {
  const bool same = visit_.known != nullptr && visit_.known->uid_validity == mailbox_.uid_validity;
  if (!mailbox_.uid_validity || (same && visit_.known->complete)) return std::nullopt;
  const bool resumes = is_known();
  std::vector<ListedMessage> messages = news_.lines();
  std::erase_if(messages,
                [](const ListedMessage& each) { return each.size > ListedMessage::kSizeMax; });
  std::ranges::sort(messages, {}, &ListedMessage::uid);
  const bool contradicts = std::ranges::adjacent_find(
                               messages, [](const ListedMessage& one, const ListedMessage& other) {
                                 return one.uid == other.uid && one.size != other.size;
                               }) != messages.end();
  if (messages.empty() || contradicts) return std::nullopt;
  if (resumes) {
    messages.insert(messages.end(), visit_.known->messages.begin(), visit_.known->messages.end());
  }
  std::ranges::sort(messages, {}, &ListedMessage::uid);
  const auto repeated = std::ranges::unique(messages, {}, &ListedMessage::uid);
  messages.erase(repeated.begin(), repeated.end());
  KnownMailbox now = remember(std::move(messages));
  now.complete = false;
  return now;
}

}  // namespace postern::upstream
