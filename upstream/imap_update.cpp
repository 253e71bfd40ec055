// The order of steps is the safety of this file. Commands go out together only where every order in
// which a server might carry them out is harmless: \Seen, \Deleted and UID EXPUNGE of the same UIDs
// are (an expunge that comes first removes nothing), a search for proof is not, and waits.

#include "upstream/imap_update.hpp"

#include "upstream/imap_search.hpp"
#include "upstream/imap_special.hpp"
#include "wire/imap_command.hpp"
#include "wire/modified_utf7.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace postern::upstream {

using conf::DeletePolicy;
using metrics::UpstreamCommand;
using net::Deadline;
using net::fail;
using net::Kind;
using net::Origin;
using net::Task;
using wire::Uid;
using wire::UidSet;
using wire::imap::Capability;
using wire::imap::FlagChange;

namespace {

constexpr std::string_view kSeen = "\\Seen";
constexpr std::string_view kDeleted = "\\Deleted";

// Commands that are written together and concluded one by one.
class Volley {
 public:
  explicit Volley(ImapLink& link) : link_(link) {}

  void store(const std::vector<Uid>& uids,
             const std::vector<Uid>& existing,
             std::string_view flag) {
    for (const std::string& set : wire::compose_sets(uids, existing)) {
      tags_.push_back(link_.begin(UpstreamCommand::Store));
      text_ += wire::imap::uid_store(tags_.back(), set, FlagChange::Add, flag).value_or("");
    }
  }

  void expunge(const std::vector<Uid>& uids, const std::vector<Uid>& existing) {
    for (const std::string& set : wire::compose_sets(uids, existing)) {
      tags_.push_back(link_.begin(UpstreamCommand::Expunge));
      text_ += wire::imap::uid_expunge(tags_.back(), set);
    }
  }

  void expunge_all_deleted() {
    tags_.push_back(link_.begin(UpstreamCommand::Expunge));
    text_ += wire::imap::plain(tags_.back(), wire::imap::Plain::Expunge);
  }

  // False if a mailbox's name cannot be written.
  bool transfer(const std::vector<Uid>& uids,
                const std::vector<Uid>& existing,
                wire::imap::Transfer how,
                std::string_view mailbox) {
    for (const std::string& set : wire::compose_sets(uids, existing)) {
      const std::string tag = link_.begin(UpstreamCommand::Store);
      const auto parts =
          wire::imap::uid_transfer(tag, how, set, mailbox, wire::imap::Literals::Synchronizing);
      if (!parts || parts->size() != 1) return false;
      tags_.push_back(tag);
      text_ += parts->front().reveal();
    }
    return true;
  }

  // Writes them, and waits for all answers. The first that is not OK, or an OK.
  Task<ImapAnswer> fire(Deadline deadline) {
    ImapAnswer worst;
    if (text_.empty()) co_return worst;
    co_await link_.send(text_, deadline);
    for (const std::string& tag : tags_) {
      ImapAnswer answer = co_await link_.conclude(tag, nullptr, deadline);
      if (worst.ok() && !answer.ok()) worst = std::move(answer);
    }
    co_return worst;
  }

