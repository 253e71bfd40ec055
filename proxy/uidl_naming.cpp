// From sources to names, and from names to names that differ.

#include "proxy/uidl_naming.hpp"

#include "net/digest.hpp"
#include "net/sleep.hpp"
#include "proxy/store_timing.hpp"
#include "proxy/uidl.hpp"
#include "proxy/uidl_forgetting.hpp"
#include "wire/ascii.hpp"
#include "wire/canonical_header.hpp"
#include "wire/pop3_answer.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace postern::proxy {

using net::fail;
using net::Kind;
using net::Origin;
using net::Task;
using upstream::HeaderPart;

namespace {

constexpr std::size_t kHashDigits = 32;
constexpr std::size_t kMatchedPercent = 90;  // of what an import should find

std::uint32_t uid_of(const StoredUidl& uidl) {
  return wire::raw(uidl.uid);
}

// The value of the first field of a header.
std::string_view first_value(std::string_view header) {
  const std::size_t colon = header.find(':');
  if (colon == std::string_view::npos) return {};
  const std::string_view value = header.substr(colon + 1);
  return wire::trim_blanks(value.substr(0, value.find_first_of("\r\n")));
}

// The header without all Received fields but the first: those that are farther away from us are
// the sender's to write.
std::string identity_of(std::string_view octets) {
  const std::string header = wire::canonical_header(octets);
  std::string identity;
  bool dropping = false;
  bool received = false;
  for (std::string_view rest = header; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n') + 1);
    rest.remove_prefix(line.size());
    if (!wire::is_blank(line.front())) {
      const bool is_received = wire::starts_with_caseless(line, "Received:");
      dropping = is_received && received;
      received = received || is_received;
    }
    if (!dropping) identity += line;
  }
  return identity;
}

}  // namespace

bool UidlNaming::is_needed(const conf::Pop3& policy, const StoredUidls& stored) {
  return !stored.empty() || policy.uidl_header || !is_numbered(policy.uidl);
}

UidlNaming::UidlNaming(const NamingScene& scene,
                       StoredUidls stored,
                       std::span<const upstream::ListedMessage> messages)
    : scene_(scene), stored_(std::move(stored)), messages_(messages) {
  all_.reserve(messages.size());
  for (const upstream::ListedMessage& each : messages)
    all_.push_back(each.uid);
  for (const StoredUidl& each : stored_.aliases) {
    if (each.validity == scene_.validity) names_.push_back(each);
  }
}

// ---- names

const StoredUidl* UidlNaming::find(wire::Uid uid) const {
  const auto found = std::ranges::lower_bound(names_, wire::raw(uid), {}, uid_of);
  return found != names_.end() && found->uid == uid ? &*found : nullptr;
}

void UidlNaming::take(StoredUidl fresh) {
  const auto at = std::ranges::lower_bound(names_, uid_of(fresh), {}, uid_of);
  if (at != names_.end() && at->uid == fresh.uid) return;
  fresh_.push_back(fresh);
  names_.insert(at, std::move(fresh));
}

std::vector<wire::Uid> UidlNaming::unnamed() const {
  std::vector<wire::Uid> uids;
  auto name = names_.begin();
  for (const wire::Uid uid : all_) {
    while (name != names_.end() && name->uid < uid)
      ++name;
    if (name == names_.end() || name->uid != uid) uids.push_back(uid);
  }
  return uids;
}

// ---- sources

void UidlNaming::note_before(std::span<const upstream::ListedMessage> before,
                             wire::UidValidity validity) {
  if (!scene_.policy.uidl_remap || validity == scene_.validity) return;
  const auto same = find_again(before, messages_);
  for (const SameMessage& pair : same) {
    const auto old = std::ranges::lower_bound(
        stored_.aliases, std::pair(validity, pair.before), {}, [](const StoredUidl& each) {
          return std::pair(each.validity, each.uid);
        });
    StoredUidl again{.validity = scene_.validity, .uid = pair.after};
    if (old != stored_.aliases.end() && old->validity == validity && old->uid == pair.before) {
      again.text = old->text;
      again.position = old->position;
    } else if (is_numbered(scene_.policy.uidl)) {
      again.text = uidl_of(scene_.policy.uidl, pair.before, validity);
    }
    if (!again.text.empty()) take(std::move(again));
  }
  scene_.session.log().write(metrics::UidlsRemapped{
      .before = before.size(), .after = messages_.size(), .kept = fresh_.size()});
}

