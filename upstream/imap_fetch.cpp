// Taking a body, and everything that may come instead of it.

#include "upstream/imap_fetch.hpp"

#include <utility>

namespace postern::upstream {

using net::fail;
using net::Kind;
using net::Origin;
using net::Task;

Task<BodyStream> BodyStream::open(BodyQueue& queue,
                                  BodyRequest request,
                                  std::vector<BodyQueue::Ahead> ahead) {
  auto asked = co_await queue.ask(request, std::move(ahead));
  BodyStream stream(queue, std::move(asked));
  co_await stream.begin();
  co_return stream;
}

Task<> BodyStream::begin() {
  const net::Idle patience{link().settings().body_idle};
  if (!asked_->tag.empty()) {
    if (co_await queue_->until_announced(*asked_, patience)) {
      octets_ = link().body_octets_left();
      if (octets_ > link().settings().literal_max.octets) {
        co_await fail(queue_->spoil(Kind::Limit, "message too large to be true"));
      }
      co_return;
    }
    const ImapAnswer answer = co_await link().conclude(asked_->tag, nullptr, patience);
    if (!answer.ok()) co_await fail(Kind::Unavailable, Origin::Upstream, describe(answer));
    // Dovecot says NIL of a message that was expunged meanwhile, and says so.
    if (asked_->is_nil && !answer.has_code("EXPUNGEISSUED")) {
      co_await fail(Kind::Unavailable, Origin::Upstream, "body is NIL");
    }
  }
  finished_ = true;
  if (!asked_->has_text) co_await fail(Kind::Gone, Origin::Upstream, "message is gone");
  octets_ = asked_->text.size();
  is_whole_ = true;
}

Task<std::string_view> BodyStream::next() {
  if (is_whole_) {
    const bool first = given_ < octets_;
    given_ = octets_;
    co_return first ? std::string_view(asked_->text) : std::string_view();
  }
  if (finished_) co_return std::string_view();
  if (left() == 0) {
    co_await finish();
    co_return std::string_view();
  }
  const net::Time before = link().loop().exact_now();
  const net::Idle patience{link().settings().body_idle};
  const auto some = co_await attempt(link().body_octets(patience));
  if (!some) co_await fail(queue_->spoil(some.error().kind, some.error().detail));
  link().body_taken(some->size());
  given_ += some->size();
  if (!floor_.keeps_up(link().loop().exact_now() - before, some->size())) {
    co_await fail(queue_->spoil(Kind::Timeout, "message comes too slowly"));
  }
  co_return *some;
}

Task<> BodyStream::finish() {
  const net::Idle patience{link().settings().body_idle};
  const auto uid = co_await link().end_of_body(patience);
  if (uid != asked_->request.uid) {
    co_await fail(queue_->spoil(Kind::Malformed, "body of another message"));
  }
  if (co_await queue_->until_announced(*asked_, patience)) {
    co_await fail(queue_->spoil(Kind::Malformed, "a second body"));
  }
  const ImapAnswer answer = co_await link().conclude(asked_->tag, nullptr, patience);
  finished_ = true;
  if (!answer.ok()) co_await fail(Kind::Unavailable, Origin::Upstream, describe(answer));
}

}  // namespace postern::upstream