 private:
  ImapLink& link_;
  std::vector<std::string> tags_;
  std::string text_;
};

// Asks until the UIDs are gone: a server may have carried out an expunge before the flags it
// needed, or another session may have been in the way; then it is said once more.
Task<Updated> prove(ImapLink& link, const Update& update, Updated updated, Deadline deadline) {
  for (int round = 0; round < 2; ++round) {
    const auto there =
        co_await attempt(search_uids(link, update.remove, update.existing, deadline));
    if (!there && (there.error().kind != Kind::Unavailable || !link.usable())) {
      co_await fail(there.error());
    }
    updated.left = there ? there->among(update.remove) : update.remove;
    if (!there) updated.reason = there.error().detail;
    if (updated.left.empty() || !there || round == 1) break;
    Volley again(link);
    again.expunge(updated.left, update.existing);
    const ImapAnswer answer = co_await again.fire(deadline);
    if (!answer.ok()) updated.reason = describe(answer);
  }
  co_return updated;
}

std::vector<Uid> all_ours(const Update& update) {
  std::vector<Uid> ours;
  std::ranges::set_union(update.remove, update.pending, std::back_inserter(ours));
  return ours;
}

Task<Updated> expunge_ours(ImapLink& link, const Update& update, Deadline deadline) {
  Volley volley(link);
  volley.store(update.seen, update.existing, kSeen);
  volley.store(update.remove, update.existing, kDeleted);
  volley.expunge(all_ours(update), update.existing);
  const ImapAnswer answer = co_await volley.fire(deadline);
  Updated updated;
  if (!answer.ok()) updated.reason = describe(answer);
  if (update.remove.empty()) co_return updated;
  co_return co_await prove(link, update, std::move(updated), deadline);
}

bool holds_others(const UidSet& flagged, const std::vector<Uid>& ours) {
  return flagged.among(ours).size() != flagged.count();
}

// Without UIDPLUS: EXPUNGE takes all that is flagged, so it may be sent only while that is ours.
// What remains is one round trip in which somebody else may flag a message.
Task<Updated> expunge_everything(ImapLink& link, const Update& update, Deadline deadline) {
  Volley seen(link);
  seen.store(update.seen, update.existing, kSeen);
  (void)co_await seen.fire(deadline);
  Updated updated;
  const std::vector<Uid> ours = all_ours(update);
  if (ours.empty()) co_return updated;

  const UidSet before = co_await search_deleted(link, deadline);
  Volley flags(link);
  flags.store(update.remove, update.existing, kDeleted);
  const ImapAnswer flagged = co_await flags.fire(deadline);
  if (!flagged.ok()) updated.reason = describe(flagged);
  UidSet now = before;
  if (!holds_others(before, ours)) now = co_await search_deleted(link, deadline);
  if (holds_others(now, ours)) {
    updated.only_flagged = flagged.ok();
    if (!flagged.ok()) updated.left = update.remove;
    co_return updated;
  }
  // A search that does not find what was just flagged says nothing about others either; unless ours
  // are gone already, and then there is nothing to expunge.
  if (!now.among(update.remove.empty() ? ours : update.remove).empty()) {
    Volley expunge(link);
    expunge.expunge_all_deleted();
    const ImapAnswer answer = co_await expunge.fire(deadline);
    if (!answer.ok()) updated.reason = describe(answer);
  }
  const UidSet there = co_await search_uids(link, ours, update.existing, deadline);
  updated.left = there.among(update.remove);
  std::ranges::set_difference(
      update.pending, there.among(update.pending), std::back_inserter(updated.cleared));
  co_return updated;
}

Task<Updated> expunge(ImapLink& link, const Update& update, Deadline deadline) {
  if (link.capabilities().has(Capability::UidPlus)) {
    co_return co_await expunge_ours(link, update, deadline);
  }
  co_return co_await expunge_everything(link, update, deadline);
}

// MOVE or COPY, with one more try after the mailbox was made (TRYCREATE).
Task<ImapAnswer> transfer(ImapLink& link,
                          const Update& update,
                          wire::imap::Transfer how,
                          const std::string& mailbox,
                          Deadline deadline) {
  ImapAnswer answer;
  for (int round = 0; round < 2; ++round) {
    Volley volley(link);
    if (!volley.transfer(update.remove, update.existing, how, mailbox)) {
      co_await fail(Kind::Denied, Origin::Here, "mailbox name that cannot be written");
    }
    answer = co_await volley.fire(deadline);
    if (answer.ok() || !answer.has_code("TRYCREATE")) break;
    if (!co_await create_mailbox(link, mailbox, deadline)) break;
  }
  co_return answer;
}

// A message may come to lie in the other mailbox twice, if the answer was lost; never not at all.
Task<Updated> move(ImapLink& link, const Update& update, std::string mailbox, Deadline deadline) {
  const bool moves = link.capabilities().has(Capability::Move);
  const auto how = moves ? wire::imap::Transfer::Move : wire::imap::Transfer::Copy;
  const ImapAnswer answer = co_await transfer(link, update, how, mailbox, deadline);
  if (!answer.ok() && !moves) {
    co_return Updated{.left = update.remove, .only_flagged = false, .reason = describe(answer)};
  }
  if (!moves) co_return co_await expunge(link, update, deadline);
  Volley seen(link);
  seen.store(update.seen, update.existing, kSeen);
  (void)co_await seen.fire(deadline);
  Updated updated;
  if (!answer.ok()) updated.reason = describe(answer);
  updated.left =
      (co_await search_uids(link, update.remove, update.existing, deadline)).among(update.remove);
  co_return updated;
}

Task<Updated> flag(ImapLink& link, const Update& update, Deadline deadline) {
  Volley seen(link);
  seen.store(update.seen, update.existing, kSeen);
  (void)co_await seen.fire(deadline);
  Volley flags(link);
  flags.store(update.remove, update.existing, update.policy.name);
  const ImapAnswer answer = co_await flags.fire(deadline);
  Updated updated;
  if (answer.ok()) co_return updated;
  updated.left = update.remove;
  updated.reason = describe(answer);
  co_return updated;
}

}  // namespace

Task<Updated> carry_out(ImapLink& link, const Update& update, Deadline deadline) {
  const bool nothing_goes = update.remove.empty();
  switch (update.policy.kind) {
    case DeletePolicy::Kind::Ignore:
    case DeletePolicy::Kind::Expunge:
      break;
    case DeletePolicy::Kind::Flag:
      co_return co_await flag(link, update, deadline);
    case DeletePolicy::Kind::Move: {
      if (nothing_goes) break;
      auto mailbox = wire::encode_modified_utf7(update.policy.name);
      if (!mailbox) co_await fail(Kind::Denied, Origin::Here, "mailbox name that is no UTF-8");
      co_return co_await move(link, update, std::move(*mailbox), deadline);
    }
    case DeletePolicy::Kind::Trash:
      if (nothing_goes) break;
      co_return co_await move(
          link, update, co_await find_special(link, kTrash, deadline), deadline);
  }
  co_return co_await expunge(link, update, deadline);
}

}  // namespace postern::upstream
