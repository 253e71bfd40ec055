// Greet, converse, part.

#include "proxy/smtp_session.hpp"

#include "proxy/foreword.hpp"
#include "proxy/smtp_conversation.hpp"
#include "proxy/trouble.hpp"

#include <string>
#include <utility>

namespace postern::proxy {

namespace {

using net::Task;

Task<> converse(Session& session, Admitted& admitted) {
  co_await hear_foreword(session, admitted);
  SmtpConversation conversation(session);
  const auto done = co_await attempt(conversation.run());
  if (done) co_return;
  const std::string last = smtp_last_words(done.error());
  if (!last.empty()) session.client().put(last);
  co_await fail(done.error());
}

}  // namespace

Task<> serve_smtp(Services services,
                  std::shared_ptr<const Snapshot> snapshot,
                  std::size_t entry,
                  net::Stream client,
                  Admitted admitted) {  // counted for as long as it is served
  const Entry& where = snapshot->entries[entry];
  Session session(services, snapshot, where, std::move(client), metrics::Protocol::Submission);
  const auto done = co_await attempt(converse(session, admitted));
  if (!done) session.end(done.error());
}

}  // namespace postern::proxy
