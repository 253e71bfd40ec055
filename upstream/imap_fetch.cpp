// Asking for a body, and everything that may come instead of it.

#include "upstream/imap_fetch.hpp"

#include "wire/ascii.hpp"
#include "wire/imap_command.hpp"

#include <optional>
#include <utility>

namespace postern::upstream {

using net::fail;
using net::Kind;
using net::Origin;
using net::Task;
using wire::imap::Body;

namespace {

std::string compose(std::string_view tag, const BodyRequest& request) {
  const std::string uid = std::to_string(wire::raw(request.uid));
  switch (request.what) {
    case BodyRequest::What::Whole:
      return wire::imap::uid_fetch(tag, uid, wire::imap::kBodyItems);
    case BodyRequest::What::Header:
      return wire::imap::uid_fetch(tag, uid, wire::imap::kHeaderItems);
    case BodyRequest::What::Part:
      break;
  }
  return wire::imap::uid_fetch_part(tag, request.uid, request.origin, request.octets);
}

}  // namespace

bool RateFloor::keeps_up(net::Duration waited, std::uint64_t octets) {
  waited_ += waited;
  octets_ += octets;
  if (waited_ < kStretch) return true;
  const auto seconds =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(waited_).count());
  const bool fast_enough = octets_ >= seconds * per_second_;
  waited_ = {};
  octets_ = 0;
  return fast_enough;
}

// What a FETCH brings that does not announce octets: a body as a quoted string, or NIL.
class BodyStream::InlineBody final : public Ear {
 public:
  explicit InlineBody(const BodyStream& stream) : stream_(stream) {}

  std::optional<std::string> text;
  bool is_nil = false;
  bool is_foreign = false;  // a body of another message, or of none

 private:
  void hear(const wire::imap::Response& response) override {
    const auto* fetch = std::get_if<wire::imap::Fetch>(&response);
    if (fetch == nullptr || fetch->body.form == Body::Form::Absent) return;
    if (fetch->uid != stream_.request_.uid || !stream_.is_asked_for(fetch->body)) {
      is_foreign = true;
    } else if (fetch->body.form == Body::Form::Nil) {
      is_nil = true;
    } else {
      text = fetch->body.string.text();
    }
  }

  const BodyStream& stream_;
};

Task<BodyStream> BodyStream::open(ImapLink& link, BodyRequest request) {
  const bool head = request.what == BodyRequest::What::Header;
  BodyStream stream(
      link,
      request,
      link.begin(head ? metrics::UpstreamCommand::FetchHead : metrics::UpstreamCommand::FetchBody));
  co_await stream.begin();
  co_return stream;
}

Task<> BodyStream::begin() {
  const net::Idle patience{link_->settings().body_idle};
  const std::string command = compose(tag_, request_);
  co_await link_->send(command, patience);

  InlineBody instead(*this);
  if (co_await link_->until_body(tag_, &instead, patience)) {
    const wire::imap::Fetch& head = link_->body_head();
    if ((head.uid && head.uid != request_.uid) || !is_asked_for(head.body)) {
      co_await fail(spoil(Kind::Malformed, "body of another message"));
    }
    octets_ = link_->body_octets_left();
    if (octets_ > link_->settings().literal_max.octets) {
      co_await fail(spoil(Kind::Limit, "message too large to be true"));
    }
    co_return;
  }
  const ImapAnswer answer = co_await link_->conclude(tag_, &instead, patience);
  finished_ = true;
  if (instead.is_foreign) co_await fail(spoil(Kind::Malformed, "body of another message"));
  if (!answer.ok()) co_await fail(Kind::Unavailable, Origin::Upstream, describe(answer));
  if (instead.text) {
    inline_ = std::move(*instead.text);
    octets_ = inline_.size();
    is_inline_ = true;
    co_return;
  }
  // Dovecot says NIL of a message that was expunged meanwhile, and says so.
  if (instead.is_nil && !answer.has_code("EXPUNGEISSUED")) {
    co_await fail(Kind::Unavailable, Origin::Upstream, "body is NIL");
  }
  co_await fail(Kind::Gone, Origin::Upstream, "message is gone");
}

Task<std::string_view> BodyStream::next() {
  if (is_inline_) {
    const bool first = given_ < octets_;
    given_ = octets_;
    co_return first ? std::string_view(inline_) : std::string_view();
  }
  if (finished_) co_return std::string_view();
  if (left() == 0) {
    co_await finish();
    co_return std::string_view();
  }
  const net::Time before = link_->loop().exact_now();
  const net::Idle patience{link_->settings().body_idle};
  const auto some = co_await attempt(link_->body_octets(patience));
  if (!some) co_await fail(spoil(some.error().kind, some.error().detail));
  link_->body_taken(some->size());
  given_ += some->size();
  if (!floor_.keeps_up(link_->loop().exact_now() - before, some->size())) {
    co_await fail(spoil(Kind::Timeout, "message comes too slowly"));
  }
  co_return *some;
}

Task<> BodyStream::finish() {
  const net::Idle patience{link_->settings().body_idle};
  const auto uid = co_await link_->end_of_body(patience);
  if (uid != request_.uid) co_await fail(spoil(Kind::Malformed, "body of another message"));
  InlineBody more(*this);
  const bool another = co_await link_->until_body(tag_, &more, patience);
  if (another || more.text || more.is_nil || more.is_foreign) {
    co_await fail(spoil(Kind::Malformed, "a second body"));
  }
  const ImapAnswer answer = co_await link_->conclude(tag_, nullptr, patience);
  finished_ = true;
  if (!answer.ok()) co_await fail(Kind::Unavailable, Origin::Upstream, describe(answer));
}

// An error after which nothing on the link can be told apart any more.
net::Error BodyStream::spoil(Kind kind, std::string what) {
  link_->give_up(kind);
  return {kind, Origin::Upstream, std::move(what)};
}

bool BodyStream::is_asked_for(const Body& body) const {
  switch (request_.what) {
    case BodyRequest::What::Whole:
      return body.section.empty() && !body.origin;
    case BodyRequest::What::Header:
      return wire::equal_caseless(body.section, "HEADER") && !body.origin;
    case BodyRequest::What::Part:
      break;
  }
  return body.section.empty() && body.origin == request_.origin;
}

}  // namespace postern::upstream
