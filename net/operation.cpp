// The life of an operation: begin, suspend, and one of done, end, dropped.

#include "net/operation.hpp"

#include "net/loop.hpp"

#include <string>

namespace postern::net {

Operation::~Operation() {
  assert(!enlisted_);
}

void Operation::suspend(PromiseBase& awaiting, bool looks) {
  awaiting_ = &awaiting;
  looks_ = looks;
  suspending_ = true;
  Root& root = awaiting.root();
  const Time due = is_idle_wait() ? loop_->now() + wait_.span_ : wait_.until_;
  if (ErrorPtr refusal = root.refusal(wait_.drainable_)) {
    end(std::move(refusal));
  } else if (due <= loop_->now()) {
    timed_out();
  } else {
    assert(root.pending_ == nullptr);
    root.pending_ = this;
    loop_->timers().arm(*this, due);
    enlisted_ = true;
    enlist();
  }
  suspending_ = false;
}

void Operation::done() {
  abandon();
  finish();
}

void Operation::end(ErrorPtr error) {
  abandon();
  error_ = std::move(error);
  finish();
}

void Operation::abandon() {
  if (!enlisted_) return;
  enlisted_ = false;
  disarm();
  awaiting_->root().pending_ = nullptr;
  withdraw();
}

void Operation::finish() {
  finished_ = true;
  if (awaiting_ == nullptr || suspending_) return;
  if (error_ && !looks_) {
    awaiting_->fail(std::move(error_));
  } else {
    awaiting_->resume();
  }
}

void Operation::moved() {
  if (enlisted_ && is_idle_wait()) loop_->timers().arm(*this, loop_->now() + wait_.span_);
}

void Operation::look_again_at(Time due) {
  if (enlisted_) loop_->timers().arm(*this, due);
}

void Operation::timed_out() {
  end(std::make_unique<Error>(Kind::Timeout, origin_, std::string()));
}

}  // namespace postern::net
