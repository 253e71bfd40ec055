// Counting, and searching.

#include "upstream/imap_census.hpp"

#include "wire/ascii.hpp"
#include "wire/imap_command.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace postern::upstream {

using metrics::UpstreamCommand;
using net::Task;
using wire::Uid;
using wire::UidRange;
using wire::UidSet;
using wire::imap::SearchReturn;

namespace {

using Messages = std::vector<ListedMessage>;

// Those of the messages that are in the set.
std::uint64_t count_among(std::span<const ListedMessage> messages, const UidSet& set) {
  std::uint64_t count = 0;
  auto from = messages.begin();
  for (const UidRange range : set.ranges()) {
    from = std::ranges::lower_bound(from, messages.end(), range.first, {}, &ListedMessage::uid);
    const auto to =
        std::ranges::upper_bound(from, messages.end(), range.last, {}, &ListedMessage::uid);
    count += static_cast<std::uint64_t>(to - from);
    from = to;
  }
  return count;
}

// Those that are in the set, or those that are not, with room for so many more; in one pass.
Messages sift(const ListedMessages& from, const UidSet& set, bool keeps_named, std::size_t more) {
  Messages kept;
  kept.reserve(from.size() + more);
  auto range = set.ranges().begin();
  for (const ListedMessage& each : from) {
    while (range != set.ranges().end() && range->last < each.uid)
      ++range;
    const bool is_named = range != set.ranges().end() && range->first <= each.uid;
    if (is_named == keeps_named) kept.push_back(each);
  }
  return kept;
}

bool is_untold(const ListedMessage& message) {
  return message.size == MailboxNews::kUntold;
}

// RFC 9051 has it built in.
bool has_esearch(const ImapLink& link) {
  const wire::imap::Capabilities known = link.capabilities();
  return known.has(wire::imap::Capability::Esearch) || known.has(wire::imap::Capability::Imap4Rev2);
}

SearchReturn best_return(const ImapLink& link) {
  return has_esearch(link) ? SearchReturn::AllAndCount : SearchReturn::Plain;
}

}  // namespace

// ---- what both ways need

// To "17:*" a server tells the last message in any case (RFC 3501, section 6.4.8), known as it is.
std::string Census::newcomers(const KnownMailbox& known, Family family) {
  std::string set;
  wire::append_number(set, std::min<std::uint64_t>(known.uid_next, UINT32_MAX));
  set += ':';
  if (!traits_of(family).telling_the_last_is_dear) return set += '*';
  wire::append_number(set, UINT32_MAX);
  return set;
}

Task<ImapAnswer> Census::ask(std::string tag, std::string command) {
  co_await link_.send(command, patience());
  co_return co_await link_.conclude(tag, &news_, patience());
}

Task<std::string> ask_lines(ImapLink& link, MailboxNews& news, std::string set) {
  news.stand_still();
  news.forget_lines();
  std::string tag = link.begin(UpstreamCommand::FetchTable);
  const std::string command = wire::imap::uid_fetch(tag, set, wire::imap::kTableItems);
  co_await link.send(command, net::Idle{link.settings().load_idle});
  co_return tag;
}

Task<> ask_sizes(ImapLink& link, MailboxNews& news, Messages& messages) {
  if (std::ranges::none_of(messages, is_untold)) co_return;
  std::vector<Uid> missing;
  std::vector<Uid> all;
  all.reserve(messages.size());
  for (const ListedMessage& each : messages) {
    all.push_back(each.uid);
    if (is_untold(each)) missing.push_back(each.uid);
  }
  const net::Idle patience{link.settings().load_idle};
  news.forget_lines();
  for (const std::string& uids : wire::compose_sets(std::move(missing), all)) {
    const std::string tag = link.begin(UpstreamCommand::FetchTable);
    const std::string command = wire::imap::uid_fetch(tag, uids, wire::imap::kTableItems);
    co_await link.send(command, patience);
    (void)co_await link.conclude(tag, &news, patience);
  }
  // What came meanwhile besides waits for the next session.
  auto line = news.ordered_lines().begin();
  const auto end = news.lines().end();
  for (ListedMessage& each : messages) {
    while (line != end && line->uid < each.uid)
      ++line;
    if (line == end || line->uid != each.uid || !is_untold(each)) continue;
    each.size = line->size;
    each.received = line->received;
  }
}

