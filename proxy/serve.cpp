// What holds a session, whichever protocol it speaks, and the choice of the protocol.

#include "proxy/serve.hpp"

#include "proxy/imap_session.hpp"
#include "proxy/pop3_session.hpp"
#include "proxy/session.hpp"
#include "proxy/smtp_session.hpp"
#include "proxy/snapshot.hpp"

#include <utility>

namespace postern::proxy {

namespace {

using net::Task;

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

}  // namespace

// The client is counted (admitted) for as long as there is a session, which lies on the heap: most
// do nothing for most of their lives, and a frame would keep room for all that it is made from.
Task<> serve(const Services& services,
             std::shared_ptr<const Snapshot> snapshot,
             std::size_t entry,
             net::Stream client,
             Admitted admitted) {
  const Entry& where = snapshot->entries[entry];
  const auto session = std::make_unique<Session>(
      services, std::move(snapshot), where, std::move(client), counted(where.settings->protocol));
  const net::ErrorPtr error = co_await error_of(converse(*session, admitted));
  if (error != nullptr) session->end(*error);
}

}  // namespace postern::proxy
