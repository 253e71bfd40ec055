// A maildrop that is not opened but remembered, for polls that follow each other within seconds
// (pop3.poll_cache).
//
// It shows what the last session proved, and marks, removes and delivers as any other: all that
// goes by UID on a link that is made for it, under the UIDVALIDITY that the index names, and what
// has gone meanwhile turns out to be gone.

#include "proxy/maildrop.hpp"
#include "proxy/uidl_naming.hpp"

#include <algorithm>
#include <utility>

namespace postern::proxy {

using net::Task;
using wire::imap::OpenFor;

Task<std::unique_ptr<Maildrop>> Maildrop::recall(Session& session, MaildropSource& source) {
  std::unique_ptr<Maildrop> maildrop(new Maildrop(session, std::move(source)));
  auto done = co_await attempt(maildrop->recall_messages());
  if (done && *done) co_return maildrop;
  source = std::move(maildrop->source_);
  if (!done) co_await fail(std::move(done.error()));
  co_return nullptr;
}

// False if only the upstream could say what is to be shown.
Task<bool> Maildrop::recall_messages() {
  const auto capabilities = source_.server->known();
  if (!capabilities || hides_deleted(capabilities->after_login)) co_return false;
  if (source_.account.secret.empty() || !session_.settings().auth.keep_secret) co_return false;

  auto found = co_await session_.services().shared.index.find_latest(session_.loop(), key());
  if (!found || !found->known.complete || !found->known.counting_trusted) co_return false;
  const bool is_plain =
      !found->interrupted &&
      std::ranges::none_of(found->known.messages,
                           [](const upstream::ListedMessage& each) { return each.tombstone; });
  if (!is_plain) co_return false;  // what shows depends on flags, or is numbered anew
  if (session_.services().shared.distrust.covers(upstream().name)) co_return false;
  co_await find_uidls();
  if (stored_ != nullptr || UidlNaming::is_needed(policy(), {})) co_return false;
  mailbox_.uid_validity = found->known.uid_validity;
  mailbox_.opened_for = OpenFor::Reading;
  standing_.indexed = std::make_unique<IndexedMailbox>(std::move(*found));
  co_await make_messages({});
  loaded_ = true;
  session_.recorder().add(
      metrics::kMetrics.cache_requests(metrics::Cache::UidTable, metrics::CacheResult::Hit));
  co_return true;
}

}  // namespace postern::proxy