Task<> settle_sizes(Messages& messages) {
  for (ListedMessage& each : messages) {
    if (each.size == MailboxNews::kAbsurd) {
      co_await net::fail(
          net::Kind::Malformed, net::Origin::Upstream, "a message larger than all bounds");
    }
    if (is_untold(each)) each.size = 1;
  }
}

// ---- by counting

Task<Census::Verdict> Census::count(std::string tag) {
  for (int round = 0; round < kRounds; ++round) {
    if (tag.empty()) tag = co_await ask_lines(link_, news_, newcomers(known_, link_.family()));
    const std::string asked = std::exchange(tag, {});
    const ImapAnswer answer = co_await link_.conclude(asked, &news_, patience());
    // Some refuse to speak of messages where there are none.
    const bool told = answer.ok() || news_.exists() == 0;
    // Numbers of different moments prove nothing together.
    if (!told || news_.moved()) continue;
    if (!meet_newcomers()) co_return Verdict::BrokeRules;
    const Verdict verdict = co_await find_who_is_left();
    if (news_.moved()) continue;
    if (verdict == Verdict::Unproven || verdict == Verdict::BrokeRules) co_return verdict;
    const bool complete = co_await take_in();
    co_return complete ? verdict : Verdict::Unproven;
  }
  co_return Verdict::Unproven;
}

// Parts the lines into newcomers and those that the known messages explain: the last message, which
// a range to the end names in any case, and news of flags. False: somebody is there who was not.
bool Census::meet_newcomers() {
  const Messages& lines = news_.ordered_lines();
  const auto first = std::ranges::partition_point(
      lines, [this](const ListedMessage& line) { return wire::raw(line.uid) < known_.uid_next; });
  newcomers_.assign(first, lines.end());
  return std::all_of(lines.begin(), first, [this](const ListedMessage& line) {
    return std::ranges::binary_search(known_.messages, line.uid, {}, &ListedMessage::uid);
  });
}

Task<Census::Verdict> Census::find_who_is_left() {
  const std::uint64_t here = news_.exists();
  const std::uint64_t known = known_.messages.size();
  const std::uint64_t come = newcomers_.size();
  if (come > here) co_return Verdict::Unproven;
  left_ = Left::None;
  if (come == here) co_return Verdict::Proven;
  if (resynced_ && believes_vanished()) co_return Verdict::Proven;
  if (known + come < here) co_return Verdict::BrokeRules;
  left_ = Left::All;
  if (known + come == here) co_return Verdict::Proven;
  if (known <= kSearchMax || has_esearch(link_)) co_return co_await search_known();
  const bool found = co_await sample();
  co_return found ? Verdict::Searched : Verdict::Unproven;
}

// A Cyrus was seen to name every message of a mailbox as vanished: what it says must agree with the
// number that are there.
bool Census::believes_vanished() {
  auto gone = news_.vanished();
  if (!gone) return false;
  const std::uint64_t left = known_.messages.size() - count_among(known_.messages, *gone);
  if (left + newcomers_.size() != news_.exists()) return false;
  left_ = Left::AllButNamed;
  named_ = std::move(*gone);
  return true;
}

// A range in the answer may span messages that are gone (RFC 4731 does not forbid it). But those
// that are there are all within it, and among the known: if they are as many as the server counted,
// they are the same.
Task<Census::Verdict> Census::search_known() {
  const std::uint64_t last = std::min<std::uint64_t>(known_.uid_next - 1, UINT32_MAX);
  std::string uids = "1:";
  wire::append_number(uids, last);
  news_.forget_hits();
  std::string tag = link_.begin(UpstreamCommand::Other);
  std::string command = wire::imap::uid_search_uids(tag, best_return(link_), uids);
  const ImapAnswer answer = co_await ask(std::move(tag), std::move(command));
  const MailboxNews::Hits& hits = news_.hits();
  if (!answer.ok() || !hits.told) co_return Verdict::Unproven;
  const std::uint64_t left = count_among(known_.messages, hits.uids);
  const std::uint64_t counted = hits.count.value_or(hits.uids.count());
  if (counted > left) co_return Verdict::BrokeRules;
  if (counted < left || left + newcomers_.size() != news_.exists()) co_return Verdict::Unproven;
  left_ = Left::Named;
  named_ = hits.uids;
  co_return Verdict::Searched;
}

