// The tables in memory, and what every store does alike.

#include "proxy/uidl_memory.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

namespace postern::proxy {

using net::fail;
using net::Kind;
using net::Origin;
using net::Task;

namespace {

std::string edge_key(const MailboxKey& key, std::string_view view) {
  const net::Digest digest = uidl_store_key(key);
  std::string text(digest.begin(), digest.end());
  return text.append(view);
}

auto place_of(const StoredUidl& uidl) {
  return std::pair(wire::raw(uidl.validity), wire::raw(uidl.uid));
}

void put(std::vector<StoredUidl>& aliases, StoredUidl fresh) {
  const auto at = std::ranges::lower_bound(aliases, place_of(fresh), {}, place_of);
  if (at != aliases.end() && place_of(*at) == place_of(fresh)) {
    *at = std::move(fresh);
  } else {
    aliases.insert(at, std::move(fresh));
  }
}

}  // namespace

net::Digest uidl_store_key(const MailboxKey& key) {
  std::string text;
  for (const std::string_view piece : {key.upstream, key.user, key.mailbox}) {
    text.append(std::to_string(piece.size())).append(":").append(piece);
  }
  return net::sha256(text);
}

std::vector<UidlRecord> unknown_records(std::vector<UidlRecord> records,
                                        const std::vector<StoredUidl>& aliases) {
  std::unordered_set<std::string_view> known;
  for (const StoredUidl& each : aliases)
    known.insert(each.text);
  std::erase_if(records, [&](const UidlRecord& each) { return known.contains(each.text); });
  return records;
}

Task<StoredUidls> UidlMemory::find(net::Loop& /*loop*/, MailboxKey key) {
  const std::scoped_lock lock(mutex_);
  const auto found = mailboxes_.find(uidl_store_key(key));
  if (found == mailboxes_.end()) co_return StoredUidls{};
  co_return found->second;
}

bool UidlMemory::take(const MailboxKey& key, UidlChange change) {
  const std::scoped_lock lock(mutex_);
  if (aliases_ + change.aliases.size() > aliases_max_) return false;
  StoredUidls& mailbox = mailboxes_[uidl_store_key(key)];
  aliases_ -= mailbox.aliases.size();
  for (StoredUidl& each : change.aliases)
    put(mailbox.aliases, std::move(each));
  std::erase_if(mailbox.aliases, [&change](const StoredUidl& each) {
    return each.gone_on != 0 && each.gone_on < change.forgets_before;
  });
  aliases_ += mailbox.aliases.size();
  if (change.records_are_done) mailbox.records.clear();
  return true;
}

Task<> UidlMemory::keep(net::Loop& /*loop*/, MailboxKey key, UidlChange change) {
  if (take(key, std::move(change))) co_return;
  co_await fail(Kind::Unavailable, Origin::Here, "no room for more UIDLs in memory");
}

void UidlMemory::note(const MailboxKey& key, UidlChange change) {
  (void)take(key, std::move(change));
}

Task<ImportResult> UidlMemory::import(net::Loop& /*loop*/,
                                      MailboxKey key,
                                      std::vector<UidlRecord> records,
                                      bool forced) {
  const std::scoped_lock lock(mutex_);
  StoredUidls& mailbox = mailboxes_[uidl_store_key(key)];
  const std::size_t all = records.size();
  mailbox.records = unknown_records(std::move(records), mailbox.aliases);
  mailbox.imported = true;
  mailbox.forced = forced;
  co_return ImportResult{.taken = mailbox.records.size(), .known = all - mailbox.records.size()};
}

Task<std::optional<ViewEdge>> UidlMemory::edge(net::Loop& /*loop*/,
                                               MailboxKey key,
                                               std::string_view view) {
  const std::scoped_lock lock(mutex_);
  const auto found = edges_.find(edge_key(key, view));
  if (found == edges_.end()) co_return std::nullopt;
  co_return found->second;
}

Task<> UidlMemory::keep_edge(net::Loop& /*loop*/,
                             MailboxKey key,
                             std::string_view view,
                             ViewEdge edge) {
  const std::scoped_lock lock(mutex_);
  if (edges_.size() >= kEdgesMax) edges_.clear();
  edges_.insert_or_assign(edge_key(key, view), edge);
  co_return;
}

}  // namespace postern::proxy
