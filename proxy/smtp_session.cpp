// Greet, converse, part.

#include "proxy/smtp_session.hpp"

#include "proxy/foreword.hpp"
#include "proxy/smtp_conversation.hpp"
#include "proxy/trouble.hpp"

#include <string>

namespace postern::proxy {

net::Task<> serve_smtp(Session& session, Admitted& admitted) {
  co_await hear_foreword(session, admitted);
  SmtpConversation conversation(session);
  const auto done = co_await attempt(conversation.run());
  if (done) co_return;
  const std::string last = smtp_last_words(done.error());
  if (!last.empty()) session.client().put(last);
  co_await fail(done.error());
}

}  // namespace postern::proxy
