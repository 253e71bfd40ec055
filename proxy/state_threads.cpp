// Queues, groups, and the way back.

#include "proxy/state_threads.hpp"

#include <algorithm>
#include <utility>

namespace postern::proxy {

using net::failure;
using net::Kind;
using net::Origin;
using net::Result;

namespace {

// So many writes share a transaction: more would hold up whoever waits for the first.
constexpr std::size_t kGroupMax = 256;

void tell(StateJob& job, Result<> result) {
  if (job.done) job.done(std::move(result));
}

}  // namespace

StateThread::StateThread(Sort sort, Bounds bounds) : sort_(sort), bounds_(bounds) {
  thread_ = std::thread([this] { run(); });
}

StateThread::~StateThread() {
  stop(std::chrono::milliseconds::zero());
}

bool StateThread::give(StateJob job) {
  {
    const std::scoped_lock lock(mutex_);
    const bool is_full = waiting_.size() >= bounds_.jobs || job.octets > bounds_.octets - octets_;
    if (!stopping_ && !is_full) {
      octets_ += job.octets;
      ++given_;
      waiting_.push_back(std::move(job));
      work_.notify_one();
      return true;
    }
  }
  drop(job);
  return false;
}

std::uint64_t StateThread::given() const {
  const std::scoped_lock lock(mutex_);
  return given_;
}

bool StateThread::flush(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return idle_.wait_for(lock, limit, [this, all = given_] { return finished_ >= all; });
}

void StateThread::stop(std::chrono::milliseconds limit) {
  {
    const std::scoped_lock lock(mutex_);
    if (!stopping_) deadline_ = std::chrono::steady_clock::now() + limit;
    stopping_ = true;
    work_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void StateThread::run() {
  Jobs jobs;
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    jobs.swap(waiting_);
    octets_ = 0;
    const std::size_t count = jobs.size();
    lock.unlock();
    work_through(jobs);
    jobs.clear();
    lock.lock();
    finished_ += count;
    idle_.notify_all();
  }
}

void StateThread::work_through(Jobs& jobs) {
  if (sort_ == Sort::Reading) {
    for (StateJob& job : jobs) {
      if (is_late()) {
        drop(job);
      } else {
        tell(job, job.file->read(job.work));
      }
    }
    return;
  }
  while (!jobs.empty()) {
    // Order matters within a file only.
    StateFile* file = jobs.front().file.get();
    Jobs group;
    Jobs rest;
    for (StateJob& job : jobs) {
      const bool belongs = job.file.get() == file && group.size() < kGroupMax;
      (belongs ? group : rest).push_back(std::move(job));
    }
    if (is_late()) {
      for (StateJob& job : group)
        drop(job);
    } else {
      write_group(group);
    }
    jobs = std::move(rest);
  }
}

void StateThread::write_group(Jobs& group) {
  while (!group.empty()) {
    std::size_t at = 0;  // the job that runs
    const Result<> done = group.front().file->write([&](Database& database) -> Result<> {
      for (at = 0; at < group.size(); ++at) {
        if (auto each = group[at].work(database); !each) return each;
      }
      return {};
    });
    if (!done && !StateFile::is_of_file(done.error()) && at < group.size()) {
      tell(group[at], done);
      group.erase(group.begin() + static_cast<std::ptrdiff_t>(at));
      continue;
    }
    for (StateJob& job : group)
      tell(job, done);
    return;
  }
}

void StateThread::drop(StateJob& job) {
  dropped_.fetch_add(1, std::memory_order_relaxed);
  tell(job, failure(Kind::Limit, Origin::Here, "no room in the queue to the disk"));
}

bool StateThread::is_late() {
  const std::scoped_lock lock(mutex_);
  return stopping_ && std::chrono::steady_clock::now() >= deadline_;
}

net::Task<> do_there(StateThread& thread,
                     net::Loop& loop,
                     std::shared_ptr<StateFile> file,
                     StateFile::Work work,
                     net::Wait wait) {
  net::Parcel<Result<>> parcel(loop);
  thread.give(
      {.file = std::move(file),
       .work = std::move(work),
       .done = [sender = parcel.sender()](Result<> result) { sender.send(std::move(result)); }});
  Result<> done = co_await parcel.arrival(wait);
  if (!done) co_await net::fail(std::move(done.error()));
}

}  // namespace postern::proxy