Task<> UidlNaming::take_import() {
  if (stored_.records.empty()) co_return;
  std::vector<Unnamed> messages;
  for (const upstream::ListedMessage& each : messages_) {
    if (find(each.uid) == nullptr) messages.push_back({.uid = each.uid, .size = each.size});
  }
  const std::size_t should = stored_.records.size();
  UidlMatch match(stored_.records, std::move(messages), scene_.validity);
  match.match_places();
  if (match.wants_headers()) {
    co_await hear_headers(match);
    match.match_headers();
  }
  match.match_sizes();
  const bool accepted = stored_.forced || match.matched() * 100 >= should * kMatchedPercent;
  scene_.session.log().write(metrics::UidlsImported{
      .records = should, .messages = messages_.size(), .matched = match.matched()});
  if (!accepted) {
    co_await fail(Kind::Unavailable,
                  Origin::Here,
                  "only " + std::to_string(match.matched()) + " of " + std::to_string(should) +
                      " imported UIDLs found their message");
  }
  for (StoredUidl& each : match.found())
    take(std::move(each));
  records_are_done_ = true;
}

Task<> UidlNaming::hear_headers(UidlMatch& match) {
  const std::vector<wire::Uid> left = match.left();
  for (std::size_t at = 0; at < left.size(); at += upstream::kHeadersAtATime) {
    const std::size_t end = std::min(at + upstream::kHeadersAtATime, left.size());
    std::vector<wire::Uid> some(left.begin() + static_cast<std::ptrdiff_t>(at),
                                left.begin() + static_cast<std::ptrdiff_t>(end));
    const auto headers =
        co_await fetch_headers(scene_.link, std::move(some), all_, HeaderPart::Whole);
    for (const upstream::FetchedHeader& each : headers)
      match.hear(each.uid, net::sha256(wire::canonical_header(each.octets)));
    co_await net::breathe(scene_.session.loop());
  }
}

// A message without the field keeps what the format says, so that it is not asked for again.
Task<> UidlNaming::take_headers() {
  if (!scene_.policy.uidl_header || !is_numbered(scene_.policy.uidl)) co_return;
  const std::vector<wire::Uid> left = unnamed();
  for (std::size_t at = 0; at < left.size(); at += upstream::kHeadersAtATime) {
    const std::size_t end = std::min(at + upstream::kHeadersAtATime, left.size());
    const std::vector<wire::Uid> some(left.begin() + static_cast<std::ptrdiff_t>(at),
                                      left.begin() + static_cast<std::ptrdiff_t>(end));
    const auto headers = co_await fetch_headers(scene_.link, some, all_, HeaderPart::Uidl);
    for (const upstream::FetchedHeader& each : headers) {
      std::string text(first_value(each.octets));
      if (!wire::pop3::is_uidl(text)) text = uidl_of(scene_.policy.uidl, each.uid, scene_.validity);
      take({.validity = scene_.validity, .uid = each.uid, .text = std::move(text)});
    }
  }
}

Task<> UidlNaming::take_names() {
  if (is_numbered(scene_.policy.uidl)) co_return;
  const bool gmail = scene_.policy.uidl.holds(conf::UidlPiece::Kind::GmailId);
  std::vector<wire::Uid> left = unnamed();
  if (left.empty()) co_return;
  const auto names = co_await fetch_names(
      scene_.link, left, all_, gmail ? upstream::NamedBy::GmailId : upstream::NamedBy::EmailId);
  for (const upstream::FetchedName& each : names)
    take_called(each.uid, each.text);
  for (const wire::Uid uid : unnamed())
    take_called(uid, {});
}

// What the server calls a message, in the operator's form; numbers where it calls it nothing, or
// something that could be no UIDL.
void UidlNaming::take_called(wire::Uid uid, std::string_view called) {
  std::string text;
  if (!called.empty()) text = uidl_of(scene_.policy.uidl, uid, scene_.validity, called);
  if (!wire::pop3::is_uidl(text)) text = uidl_of(conf::Pop3{}.uidl, uid, scene_.validity);
  take({.validity = scene_.validity, .uid = uid, .text = std::move(text)});
}

// ---- uniqueness

