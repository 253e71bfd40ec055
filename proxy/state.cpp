// Files or memory.

#include "proxy/state.hpp"

#include "proxy/index_memory.hpp"
#include "proxy/uidl_memory.hpp"
#include "proxy/uidl_sqlite.hpp"

#include <string>
#include <utility>

namespace postern::proxy {

using metrics::Cache;
using metrics::kMetrics;
using metrics::Store;

namespace {

IndexReports reports_of(const std::filesystem::path& path, metrics::Log& log) {
  const std::string file = path.native();
  return {.failed =
              [file, &log](const net::Error& error) {
                log.write(metrics::CacheFailed{
                    .file = file, .kind = net::name_of(error.kind), .detail = error.detail});
              },
          .recovered = [file, &log] { log.write(metrics::CacheRecovered{.file = file}); },
          .replaced =
              [file, &log](const net::Error& why) {
                log.write(metrics::CacheReplaced{.file = file, .detail = why.detail});
              }};
}

StatePlan lasting_plan(const std::filesystem::path& path, metrics::Log& log) {
  StatePlan plan = state_plan(path);
  plan.failed = [file = path.native(), &log](const net::Error& error) {
    log.write(metrics::StateFailed{
        .file = file, .kind = net::name_of(error.kind), .detail = error.detail});
  };
  plan.recovered = [file = path.native(), &log] {
    log.write(metrics::StateRecovered{.file = file});
  };
  return plan;
}

}  // namespace

State::State(const conf::State& settings, metrics::Log& log, net::Duration pause) {
  if (settings.path.empty()) {
    index_ = std::make_unique<IndexMemory>();
    uidls_ = std::make_unique<UidlMemory>();
    return;
  }
  threads_.emplace();
  const std::filesystem::path path = settings.path.parent_path() / "index.db";
  auto index = std::make_unique<IndexSqlite>(*threads_, path, reports_of(path, log));
  index_file_ = index.get();
  index_ = std::move(index);
  StatePlan plan = lasting_plan(settings.path, log);
  plan.pause = pause;
  lasting_ = std::make_shared<StateFile>(std::move(plan));
  uidls_ = std::make_unique<UidlSqlite>(*threads_, lasting_);
}

void State::tend(const conf::State& settings, net::Time now) {
  if (index_file_ == nullptr || now < tend_at_) return;
  const auto days = std::chrono::ceil<std::chrono::days>(settings.uid_table_expiry);
  const bool soon = index_file_->tend(days);
  if (!lasting_->can_write()) try_again();
  tend_at_ = soon ? now : now + kTended;
}

// Lasting state is written rarely: without this, nobody would learn that the disk is well again.
void State::try_again() {
  threads_->writer.give(
      {.file = lasting_, .work = [](Database& /*database*/) { return net::Result<>(); }});
}

void State::report(metrics::Recorder& recorder) const {
  recorder.set(kMetrics.state_up(Store::Local), lasting_ == nullptr || lasting_->works() ? 1 : 0);
  if (index_file_ == nullptr) return;
  recorder.follow(kMetrics.cache_errors(Cache::UidTable), index_file_->errors());
  recorder.set(kMetrics.cache_entries(Cache::UidTable), index_file_->mailboxes());
  recorder.set(kMetrics.cache_octets(Cache::UidTable), index_file_->octets());
  recorder.set(kMetrics.state_octets(Store::Local), static_cast<std::int64_t>(lasting_->octets()));
}

void State::stop(std::chrono::milliseconds limit) {
  if (!threads_) return;
  threads_->reader.stop(std::chrono::milliseconds::zero());
  threads_->writer.stop(limit);
}

}  // namespace postern::proxy
