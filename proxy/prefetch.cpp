// What is known, what is guessed, and what fits.

#include "proxy/prefetch.hpp"

#include "proxy/maildrop.hpp"
#include "upstream/profile.hpp"
#include "wire/pop3.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace postern::proxy {

using upstream::BodyQueue;
using upstream::BodyRequest;
using upstream::OctetShare;
namespace pop3 = wire::pop3;

namespace {

constexpr std::size_t kLinesMax = 64;  // that are looked at for wishes

// What a body is going to be long, as far as that is known.
std::uint64_t expected_octets(const BodyRequest& request, const Message& message) {
  constexpr std::uint64_t kHeaderGuess = 8192;
  switch (request.what) {
    case BodyRequest::What::Whole:
      break;
    case BodyRequest::What::Header:
      return std::min(message.size, kHeaderGuess);
    case BodyRequest::What::Part:
      return std::min(message.size, request.octets);
  }
  return message.size;
}

}  // namespace

KnownWishes known_wishes(std::string_view unread, std::size_t most) {
  KnownWishes known;
  for (std::size_t line = 0; line < kLinesMax && known.wishes.size() < most; ++line) {
    const std::size_t feed = unread.find('\n');
    if (feed == std::string_view::npos) break;
    std::string_view text = unread.substr(0, feed);
    unread.remove_prefix(feed + 1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    const pop3::Command command = pop3::parse_command(text);
    if (const auto* retr = std::get_if<pop3::Retr>(&command)) {
      known.wishes.push_back({.number = retr->number});
    } else if (const auto* top = std::get_if<pop3::Top>(&command)) {
      known.wishes.push_back({.number = top->number, .lines = top->lines});
    } else if (std::holds_alternative<pop3::Quit>(command)) {
      known.leaves = true;
      break;
    }
  }
  return known;
}

// What is being put together to be asked for.
class Prefetch::Choice {
 public:
  Choice(Prefetch& prefetch, const BodyRequest& now, const BodyQueue& queue)
      : prefetch_(prefetch),
        now_(now),
        queue_(queue),
        traits_(upstream::traits_of(queue.link().family())),
        load_(queue.load_besides(now)) {}

  // False if nothing may be asked for behind it: what comes next must not come before it.
  bool add(const Wish& wish, bool is_guess) {
    const std::uint32_t number = wire::raw(wish.number);
    if (number == 0 || number > prefetch_.messages_.size()) return true;
    const Message& message = prefetch_.messages_[number - 1];
    if (message.deleted || message.vanished) return true;
    const BodyRequest request = Maildrop::request_for(message, wish.lines, traits_);
    if (request == now_ || queue_.has(request) || chosen(request)) return true;
    if (load_.bodies + ahead_.size() >= prefetch_.policy_.prefetch_msgs) return false;
    const std::uint64_t octets = expected_octets(request, message);
    const std::uint64_t most = prefetch_.policy_.prefetch_bytes.octets;
    if (octets > most || load_.octets > most - octets) return false;
    OctetShare share = prefetch_.pool_.take(octets, prefetch_.policy_.prefetch_pool.octets);
    if (!share.is_granted()) return false;
    load_.octets += octets;
    ahead_.push_back({.request = request, .share = std::move(share), .is_guess = is_guess});
    return true;
  }

  [[nodiscard]] bool is_possible() const { return !traits_.one_body_at_a_time; }

  std::vector<Ahead> take() { return std::move(ahead_); }

  [[nodiscard]] std::size_t size() const { return ahead_.size(); }

 private:
  [[nodiscard]] bool chosen(const BodyRequest& request) const {
    return std::ranges::any_of(ahead_, [&](const Ahead& each) { return each.request == request; });
  }

  Prefetch& prefetch_;
  const BodyRequest& now_;
  const BodyQueue& queue_;
  upstream::FamilyTraits traits_;
  BodyQueue::Load load_;
  std::vector<Ahead> ahead_;
};

void Prefetch::note(const Wish& wish, BodyQueue::Turn turn) {
  const bool follows = last_ && behind(*last_) == wish;
  if (turn.missed) {
    note_mistake();
  } else if (turn.was_ahead && follows) {
    window_ = std::min(window_ + 1, std::max<std::uint32_t>(policy_.prefetch_msgs, 1));
  }
  guesses_ = !wish.lines || follows;
  last_ = wish;
  held_back_ = false;
}

void Prefetch::note_mistake() {
  ++mistakes_;
  window_ = 1;
}

std::vector<Prefetch::Ahead> Prefetch::choose(const BodyRequest& now,
                                              const BodyQueue& queue,
                                              std::string_view unread) {
  if (held_back_ || !last_ || policy_.prefetch_msgs == 0) return {};
  // More is asked for when half of it has been taken, so that it goes out by the handful.
  const std::size_t left = queue.load_besides(now).wanted;
  if (left * 2 > planned_) return {};
  Choice choice(*this, now, queue);
  if (!choice.is_possible()) return {};

  bool goes_on = true;
  const KnownWishes known = known_wishes(unread, policy_.prefetch_msgs);
  for (const Wish& wish : known.wishes) {
    if (goes_on) goes_on = choice.add(wish, false);
  }
  const bool may_guess = guesses_ && !known.leaves && mistakes_ < kMistakesMax;
  std::optional<Wish> next = known.wishes.empty() ? *last_ : known.wishes.back();
  for (std::uint32_t i = 0; may_guess && goes_on && i < window_; ++i) {
    next = behind(*next);
    if (!next) break;
    goes_on = choice.add(*next, true);
  }
  planned_ = left + choice.size();
  return choice.take();
}

OctetShare Prefetch::share_for(std::uint64_t octets, const BodyQueue& queue) {
  const std::uint64_t most = policy_.prefetch_bytes.octets;
  const std::uint64_t held = queue.load_besides({}).octets;
  if (policy_.prefetch_msgs == 0 || octets > most || held > most - octets) return {};
  return pool_.take(octets, policy_.prefetch_pool.octets);
}

// The same of the next message that can still be had.
std::optional<Wish> Prefetch::behind(const Wish& wish) const {
  for (std::size_t next = wire::raw(wish.number); next < messages_.size(); ++next) {
    if (messages_[next].deleted || messages_[next].vanished) continue;
    return Wish{.number = wire::MessageNumber{static_cast<std::uint32_t>(next + 1)},
                .lines = wish.lines};
  }
  return std::nullopt;
}

}  // namespace postern::proxy