Task<bool> Census::finds_strangers() {
  if (known_.uid_next <= 1) co_return false;
  co_return co_await search_known() == Verdict::BrokeRules;
}

// ---- by place
//
// A message's place among the candidates less its place in the mailbox is how many before it are
// gone. That number never falls from one message to the next, so where it is the same for two
// messages, everybody between them is there. Places in the mailbox are sequence numbers, which
// stand still while FETCH is the only command (RFC 3501, section 7.4.1); none above EXISTS is ever
// sent, since servers take that in four ways. The numbers in the answers are not looked at, as some
// servers have them wrong: there are as many answers as questions, and both ascend.

Task<bool> Census::sample() {
  const auto here = static_cast<std::uint32_t>(news_.exists());
  const auto root = static_cast<std::uint32_t>(std::ceil(std::sqrt(here)));
  const std::uint32_t step = std::max<std::uint32_t>(50, root);
  std::vector<std::uint32_t> grid;
  for (std::uint32_t sequence = step; sequence < here; sequence += step)
    grid.push_back(sequence);
  grid.push_back(here);
  const auto places = co_await places_of(grid);
  if (!places) co_return false;

  std::vector<UidRange> there;
  std::vector<std::uint32_t> unclear;
  std::uint32_t before = 0;     // the last sequence number that is clear, and
  std::size_t gone_before = 0;  // how many are gone before it
  for (std::size_t i = 0; i < grid.size(); ++i) {
    const std::size_t place = (*places)[i];
    if (place + 1 < grid[i] || place + 1 - grid[i] < gone_before) co_return false;
    const std::size_t gone = place + 1 - grid[i];
    if (gone == gone_before) {
      there.push_back({candidate(before + gone), candidate(place)});
    } else {
      there.push_back({candidate(place), candidate(place)});
      for (std::uint32_t sequence = before + 1; sequence < grid[i]; ++sequence)
        unclear.push_back(sequence);
    }
    before = grid[i];
    gone_before = gone;
  }
  const auto rest = co_await places_of(unclear);
  if (!rest) co_return false;
  for (const std::size_t place : *rest)
    there.push_back({candidate(place), candidate(place)});
  named_ = UidSet(std::move(there));
  left_ = Left::Named;
  co_return count_among(known_.messages, named_) + newcomers_.size() == here;
}

// The places, among the candidates, of the messages at these places of the mailbox. Nothing if not
// all are told, or one is no candidate.
Task<std::optional<std::vector<std::size_t>>> Census::places_of(
    const std::vector<std::uint32_t>& sequences) {
  std::vector<Uid> as_set;  // the same numbers, in the form in which sets are composed
  as_set.reserve(sequences.size());
  for (const std::uint32_t sequence : sequences)
    as_set.push_back(Uid{sequence});
  std::vector<Uid> all;
  all.reserve(news_.exists());
  for (std::uint32_t sequence = 1; sequence <= news_.exists(); ++sequence)
    all.push_back(Uid{sequence});

  news_.forget_lines();
  for (const std::string& set : wire::compose_sets(std::move(as_set), all)) {
    std::string tag = link_.begin(UpstreamCommand::FetchTable);
    std::string command = wire::imap::fetch(tag, set, wire::imap::kUidItems);
    const ImapAnswer answer = co_await ask(std::move(tag), std::move(command));
    if (!answer.ok() || news_.moved()) co_return std::nullopt;
  }
  const Messages& lines = news_.ordered_lines();
  if (lines.size() != sequences.size()) co_return std::nullopt;
  std::vector<std::size_t> places;
  places.reserve(lines.size());
  for (const ListedMessage& line : lines) {
    const auto place = place_of(line.uid);
    if (!place) co_return std::nullopt;
    places.push_back(*place);
  }
  co_return places;
}

