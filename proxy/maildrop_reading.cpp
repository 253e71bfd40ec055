// Reading the messages of a maildrop: RETR whole, and for TOP their beginnings.

#include "proxy/maildrop.hpp"
#include "upstream/imap_search.hpp"

#include <algorithm>
#include <utility>

namespace postern::proxy {

using metrics::kMetrics;
using net::fail;
using net::Kind;
using net::Origin;
using net::Task;
using upstream::BodyQueue;
using upstream::BodyRequest;
using upstream::BodyStream;
using upstream::ImapLink;

namespace {

constexpr std::uint64_t kSmallMail = std::uint64_t{16} << 10U;  // TOP fetches it whole
constexpr std::uint64_t kLineGuess = 80;                        // octets of a line, for TOP
constexpr std::uint64_t kTopFirst = 8192;                       // octets of a first piece, and
constexpr std::uint64_t kTopPerLine = 100;                      // for each line that is wanted
constexpr std::uint64_t kTopMost = std::uint64_t{256} << 10U;

// What a new link would not mend.
bool is_final(Kind kind) {
  return kind == Kind::Limit || kind == Kind::Changed;
}

}  // namespace

Task<Mail> Maildrop::fetch(Message& message) {
  message.damaged = true;
  if (!message.vanished) turn_to(message, std::nullopt);
  auto mail = co_await attempt(read(message));
  if (!mail) {
    if (mail.error().kind == Kind::Gone) message.damaged = false;
    co_await fail(std::move(mail.error()));
  }
  co_return std::move(*mail);
}

// The client wants this mail now, which tells what it is going to want next. Answers what to ask
// for.
BodyRequest Maildrop::turn_to(const Message& message, std::optional<std::uint32_t> lines) {
  if (prefetch_ == nullptr) {
    prefetch_ =
        std::make_unique<Prefetch>(policy(), session_.services().shared.prefetched, messages_);
  }
  BodyQueue::Turn turn;
  const BodyRequest whole{.uid = message.uid};
  BodyRequest request = whole;
  if (!is_lost()) {
    request = request_for(message, lines, upstream::traits_of(entrance_.link->family()));
    if (BodyQueue* queue = entrance_.bodies.get()) {
      if (!queue->has(request) && queue->has(whole)) request = whole;  // more than its top is here
      turn = queue->turn_to(request);
    }
  }
  const auto number = static_cast<std::uint32_t>(&message - messages_.data() + 1);
  prefetch_->note({.number = wire::MessageNumber{number}, .lines = lines}, turn);
  return request;
}

Task<BodyStream> Maildrop::open_body(BodyRequest request) {
  BodyQueue* queue = co_await bodies();
  auto ahead = prefetch_->choose(request, *queue, session_.client().unread());
  co_return co_await BodyStream::open(*queue, request, std::move(ahead));
}

// What the loss of the link spoiled is tried once more on a new one.
Task<Mail> Maildrop::read(Message& message) {
  if (message.vanished) co_await fail(Kind::Gone, Origin::Upstream, "message is gone");
  for (bool again = false;; again = true) {
    auto mail = co_await attempt(read_once(message));
    if (mail) co_return std::move(*mail);
    if (mail.error().kind == Kind::Gone) message.vanished = true;
    if (again || !is_lost() || is_final(mail.error().kind)) {
      co_await fail(std::move(mail.error()));
    }
    prefetch_->hold_back();
  }
}

Task<Mail> Maildrop::read_once(Message& message) {
  BodyStream body = co_await open_body({.uid = message.uid});
  Mail mail{.octets = body.octets()};
  if (body.octets() != message.size && !message.exact) {
    session_.recorder().add(kMetrics.size_mismatches(source_.server->metric()));
  }
  if (body.octets() > policy().retr_buffer.octets) {
    mail.stream.emplace(std::move(body));
    co_return mail;
  }
  mail.whole.reserve(body.octets());
  while (true) {
    const std::string_view some = co_await body.next();
    if (some.empty()) break;
    mail.whole += some;
  }
  co_await confirm_numbering();
  if (mail.whole.empty() && message.size > 0) {
    co_await fail(Kind::Unavailable, Origin::Upstream, "empty body of a message with a size");
  }
  // Courier invents a mail of its own for one that was expunged meanwhile.
  if (mail.whole.size() != message.size) co_await verify_still_there(message);
  co_return mail;
}

Task<> Maildrop::verify_still_there(Message& message) {
  ImapLink* upstream_link = co_await link();
  if (upstream::traits_of(upstream_link->family()).notices_expunges_at_noop) {
    co_await keep_alive();
    upstream_link = co_await link();
  }
  const std::vector<wire::Uid> one = {message.uid};
  const wire::UidSet found =
      co_await search_uids(*upstream_link, one, one, upstream_link->command_deadline());
  if (!found.contains(message.uid)) {
    co_await fail(Kind::Gone, Origin::Upstream, "message is gone, and another came for it");
  }
}

// One item for header and text of a TOP, since they disagree on some servers for odd headers; but
// where the server is known to be exact, a header alone is just its octets.
BodyRequest Maildrop::request_for(const Message& message,
                                  std::optional<std::uint32_t> lines,
                                  const upstream::FamilyTraits& traits) {
  BodyRequest request{.uid = message.uid};
  if (!lines) return request;
  if (*lines == 0 && traits.header_equals_head) {
    request.what = BodyRequest::What::Header;
  } else if (message.size > kSmallMail && *lines * kLineGuess < message.size) {
    request.what = BodyRequest::What::Part;
    request.octets = std::min(kTopFirst + kTopPerLine * *lines, kTopMost);
  }
  return request;
}

Task<Mail> Maildrop::fetch_top(Message& message, std::uint32_t lines) {
  if (message.vanished) co_await fail(Kind::Gone, Origin::Upstream, "message is gone");
  (void)co_await bodies();
  const BodyRequest request = turn_to(message, lines);
  if (request.what == BodyRequest::What::Whole) {
    Mail mail = co_await read(message);
    keep_for_retr(request, mail);
    co_return mail;
  }
  auto beginning = co_await attempt(read_whole(request));
  if (!beginning && is_lost() && !is_final(beginning.error().kind)) {
    prefetch_->hold_back();
    (void)co_await link();
    beginning = co_await attempt(read_whole(request));
  }
  if (!beginning) {
    if (beginning.error().kind == Kind::Gone) message.vanished = true;
    co_await fail(std::move(beginning.error()));
  }
  if (beginning->empty() && message.size > 0) {
    co_await fail(Kind::Unavailable, Origin::Upstream, "empty body of a message with a size");
  }
  const bool is_part = request.what == BodyRequest::What::Part;
  Mail mail{.whole = std::move(*beginning), .octets = message.size};
  mail.has_more = is_part && mail.whole.size() == request.octets;
  // A piece that is short although the message is not: the server has no true parts.
  if (is_part && !mail.has_more && mail.whole.size() < message.size) {
    co_return co_await read(message);
  }
  co_return mail;
}

// Clients that look at the top of a mail often retrieve it next.
void Maildrop::keep_for_retr(const BodyRequest& request, const Mail& mail) {
  if (entrance_.bodies == nullptr || mail.whole.empty()) return;
  auto share = prefetch_->share_for(mail.whole.size(), *entrance_.bodies);
  if (share.is_granted()) entrance_.bodies->put_back(request, mail.whole, std::move(share));
}

Task<std::string> Maildrop::fetch_more(const Message& message,
                                       std::uint64_t origin,
                                       std::uint64_t octets) {
  co_return co_await read_whole({.uid = message.uid,
                                 .what = BodyRequest::What::Part,
                                 .origin = origin,
                                 .octets = std::min(octets, kTopMost)});
}

Task<std::string> Maildrop::read_whole(BodyRequest request) {
  BodyStream body = co_await open_body(request);
  std::string whole;
  while (true) {
    const std::string_view some = co_await body.next();
    if (some.empty()) break;
    whole += some;
    // A header or a part: what is much larger than was asked for is neither.
    if (whole.size() > kTopMost * 4) {
      co_await fail(Kind::Limit, Origin::Upstream, "header too large");
    }
  }
  co_return whole;
}

}  // namespace postern::proxy