// Messages in ascending order: whoever was there first keeps the UIDL, since it may have been shown
// already. Stored UIDLs were told apart when they were stored, and are not touched again.
void UidlNaming::tell_apart() {
  if (names_.empty()) return;
  std::unordered_set<std::uint32_t> fresh;
  for (const StoredUidl& each : fresh_)
    fresh.insert(uid_of(each));
  std::unordered_map<std::string, unsigned> taken;  // and how many wanted it
  taken.reserve(messages_.size());
  for (const StoredUidl& each : names_) {
    if (!fresh.contains(uid_of(each))) taken.emplace(each.text, 1);
  }
  std::unordered_map<std::uint32_t, std::string> changed;
  for (const wire::Uid uid : all_) {
    const StoredUidl* const name = find(uid);
    if (name != nullptr && !fresh.contains(wire::raw(uid))) continue;
    const std::string text =
        name != nullptr ? name->text : uidl_of(scene_.policy.uidl, uid, scene_.validity);
    if (taken.emplace(text, 1).second) continue;
    std::string other;
    do {
      const std::string suffix = "-" + std::to_string(++taken[text]);
      other = text.substr(0, wire::pop3::kUidlOctetsMax - suffix.size()) + suffix;
    } while (!taken.emplace(other, 1).second);
    changed.emplace(wire::raw(uid), std::move(other));
  }
  rename(std::move(changed));
}

void UidlNaming::rename(std::unordered_map<std::uint32_t, std::string> changed) {
  for (std::vector<StoredUidl>* const list : {&names_, &fresh_}) {
    for (StoredUidl& each : *list) {
      const auto other = changed.find(uid_of(each));
      if (other != changed.end()) each.text = other->second;
    }
  }
  for (const wire::Uid uid : unnamed()) {
    const auto other = changed.find(wire::raw(uid));
    if (other == changed.end()) continue;
    take({.validity = scene_.validity, .uid = uid, .text = std::move(other->second)});
  }
}

// ---- messages that are gone

void UidlNaming::note_missing_messages() {
  if (scene_.is_behind) return;
  constexpr std::int64_t kDay = 86'400;
  const auto& expiry = scene_.session.settings().state.uid_table_expiry;
  UidlChange change = note_missing(stored_.aliases,
                                   scene_.validity,
                                   all_,
                                   static_cast<std::uint32_t>(seconds_since_1970() / kDay),
                                   std::chrono::ceil<std::chrono::days>(expiry));
  if (change.empty()) return;
  scene_.session.services().shared.uidls.note(scene_.key, std::move(change));
}

// ---- all of it

Task<std::vector<StoredUidl>> UidlNaming::run() {
  co_await take_import();
  co_await take_headers();
  co_await take_names();
  tell_apart();
  if (!fresh_.empty() || records_are_done_) {
    UidlStore& store = scene_.session.services().shared.uidls;
    UidlChange change{.aliases = fresh_, .records_are_done = records_are_done_};
    co_await timed(scene_.session,
                   metrics::StoreOperation::Save,
                   store.keep(scene_.session.loop(), scene_.key, std::move(change)));
  }
  note_missing_messages();
  // Of messages that went nobody asks any more.
  std::erase_if(names_, [this](const StoredUidl& each) {
    return !std::ranges::binary_search(all_, each.uid);
  });
  names_.shrink_to_fit();
  co_return std::move(names_);
}

Task<std::vector<StoredUidl>> UidlNaming::run_without_uids() {
  if (all_.size() > kHashedMax) {
    co_await fail(Kind::Limit, Origin::Upstream, "too many messages without lasting UIDs");
  }
  names_.clear();
  for (std::size_t at = 0; at < all_.size(); at += upstream::kHeadersAtATime) {
    const std::size_t end = std::min(at + upstream::kHeadersAtATime, all_.size());
    const std::vector<wire::Uid> some(all_.begin() + static_cast<std::ptrdiff_t>(at),
                                      all_.begin() + static_cast<std::ptrdiff_t>(end));
    const auto headers = co_await fetch_headers(scene_.link, some, all_, HeaderPart::Identity);
    for (const upstream::FetchedHeader& each : headers) {
      const net::Digest digest = net::sha256(identity_of(each.octets));
      take({.validity = scene_.validity,
            .uid = each.uid,
            .text = net::hex(digest).substr(0, kHashDigits)});
    }
  }
  if (names_.size() != all_.size()) {
    co_await fail(Kind::Unavailable, Origin::Upstream, "headers are missing");
  }
  tell_apart();
  co_return std::move(names_);
}

}  // namespace postern::proxy
