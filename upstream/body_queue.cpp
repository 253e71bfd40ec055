// Asking for bodies, and telling apart what comes.

#include "upstream/body_queue.hpp"

#include "upstream/profile.hpp"
#include "wire/ascii.hpp"
#include "wire/imap_command.hpp"

#include <algorithm>
#include <utility>

namespace postern::upstream {

using metrics::UpstreamCommand;
using net::fail;
using net::Kind;
using net::Origin;
using net::Task;
using net::Wait;
using wire::imap::Body;
using wire::imap::Fetch;

namespace {

// A body that is longer than it was said to be is kept, or read only to be dropped, up to here.
constexpr std::uint64_t kKeptSlack = std::uint64_t{16} << 10U;
constexpr std::uint64_t kDroppedMost = std::uint64_t{1} << 20U;

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

UpstreamCommand kind_of(const BodyRequest& request) {
  return request.what == BodyRequest::What::Header ? UpstreamCommand::FetchHead
                                                   : UpstreamCommand::FetchBody;
}

}  // namespace

bool answers(const Body& body, const BodyRequest& request) {
  switch (request.what) {
    case BodyRequest::What::Whole:
      return body.section.empty() && !body.origin;
    case BodyRequest::What::Header:
      return wire::equal_caseless(body.section, "HEADER") && !body.origin;
    case BodyRequest::What::Part:
      break;
  }
  return body.section.empty() && body.origin == request.origin;
}

// What a FETCH brings that does not announce octets: a body as a quoted string, or NIL.
class BodyQueue::Credit final : public Ear {
 public:
  Credit(const BodyQueue& queue, AskedBody* mine) : queue_(queue), mine_(mine) {}

  bool is_foreign = false;  // a body came that nobody asked for

 private:
  void hear(const wire::imap::Response& response) override {
    const auto* fetch = std::get_if<Fetch>(&response);
    if (fetch == nullptr || fetch->body.form == Body::Form::Absent) return;
    AskedBody* owner = fetch->uid ? queue_.owner_of(*fetch, mine_) : nullptr;
    if (owner == nullptr) {
      is_foreign = true;
      return;
    }
    owner->has_come = true;
    if (fetch->body.form == Body::Form::Nil) {
      owner->is_nil = true;
    } else if (!owner->is_dropped) {
      owner->text = fetch->body.string.text();
      owner->has_text = true;
    }
  }

