// Pairing what is unique on both sides.

#include "proxy/uidl_match.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace postern::proxy {

namespace {

// How often a thing was met on either side, and where last.
struct Meeting {
  std::size_t records = 0;
  std::size_t messages = 0;
  std::size_t record = 0;
  std::size_t message = 0;

  [[nodiscard]] bool is_a_pair() const { return records == 1 && messages == 1; }
};

}  // namespace

UidlMatch::UidlMatch(std::span<const UidlRecord> records,
                     std::vector<Unnamed> messages,
                     wire::UidValidity validity)
    : records_(records), message_of_(records.size(), kNone), validity_(validity) {
  messages_.reserve(messages.size());
  for (const Unnamed& each : messages)
    messages_.push_back({.what = each, .header = std::nullopt});
}

void UidlMatch::pair(std::size_t record, std::size_t message) {
  message_of_[record] = message;
  messages_[message].record = record;
  ++matched_;
}

void UidlMatch::match_places() {
  for (std::size_t i = 0; i < records_.size(); ++i) {
    const auto& place = records_[i].keys.place;
    if (!place || place->validity != validity_) continue;
    const auto found = std::ranges::lower_bound(
        messages_, place->uid, {}, [](const Message& each) { return each.what.uid; });
    if (found == messages_.end() || found->what.uid != place->uid || found->record != kNone) {
      continue;
    }
    pair(i, static_cast<std::size_t>(found - messages_.begin()));
  }
}

bool UidlMatch::wants_headers() const {
  for (std::size_t i = 0; i < records_.size(); ++i) {
    if (message_of_[i] == kNone && records_[i].keys.header) return matched_ < messages_.size();
  }
  return false;
}

std::vector<wire::Uid> UidlMatch::left() const {
  std::vector<wire::Uid> uids;
  for (const Message& each : messages_) {
    if (each.record == kNone) uids.push_back(each.what.uid);
  }
  return uids;
}

void UidlMatch::hear(wire::Uid uid, const net::Digest& header) {
  const auto found = std::ranges::lower_bound(
      messages_, uid, {}, [](const Message& each) { return each.what.uid; });
  if (found != messages_.end() && found->what.uid == uid) found->header = header;
}

void UidlMatch::match_headers() {
  std::map<net::Digest, Meeting> meetings;
  for (std::size_t i = 0; i < records_.size(); ++i) {
    if (message_of_[i] != kNone || !records_[i].keys.header) continue;
    Meeting& meeting = meetings[*records_[i].keys.header];
    ++meeting.records;
    meeting.record = i;
  }
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    if (messages_[i].record != kNone || !messages_[i].header) continue;
    const auto met = meetings.find(*messages_[i].header);
    if (met == meetings.end()) continue;
    ++met->second.messages;
    met->second.message = i;
  }
  for (const auto& [header, meeting] : meetings) {
    if (meeting.is_a_pair()) pair(meeting.record, meeting.message);
  }
}

// What their headers say, if both are known, is the last word.
bool UidlMatch::may_be(std::size_t record, std::size_t message) const {
  const auto& one = records_[record].keys.header;
  const auto& other = messages_[message].header;
  return !one || !other || *one == *other;
}

void UidlMatch::match_sizes() {
  // The records in the order of the old list. Without that there is nothing to stand between.
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < records_.size(); ++i) {
    if (records_[i].keys.position) order.push_back(i);
  }
  if (order.size() != records_.size()) return;
  std::ranges::sort(order, {}, [this](std::size_t i) { return *records_[i].keys.position; });

  std::size_t last = kNone;
  for (const std::size_t record : order) {
    const std::size_t message = message_of_[record];
    if (message == kNone) continue;
    if (last != kNone && message < last) return;  // another order
    last = message;
  }

  std::size_t run_begins = 0;  // in the order
  std::size_t from = 0;        // among messages
  for (std::size_t i = 0; i <= order.size(); ++i) {
    const bool at_end = i == order.size();
    if (!at_end && message_of_[order[i]] == kNone) continue;
    const std::size_t to = at_end ? messages_.size() : message_of_[order[i]];
    match_sizes_between(std::span(order).subspan(run_begins, i - run_begins), from, to);
    run_begins = i + 1;
    from = to + 1;
  }
}

void UidlMatch::match_sizes_between(std::span<const std::size_t> records,
                                    std::size_t from,
                                    std::size_t to) {
  std::map<std::uint64_t, Meeting> meetings;
  for (const std::size_t record : records) {
    if (!records_[record].keys.size) continue;
    Meeting& meeting = meetings[*records_[record].keys.size];
    ++meeting.records;
    meeting.record = record;
  }
  for (std::size_t i = from; i < to; ++i) {
    if (messages_[i].record != kNone) continue;
    const auto met = meetings.find(messages_[i].what.size);
    if (met == meetings.end()) continue;
    ++met->second.messages;
    met->second.message = i;
  }
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (const std::size_t record : records) {
    if (!records_[record].keys.size) continue;
    const Meeting& meeting = meetings[*records_[record].keys.size];
    if (meeting.is_a_pair() && may_be(record, meeting.message)) {
      pairs.emplace_back(record, meeting.message);
    }
  }
  // Pairs that cross show that sizes prove nothing here.
  const bool in_order = std::ranges::is_sorted(pairs, {}, [](const auto& p) { return p.second; });
  if (!in_order) return;
  for (const auto& [record, message] : pairs)
    pair(record, message);
}

std::vector<StoredUidl> UidlMatch::found() const {
  std::vector<StoredUidl> uidls;
  for (const Message& each : messages_) {
    if (each.record == kNone) continue;
    const UidlRecord& record = records_[each.record];
    uidls.push_back({.validity = validity_,
                     .uid = each.what.uid,
                     .text = record.text,
                     .position = record.keys.position.value_or(0)});
  }
  return uidls;
}

std::vector<SameMessage> find_again(std::span<const upstream::ListedMessage> before,
                                    std::span<const upstream::ListedMessage> after) {
  using Look = std::pair<std::uint64_t, std::uint32_t>;  // size and date

  struct Sighting {
    Look look;
    wire::Uid uid;
  };

  // Sorted by look, those that occur once. A message without a date looks like none.
  const auto unique = [](std::span<const upstream::ListedMessage> messages) {
    std::vector<Sighting> all;
    for (const upstream::ListedMessage& each : messages) {
      if (each.received != 0) all.push_back({{each.size, each.received}, each.uid});
    }
    std::ranges::sort(all, {}, &Sighting::look);
    std::vector<Sighting> once;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool as_before = i > 0 && all[i - 1].look == all[i].look;
      const bool as_behind = i + 1 < all.size() && all[i + 1].look == all[i].look;
      if (!as_before && !as_behind) once.push_back(all[i]);
    }
    return once;
  };
  const auto olds = unique(before);
  const auto news = unique(after);
  std::vector<SameMessage> same;
  auto other = news.begin();
  for (const Sighting& old : olds) {
    while (other != news.end() && other->look < old.look)
      ++other;
    if (other == news.end()) break;
    if (other->look == old.look) same.push_back({.before = old.uid, .after = other->uid});
  }
  if (same.size() * 2 < std::min(before.size(), after.size())) return {};
  std::ranges::sort(same, {}, &SameMessage::after);
  return same;
}

}  // namespace postern::proxy
