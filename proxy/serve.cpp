// What holds a session, whichever protocol it speaks, and the choice of the protocol.

#include "proxy/serve.hpp"

#include "proxy/imap_session.hpp"
#include "proxy/pop3_session.hpp"
#include "proxy/session.hpp"
#include "proxy/smtp_session.hpp"

#include <utility>

namespace postern::proxy {

namespace {

using net::Task;

metrics::Protocol protocol_of(const Entry& entry) {
  switch (entry.settings->protocol) {
    case conf::Protocol::Pop3:
      break;
    case conf::Protocol::Imap:
      return metrics::Protocol::Imap;
    case conf::Protocol::Submission:
      return metrics::Protocol::Submission;
  }
  return metrics::Protocol::Pop3;
}

Task<> converse(Session& session, Admitted& admitted) {
  switch (session.protocol()) {
    case metrics::Protocol::Pop3:
      break;
    case metrics::Protocol::Imap:
      return serve_imap(session, admitted);
    case metrics::Protocol::Submission:
      return serve_smtp(session, admitted);
  }
  return serve_pop3(session, admitted);
}

// The client is counted (admitted) for as long as there is a session. On the heap, since most
// sessions do nothing for most of their lives, and a frame would hold its parameters once more.
Task<> serve_to_the_end(Admitted admitted, std::unique_ptr<Session> session) {
  const net::ErrorPtr error = co_await error_of(converse(*session, admitted));
  if (error != nullptr) session->end(*error);
}

}  // namespace

Task<> serve(const Services& services,
             const std::shared_ptr<const Snapshot>& snapshot,
             std::size_t entry,
             net::Stream client,
             Admitted admitted) {
  const Entry& where = snapshot->entries[entry];
  return serve_to_the_end(
      std::move(admitted),
      std::make_unique<Session>(services, snapshot, where, std::move(client), protocol_of(where)));
}

}  // namespace postern::proxy
