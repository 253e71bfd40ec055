// The fields of a session, and the question whether its conversation is to be logged, which is
// asked again only when the user becomes known or the settings have changed.

#include "metrics/session_log.hpp"

#include <algorithm>
#include <utility>

namespace postern::metrics {

SessionLog::SessionLog(Log& log, Start start)
    : log_(log),
      start_(std::move(start)),
      traced_(log.traces({}, start_.client)),
      generation_(log.generation()) {}

void SessionLog::client(std::string_view address) {
  start_.client = address;
  traced_ = log_.traces(user_, start_.client);
}

void SessionLog::user(std::string_view name) {
  user_ = name;
  traced_ = log_.traces(user_, start_.client);
}

void SessionLog::upstream(std::string_view name) {
  upstream_ = name;
}

void SessionLog::doing(std::string_view what) {
  const std::string_view kept = what.substr(0, doing_.size());
  std::ranges::copy(kept, doing_.begin());
  doing_size_ = static_cast<std::uint8_t>(kept.size());
}

bool SessionLog::traced() {
  if (const std::uint64_t now = log_.generation(); now != generation_) {
    generation_ = now;
    traced_ = log_.traces(user_, start_.client);
  }
  return traced_;
}

void SessionLog::add_fields(Line& line, bool upstream_is_named) const {
  line("session", start_.session);
  line("protocol", start_.protocol);
  line("listener", start_.listener);
  line("client", start_.client);
  line("user", User{user_});
  if (!upstream_is_named) line("upstream", upstream_);
  line("doing", std::string_view(doing_.data(), doing_size_));
}

}  // namespace postern::metrics