  const BodyQueue& queue_;
  AskedBody* mine_;
};

BodyQueue::BodyQueue(ImapLink& link)
    : link_(link), shows_uid_(traits_of(link.family()).uid_before_body) {}

// ---- what is wanted

BodyQueue::Turn BodyQueue::turn_to(const BodyRequest& request) {
  Turn turn;
  for (const auto& each : asked_) {
    if (each->request == request && !(each->is_dropped && each->has_come)) {
      turn.was_ahead = !each->is_dropped;
      break;
    }
    turn.missed = turn.missed || (each->is_guess && !each->is_dropped);
    each->is_dropped = true;
  }
  return turn;
}

bool BodyQueue::drop_all() {
  bool guessed = false;
  for (const auto& each : asked_) {
    guessed = guessed || (each->is_guess && !each->is_dropped);
    each->is_dropped = true;
  }
  forget_dropped();
  return guessed;
}

void BodyQueue::put_back(const BodyRequest& request, std::string_view text, OctetShare share) {
  asked_.insert(asked_.begin(),
                std::make_unique<AskedBody>(AskedBody{.request = request,
                                                      .tag = {},
                                                      .share = std::move(share),
                                                      .text = std::string(text),
                                                      .has_text = true,
                                                      .has_come = true}));
}

bool BodyQueue::has(const BodyRequest& request) const {
  return std::ranges::any_of(
      asked_, [&](const auto& each) { return each->request == request && !each->is_dropped; });
}

BodyQueue::Load BodyQueue::load_besides(const BodyRequest& request) const {
  Load load;
  for (const auto& each : asked_) {
    if (each->request == request && !each->is_dropped) continue;
    ++load.bodies;
    load.octets += each->share.octets();
    if (!each->is_dropped) ++load.wanted;
  }
  return load;
}

// ---- asking

std::string BodyQueue::enqueue(Ahead ahead) {
  std::string tag = link_.begin_ahead(kind_of(ahead.request));
  std::string command = compose(tag, ahead.request);
  asked_.push_back(std::make_unique<AskedBody>(AskedBody{.request = ahead.request,
                                                         .tag = std::move(tag),
                                                         .share = std::move(ahead.share),
                                                         .is_guess = ahead.is_guess}));
  return command;
}

// Takes out what was asked for, even if it was given up, as long as it has not been read away.
std::unique_ptr<AskedBody> BodyQueue::claim(const BodyRequest& request) {
  forget_dropped();
  const auto found = std::ranges::find_if(asked_, [&](const auto& each) {
    return each->request == request && !(each->is_dropped && each->has_come);
  });
  if (found == asked_.end()) return nullptr;
  auto claimed = std::move(*found);
  asked_.erase(found);
  claimed->is_dropped = false;
  if (!claimed->tag.empty()) link_.claim(claimed->tag);
  return claimed;
}

Task<std::unique_ptr<AskedBody>> BodyQueue::ask(BodyRequest request, std::vector<Ahead> ahead) {
  std::string commands;
  std::unique_ptr<AskedBody> mine = claim(request);
  if (mine == nullptr) {
    mine = std::make_unique<AskedBody>(
        AskedBody{.request = request, .tag = link_.begin(kind_of(request))});
    commands = compose(mine->tag, request);
  }
  if (shows_uid_) {
    for (Ahead& each : ahead)
      commands += enqueue(std::move(each));
  }
  if (!commands.empty()) {
    co_await link_.send(commands, net::Idle{link_.settings().body_idle});
  }
  co_return mine;
}

// ---- hearing

// Whose body this is. Without a UID it can only be the one that is waited for, if it is alone.
AskedBody* BodyQueue::owner_of(const Fetch& fetch, AskedBody* mine) const {
  const auto fits = [&](const AskedBody& asked) {
    return !asked.has_come && answers(fetch.body, asked.request) &&
           (fetch.uid ? *fetch.uid == asked.request.uid : asked_.empty());
  };
  if (mine != nullptr && fits(*mine)) return mine;
  for (const auto& each : asked_) {
    if (fits(*each)) return each.get();
  }
  return nullptr;
}

Task<bool> BodyQueue::until_announced(AskedBody& mine, Wait wait) {
  Credit ear(*this, &mine);
  while (co_await link_.until_body(mine.tag, &ear, wait)) {
    AskedBody* owner = owner_of(link_.body_head(), &mine);
    if (owner == nullptr || ear.is_foreign) {
      co_await fail(spoil(Kind::Malformed, "body of another message, or a second one"));
    }
    shows_uid_ = link_.body_head().uid.has_value();
    if (owner == &mine) {
      mine.has_come = true;
      co_return true;
    }
    co_await keep(*owner, wait);
  }
  if (ear.is_foreign) co_await fail(spoil(Kind::Malformed, "body of another message"));
  co_return false;
}

Task<> BodyQueue::take_in(Wait wait) {
  for (const auto& each : asked_) {
    if (each->tag.empty()) continue;
    Credit ear(*this, nullptr);
    while (co_await link_.until_body(each->tag, &ear, wait)) {
      AskedBody* owner = owner_of(link_.body_head(), nullptr);
      if (owner == nullptr) co_await fail(spoil(Kind::Malformed, "body that nobody asked for"));
      co_await keep(*owner, wait);
    }
    if (ear.is_foreign) co_await fail(spoil(Kind::Malformed, "body that nobody asked for"));
  }
  forget_dropped();
}

// Reads a body that nobody waits for now; into memory, if it is wanted and not much longer than it
// was said to be.
Task<> BodyQueue::keep(AskedBody& body, Wait wait) {
  const std::uint64_t announced = link_.body_octets_left();
  const std::uint64_t kept_most = 2 * body.share.octets() + kKeptSlack;
  if (announced > kept_most) body.is_dropped = true;
  if (announced > std::max(kept_most, kDroppedMost)) {
    co_await fail(spoil(Kind::Malformed, "a message far longer than it was said to be"));
  }
  body.has_come = true;
  RateFloor floor(link_.settings().body_rate_min.octets);
  while (link_.body_octets_left() > 0) {
    const net::Time before = link_.loop().exact_now();
    const auto some = co_await attempt(link_.body_octets(wait));
    if (!some) co_await fail(spoil(some.error().kind, some.error().detail));
    link_.body_taken(some->size());
    if (!body.is_dropped) body.text += *some;
    if (!floor.keeps_up(link_.loop().exact_now() - before, some->size())) {
      co_await fail(spoil(Kind::Timeout, "message comes too slowly"));
    }
  }
  body.has_text = !body.is_dropped;
  const auto uid = co_await link_.end_of_body(wait);
  if (uid != body.request.uid) co_await fail(spoil(Kind::Malformed, "body of another message"));
}

// What was given up goes when nothing of it can come any more.
void BodyQueue::forget_dropped() {
  std::erase_if(asked_, [this](const auto& each) {
    if (!each->is_dropped) return false;
    each->text = {};
    each->has_text = false;
    if (!each->tag.empty() && !link_.is_answered(each->tag)) return false;
    if (!each->tag.empty()) link_.forget(each->tag);
    return true;
  });
}

// An error after which nothing on the link can be told apart any more.
net::Error BodyQueue::spoil(Kind kind, std::string what) {
  link_.give_up(kind);
  return {kind, Origin::Upstream, std::move(what)};
}

}  // namespace postern::upstream
