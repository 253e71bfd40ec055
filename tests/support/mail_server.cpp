// The server: who is connected.

#include "tests/support/mail_server.hpp"

#include <algorithm>
#include <utility>

#include "tests/support/mail_session.hpp"

namespace postern::test {

MailServer::MailServer(net::Loop& loop, MailStore& store, MailServerWishes wishes)
    : loop_(loop), store_(store), wishes_(std::move(wishes)) {}

MailServer::~MailServer() = default;

void MailServer::take(net::Stream stream) {
  ++connections_;
  std::erase_if(sessions_, [](const auto& session) { return session->is_over(); });
  sessions_.push_back(std::make_unique<MailSession>(*this, std::move(stream)));
}

std::size_t MailServer::live() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(sessions_, [](const auto& session) { return !session->is_over(); }));
}

void MailServer::crash() {
  for (const auto& session : sessions_)
    session->crash();
}

net::Stream MailServer::release() {
  net::Stream stream = sessions_.back()->release();
  sessions_.pop_back();
  return stream;
}

}  // namespace postern::test
