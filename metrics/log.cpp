// The log's settings are one immutable object behind a pointer. The level is kept beside it, so
// that an event below the level costs one load.

#include "metrics/log.hpp"

#include <algorithm>
#include <utility>

namespace postern::metrics {

Log::Log(const Options& options, LogSettings settings)
    : key_(options.key),
      now_(options.now),
      settings_(std::make_shared<const LogSettings>(std::move(settings))),
      level_(settings_->level),
      writer_(options.descriptor, options.bounds, [this](std::uint64_t lines) {
        return missing(lines);
      }) {}

void Log::apply(LogSettings settings) {
  auto next = std::make_shared<const LogSettings>(std::move(settings));
  const std::scoped_lock lock(mutex_);
  level_.store(next->level, std::memory_order_relaxed);
  settings_ = std::move(next);
  generation_.fetch_add(1, std::memory_order_relaxed);
}

bool Log::traces(std::string_view user, std::string_view address) const {
  const std::scoped_lock lock(mutex_);
  return std::ranges::any_of(settings_->traced, [&](const std::string& name) {
    return !name.empty() && (name == user || name == address);
  });
}

LineStyle Log::style() const {
  const std::scoped_lock lock(mutex_);
  return {.format = settings_->format, .users = settings_->users, .key = key_};
}

void Log::push(Level level, Line& line) {
  if (writer_.push(line.finish())) count(level);
}

void Log::count(Level level) {
  lines_.at(static_cast<std::size_t>(level)).fetch_add(1, std::memory_order_relaxed);
}

std::string Log::missing(std::uint64_t lines) {
  count(LogDropped::kInfo.level);
  Line line(style(), now_(), LogDropped::kInfo.level, LogDropped::kInfo.name);
  LogDropped{.lines = lines}.each(line);
  return std::string(line.finish());
}

void Log::report(Recorder& recorder) const {
  for (std::size_t level = 0; level < lines_.size(); ++level) {
    recorder.follow(kMetrics.log_messages(static_cast<Level>(level)),
                    lines_.at(level).load(std::memory_order_relaxed));
  }
  recorder.follow(kMetrics.log_dropped(), writer_.dropped());
}

}  // namespace postern::metrics
