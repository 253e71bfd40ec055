// The command, the octets, the answer.

#include "upstream/imap_append.hpp"

#include "upstream/refusal.hpp"
#include "wire/imap_command.hpp"

#include <utility>

namespace postern::upstream {

using net::fail;
using net::Kind;
using net::Origin;
using net::Task;
using wire::imap::Literals;

Task<> ImapAppend::run(OctetSource& source) {
  const std::string tag = link_.begin(metrics::UpstreamCommand::Append);
  co_await announce(tag);
  auto done = co_await attempt(say(source));
  if (!done) {
    // Half of a message cannot be taken back on a connection that stays.
    link_.give_up(done.error().kind);
    co_await fail(std::move(done.error()));
  }
  const net::Deadline deadline{link_.loop().now() + kStoring};
  const ImapAnswer answer = co_await link_.conclude(tag, nullptr, deadline);
  if (!answer.ok()) {
    said_ = false;  // it has answered
    co_await fail(append_refusal(answer, link_.settings()));
  }
}

// Up to where the octets may come.
Task<> ImapAppend::announce(const std::string& tag) {
  const Literals literals = wire::imap::literals_of(link_.capabilities());
  const bool waits =
      literals == Literals::Synchronizing || addition_.octets > wire::imap::kLiteralMinusOctetsMax;
  const auto parts = wire::imap::append_head(
      tag, addition_.mailbox, addition_.flags, addition_.unix_time, addition_.octets, waits);
  if (!parts || parts->size() != 1) {
    link_.give_up(Kind::Denied);
    co_await fail(Kind::Denied, Origin::Here, "mailbox name that cannot be written");
  }
  const net::Deadline deadline = link_.command_deadline();
  co_await link_.send(parts->front().reveal(), deadline);
  if (!waits) co_return;
  const auto continued = co_await link_.until_continuation(tag, deadline);
  if (continued.challenge) co_return;
  if (continued.answer.ok()) {
    link_.give_up(Kind::Malformed);
    co_await fail(Kind::Malformed, Origin::Upstream, "APPEND done before its octets");
  }
  co_await fail(append_refusal(continued.answer, link_.settings()));
}

Task<> ImapAppend::say(OctetSource& source) {
  const net::Idle patience{link_.settings().command_timeout};
  std::uint64_t left = addition_.octets;
  while (left > 0) {
    const std::string_view octets = co_await source.next();
    if (octets.empty() || octets.size() > left) {
      co_await fail(Kind::Internal, Origin::Here, "not as many octets as were announced");
    }
    left -= octets.size();
    co_await link_.stream().write(octets, patience);
  }
  said_ = true;
  co_await link_.stream().write("\r\n", patience);
}

}  // namespace postern::upstream