Uid Census::candidate(std::size_t place) const {
  const std::size_t known = known_.messages.size();
  return place < known ? known_.messages[place].uid : newcomers_[place - known].uid;
}

std::optional<std::size_t> Census::place_of(Uid uid) const {
  const bool is_new = wire::raw(uid) >= known_.uid_next;
  std::span<const ListedMessage> among = known_.messages;
  if (is_new) among = newcomers_;
  const auto found = std::ranges::lower_bound(among, uid, {}, &ListedMessage::uid);
  if (found == among.end() || found->uid != uid) return std::nullopt;
  const auto place = static_cast<std::size_t>(found - among.begin());
  return is_new ? known_.messages.size() + place : place;
}

// ---- what was found

// Makes the known messages those that are there. False if the sizes of newcomers could not be asked
// for while the mailbox stood still.
Task<bool> Census::take_in() {
  if (std::ranges::any_of(newcomers_, is_untold)) {
    co_await ask_sizes(link_, news_, newcomers_);
    if (news_.shrank()) co_return false;
  }
  co_await settle_sizes(newcomers_);
  if (left_ == Left::All || left_ == Left::None) named_ = {};
  const bool named_are_left = left_ == Left::Named || left_ == Left::None;
  if (!named_are_left && named_.empty() && newcomers_.empty()) co_return true;
  Messages messages = sift(known_.messages, named_, named_are_left, newcomers_.size());
  changed_ = messages.size() != known_.messages.size() || !newcomers_.empty();
  messages.insert(messages.end(), newcomers_.begin(), newcomers_.end());
  known_.messages = std::move(messages);
  co_return true;
}

// ---- by the list of all UIDs

Task<Census::Verdict> Census::search_all() {
  SearchReturn form = best_return(link_);
  for (int round = 0; round < kRounds + 1; ++round) {
    news_.stand_still();
    news_.forget_lines();
    news_.forget_hits();
    std::string tag = link_.begin(UpstreamCommand::Other);
    std::string command = wire::imap::uid_search(tag, form, wire::imap::kAllMessages);
    const ImapAnswer answer = co_await ask(std::move(tag), std::move(command));
    const MailboxNews::Hits hits = news_.hits();
    if (!answer.ok() || !hits.told) co_return Verdict::Unproven;
    const std::uint64_t named = hits.uids.count();
    if (hits.count && *hits.count != named) {
      form = SearchReturn::Plain;  // its ranges span messages that are gone
      continue;
    }
    if (named > MailboxNews::kMessagesMax) co_return Verdict::Unproven;
    if (news_.moved() || named != news_.exists()) continue;
    const bool complete = co_await take_all(hits.uids);
    if (complete) co_return Verdict::Searched;
  }
  co_return Verdict::Unproven;
}

// Makes the known messages those of the set. False if some of them went meanwhile.
Task<bool> Census::take_all(const UidSet& there) {
  Messages messages;
  messages.reserve(news_.exists());
  std::size_t found = 0;
  auto known = known_.messages.begin();
  for (const UidRange range : there.ranges()) {
    for (std::uint64_t uid = wire::raw(range.first); uid <= wire::raw(range.last); ++uid) {
      const Uid each{static_cast<std::uint32_t>(uid)};
      while (known != known_.messages.end() && known->uid < each)
        ++known;
      const bool is_known = known != known_.messages.end() && known->uid == each;
      if (is_known) ++found;
      messages.push_back(is_known ? *known
                                  : ListedMessage{.uid = each, .size = MailboxNews::kUntold});
    }
  }
  for (int round = 0; round < 2 && std::ranges::any_of(messages, is_untold); ++round)
    co_await ask_sizes(link_, news_, messages);
  if (news_.shrank()) co_return false;
  co_await settle_sizes(messages);
  changed_ = found != known_.messages.size() || found != messages.size();
  known_.messages = std::move(messages);
  co_return true;
}

}  // namespace postern::upstream
