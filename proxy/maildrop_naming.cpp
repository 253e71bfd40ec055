// UIDLs of a maildrop that last, or were imported: found when its user is known to be the one,
// completed when its list is there. Most maildrops have none, and pay one look-up.

#include "proxy/maildrop.hpp"
#include "proxy/store_timing.hpp"
#include "proxy/uidl_naming.hpp"

#include <algorithm>
#include <utility>

namespace postern::proxy {

using net::fail;
using net::Kind;
using net::Origin;
using net::Task;

// Fails with Kind::Unavailable for who must wait for an import: other UIDLs, once shown, could not
// be taken back.
Task<> Maildrop::find_uidls() {
  UidlStore& store = session_.services().shared.uidls;
  StoredUidls stored =
      co_await timed(session_, metrics::StoreOperation::Load, store.find(session_.loop(), key()));
  const bool must_wait =
      !stored.imported && std::ranges::any_of(policy().require_import, [this](const auto& pattern) {
        return upstream::matches_glob(pattern, source_.account.user);
      });
  if (must_wait) co_await fail(Kind::Unavailable, Origin::Here, "UIDLs are to be imported first");
  if (!stored.empty()) stored_ = std::make_unique<StoredUidls>(std::move(stored));
}

// The index still has the mailbox as it was before, perhaps with other numbers.
Task<> Maildrop::name_messages(const upstream::Listing& listing) {
  const IndexedMailbox* const indexed =
      standing_.before != nullptr ? standing_.before.get() : standing_.indexed.get();
  const upstream::KnownMailbox* const before = indexed != nullptr ? &indexed->known : nullptr;
  const bool is_remap = before != nullptr && before->complete && policy().uidl_remap &&
                        before->uid_validity != mailbox_.uid_validity;
  const bool without_uids = mailbox_.uids_not_sticky;
  StoredUidls stored = stored_ != nullptr ? *stored_ : StoredUidls{};
  if (!is_remap && !without_uids && !UidlNaming::is_needed(policy(), stored)) co_return;

  UidlNaming naming({.session = session_,
                     .link = *entrance_.link,
                     .policy = policy(),
                     .key = key(),
                     .validity = mailbox_.uid_validity.value_or(wire::UidValidity{}),
                     .is_behind = listing.is_behind},
                    std::move(stored),
                    listing.now.messages);
  if (without_uids) {
    names_ = co_await naming.run_without_uids();
  } else {
    if (is_remap) naming.note_before(before->messages, before->uid_validity);
    names_ = co_await naming.run();
  }
}

// As the old server numbered them; what came later, and what it did not tell of, follows.
void Maildrop::order_as_imported() {
  std::vector<std::pair<std::uint32_t, Message>> imported;
  std::vector<Message> others;
  auto name = names_.cbegin();
  for (const Message& message : messages_) {
    while (name != names_.cend() && name->uid < message.uid)
      ++name;
    const bool is_named = name != names_.cend() && name->uid == message.uid;
    if (is_named && name->position != 0) {
      imported.emplace_back(name->position, message);
    } else {
      others.push_back(message);
    }
  }
  if (imported.empty()) return;
  std::ranges::sort(
      imported, {}, [](const auto& each) { return std::pair(each.first, each.second.uid); });
  messages_.clear();
  for (const auto& [position, message] : imported)
    messages_.push_back(message);
  messages_.insert(messages_.end(), others.begin(), others.end());
}

}  // namespace postern::proxy
