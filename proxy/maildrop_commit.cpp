// The UPDATE state (RFC 1939, section 6): what QUIT does.
//
// All of it goes by UID and may be said again, so a link that is lost in the middle is made again
// once and everything repeated, provided that the mailbox is still the same one. What is reported
// is what a search found, not what a server said OK to.

#include "proxy/maildrop.hpp"

#include <algorithm>
#include <utility>

namespace postern::proxy {

using metrics::DeleteFailure;
using metrics::DeleteMethod;
using metrics::kMetrics;
using net::fail;
using net::Kind;
using net::Task;
using upstream::Update;
using wire::imap::OpenFor;

namespace {

DeleteMethod method_of(const conf::DeletePolicy& policy, bool only_flagged) {
  switch (policy.kind) {
    case conf::DeletePolicy::Kind::Expunge:
      break;
    case conf::DeletePolicy::Kind::Trash:
    case conf::DeletePolicy::Kind::Move:
      return DeleteMethod::Move;
    case conf::DeletePolicy::Kind::Flag:
      return DeleteMethod::Mark;
    case conf::DeletePolicy::Kind::Ignore:
      return DeleteMethod::Kept;
  }
  return only_flagged ? DeleteMethod::Mark : DeleteMethod::Expunge;
}

DeleteFailure failure_of(Kind kind) {
  switch (kind) {
    case Kind::Timeout:
      return DeleteFailure::Timeout;
    case Kind::Unavailable:
    case Kind::Denied:
      return DeleteFailure::UpstreamNo;
    default:
      return DeleteFailure::UpstreamLost;
  }
}

}  // namespace

Update Maildrop::gather() const {
  Update update{.policy = policy().delete_policy};
  for (const Message& message : messages_) {
    const bool goes =
        message.deleted || (policy().delete_on_retr && message.retrieved && view_may_delete());
    if (goes && !message.vanished) {
      update.remove.push_back(message.uid);
    } else if (message.retrieved && policy().seen != conf::Seen::Never) {
      update.seen.push_back(message.uid);
    }
  }
  for (const upstream::ListedMessage& each : hidden_) {
    if (each.tombstone) update.pending.push_back(each.uid);
  }
  // It is no use to come for those alone as long as others stand in the way.
  if (update.remove.empty() && standing_.others_in_the_way) update.pending.clear();
  for (std::vector<wire::Uid>* const uids : {&update.remove, &update.seen}) {
    if (!std::ranges::is_sorted(*uids)) std::ranges::sort(*uids);
  }
  if (!update.empty()) update.existing = all_uids();
  return update;
}

std::vector<wire::Uid> Maildrop::all_uids() const {
  std::vector<wire::Uid> uids;
  uids.reserve(messages_.size() + hidden_.size());
  for (const Message& message : messages_)
    uids.push_back(message.uid);
  for (const upstream::ListedMessage& each : hidden_)
    uids.push_back(each.uid);
  if (!std::ranges::is_sorted(uids)) std::ranges::sort(uids);
  return uids;
}

Task<Commit> Maildrop::commit() {
  Update update = gather();
  const std::size_t asked = update.remove.size();
  if (update.policy.kind == conf::DeletePolicy::Kind::Ignore) {
    session_.recorder().add(kMetrics.messages_deleted(DeleteMethod::Kept), asked);
    update.remove.clear();
    update.pending.clear();
  }
  if (update.empty()) co_return Commit{};

  const net::Deadline deadline{session_.loop().now() + policy().commit_timeout};
  for (bool again = false;; again = true) {
    auto done = co_await attempt(commit_once(update, deadline));
    if (done) co_return *done;
    const Kind kind = done.error().kind;
    const bool repeatable = is_lost() && kind != Kind::Changed && kind != Kind::Cancelled &&
                            session_.loop().now() < deadline.at;
    if (!again && repeatable) continue;
    if (update.remove.empty()) co_return Commit{};  // flags alone are worth no bad news
    const Commit failed{.asked = update.remove.size(), .left = update.remove.size()};
    count_failed(failed, failure_of(kind), done.error().detail);
    co_await fail(std::move(done.error()));
  }
}

Task<> Maildrop::commit_seen() {
  Update update = gather();
  update.remove.clear();
  update.pending.clear();
  if (update.empty()) co_return;
  const net::Deadline deadline{session_.loop().now() + policy().commit_timeout};
  (void)co_await attempt(commit_once(std::move(update), deadline));
}

Task<Commit> Maildrop::commit_once(Update update, net::Deadline deadline) {
  if (is_ahead()) (void)entrance_.bodies->drop_all();
  upstream::ImapLink* upstream_link = co_await link();
  if (mailbox_.opened_for == OpenFor::Reading) co_await reopen_for_changing();
  Commit commit{.asked = update.remove.size()};
  if (is_read_only()) {
    if (update.remove.empty()) co_return commit;
    commit.left = commit.asked;
    commit.read_only = true;
    count_failed(commit, DeleteFailure::ReadOnly, "mailbox is read-only");
    co_return commit;
  }
  const upstream::Updated updated = co_await carry_out(*upstream_link, update, deadline);
  co_await confirm_numbering();  // what seems to be gone may only be numbered otherwise
  commit.left = updated.left.size();
  const DeleteMethod method = method_of(update.policy, updated.only_flagged);
  session_.recorder().add(kMetrics.messages_deleted(method), commit.asked - commit.left);
  if (commit.left > 0) count_failed(commit, DeleteFailure::UpstreamNo, updated.reason);
  session_.note_deleted(commit.asked - commit.left);
  standing_.committed = true;
  note_removed(update, updated);
  co_return commit;
}

void Maildrop::count_failed(const Commit& commit, DeleteFailure failure, std::string_view why) {
  session_.recorder().add(kMetrics.delete_failures(failure), commit.left);
  session_.log().write(
      metrics::CommitFailed{.messages = commit.left, .reason = failure, .detail = why});
}

}  // namespace postern::proxy
