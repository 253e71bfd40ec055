// The session is the RFC's table of contents: greet, find out who it is, serve, part.

#include "proxy/pop3_session.hpp"

#include "proxy/foreword.hpp"
#include "proxy/pop3_authorization.hpp"
#include "proxy/pop3_transaction.hpp"

#include <utility>

namespace postern::proxy {

namespace {

using net::Task;

Task<> greet(Session& session) {
  const std::string_view greeting =
      session.peer_is_trusted_proxy() ? wire::pop3::kGreetingWithXclient : wire::pop3::kGreeting;
  co_await session.client().write(greeting, session.login_deadline());
}

// Its own coroutine, so that what only a login needs is gone when the maildrop is open.
Task<OpenMaildrop> authorize(Session& session) {
  Pop3Authorization authorization(session);
  co_return co_await authorization.run();
}

}  // namespace

Task<> serve_pop3(Session& session, Admitted& admitted) {
  co_await hear_foreword(session, admitted);
  co_await greet(session);
  OpenMaildrop opened = co_await authorize(session);
  if (opened.maildrop == nullptr) co_return;
  Pop3Transaction transaction(session, std::move(opened));
  co_await transaction.run();
}

}  // namespace postern::proxy
