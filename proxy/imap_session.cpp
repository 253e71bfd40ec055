// Greet, find out who it is, get out of the way.
//
// After the login nothing is parsed, so whatever client and server agree upon works: COMPRESS,
// NOTIFY and what comes after them. It also means that there is no safe place for words of ours: a
// session that has to end is just closed.

#include "proxy/imap_session.hpp"

#include "net/splice.hpp"
#include "proxy/foreword.hpp"
#include "proxy/imap_authorization.hpp"
#include "proxy/trouble.hpp"

#include <optional>
#include <utility>

namespace postern::proxy {

namespace {

using metrics::EndReason;
using metrics::kMetrics;
using metrics::Side;
using net::Origin;
using net::Task;

// Its own coroutine, so that what only a login needs is gone when the connections are joined.
Task<std::optional<ImapPassage>> authorize(Session& session, Admitted& admitted) {
  co_await hear_foreword(session, admitted);
  ImapAuthorization authorization(session);
  co_await authorization.greet();
  auto passage = co_await attempt(authorization.run());
  if (!passage) {
    const std::string last = imap_last_words(passage.error());
    if (!last.empty()) session.client().put(last);
    co_await fail(std::move(passage.error()));
  }
  co_return std::move(*passage);
}

net::SpliceTimes times_of(const Session& session) {
  return {.idle = session.settings().imap.idle_timeout,
          .stalled = session.settings().limits.timeout_stalled};
}

void tell_end(Session& session,
              upstream::Passage& passage,
              const net::SpliceTally& tally,
              const net::Error* error) {
  session.recorder().add(kMetrics.backpressure_pauses(Side::Client), tally.pauses);
  session.recorder().add(kMetrics.backpressure_pauses(Side::Upstream), tally.other_pauses);
  session.enter(metrics::SessionState::Closing);
  if (error == nullptr) {
    // A server that ends in order has said goodbye, as it does after LOGOUT.
    return session.end(tally.other_ended_first ? EndReason::Quit : EndReason::ClientClosed);
  }
  if (error->origin == Origin::Upstream) {
    passage.ends_by(upstream::disconnect_reason(error->kind));
  }
  session.end(*error);
}

}  // namespace

Task<> serve_imap(Session& session, Admitted& admitted) {
  // From here on this frame is nearly all that the session holds, for most of its life.
  auto joined = co_await authorize(session, admitted);
  if (!joined) co_return;
  net::Stream& upstream = joined->passage.stream();
  session.client().end_of_secrets();
  upstream.end_of_secrets();
  net::SpliceTally tally;
  const net::ErrorPtr error =
      co_await error_of(net::Splice(session.client(), upstream, times_of(session), tally));
  tell_end(session, joined->passage, tally, error.get());
}

}  // namespace postern::proxy
