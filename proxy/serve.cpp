// Not a coroutine: it only makes the one that is.

#include "proxy/serve.hpp"

#include "proxy/imap_session.hpp"
#include "proxy/pop3_session.hpp"
#include "proxy/smtp_session.hpp"

#include <utility>

namespace postern::proxy {

net::Task<> serve(const Services& services,
                  const std::shared_ptr<const Snapshot>& snapshot,
                  std::size_t entry,
                  net::Stream client,
                  Admitted admitted) {
  switch (snapshot->entries[entry].settings->protocol) {
    case conf::Protocol::Pop3:
      break;
    case conf::Protocol::Imap:
      return serve_imap(services, snapshot, entry, std::move(client), std::move(admitted));
    case conf::Protocol::Submission:
      return serve_smtp(services, snapshot, entry, std::move(client), std::move(admitted));
  }
  return serve_pop3(services, snapshot, entry, std::move(client), std::move(admitted));
}

}  // namespace postern::proxy
