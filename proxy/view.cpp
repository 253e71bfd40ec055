// Age first, then number.

#include "proxy/view.hpp"

#include <algorithm>
#include <ranges>

namespace postern::proxy {

namespace {

std::uint32_t moment_before(std::int64_t now, conf::Duration age) {
  const std::int64_t then = now - std::chrono::duration_cast<std::chrono::seconds>(age).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(then, 1, UINT32_MAX));
}

}  // namespace

View::View(const conf::Pop3& policy, bool recent, std::int64_t now)
    : count_max_(policy.max_messages),
      oldest_(policy.max_messages_keep == conf::MessagesKept::Oldest) {
  if (policy.max_age > conf::Duration{}) since_ = moment_before(now, policy.max_age);
  if (recent) since_ = std::max(since_, moment_before(now, policy.recent_age));
}

// A message whose date is not known shows: to hide mail needs a reason.
bool View::is_young(const upstream::ListedMessage& message) const {
  return message.received == 0 || message.received >= since_;
}

void View::choose(std::span<const upstream::ListedMessage> messages, wire::Uid edge) {
  first_ = edge;
  last_ = wire::Uid{UINT32_MAX};
  if (count_max_ == 0) return;
  std::uint32_t left = count_max_;
  const auto is_last_that_shows = [&](const upstream::ListedMessage& message) {
    return is_young(message) && --left == 0;
  };
  if (oldest_) {
    const auto found = std::ranges::find_if(messages, is_last_that_shows);
    if (found != messages.end()) last_ = found->uid;
    return;
  }
  auto newest_first = std::views::reverse(messages);
  const auto found = std::ranges::find_if(newest_first, is_last_that_shows);
  if (found != newest_first.end()) first_ = std::max(first_, found->uid);
}

bool View::shows(const upstream::ListedMessage& message) const {
  return message.uid >= first_ && message.uid <= last_ && is_young(message);
}

}  // namespace postern::proxy
