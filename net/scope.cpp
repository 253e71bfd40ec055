// Scope: an intrusive list of branches, each an outermost Task. A branch removes itself when its
// Task has ended, also while the list is being walked: the walk's cursor moves on with it.

#include "net/scope.hpp"

#include <exception>
#include <string>
#include <utility>

namespace postern::net {

class Scope::Branch final : public Root {
 public:
  Branch(Scope& scope, Task<> task) : scope_(scope), task_(std::move(task)) {
    next_ = scope_.first_;
    if (next_ != nullptr) next_->previous_ = this;
    scope_.first_ = this;
    ++scope_.live_;
  }

  Branch(const Branch&) = delete;
  Branch& operator=(const Branch&) = delete;

  ~Branch() {
    if (scope_.cursor_ == this) scope_.cursor_ = next_;
    (previous_ != nullptr ? previous_->next_ : scope_.first_) = next_;
    if (next_ != nullptr) next_->previous_ = previous_;
    --scope_.live_;
  }

  void run() { start(task_.promise()); }

  [[nodiscard]] Branch* next() const { return next_; }

  [[nodiscard]] Operation* pending() const { return pending_; }

 private:
  void ended(ErrorPtr error) override {
    Scope& scope = scope_;
    delete this;  // NOLINT(cppcoreguidelines-owning-memory): a branch owns itself until its end
    if (error && error->kind != Kind::Cancelled) scope.report_(*error);
    if (scope.live_ == 0 && scope.empty_) std::exchange(scope.empty_, nullptr)();
  }

  [[nodiscard]] ErrorPtr refusal(bool drainable) const override {
    if (scope_.mood_ == Mood::Open || (scope_.mood_ == Mood::Draining && !drainable))
      return nullptr;
    return std::make_unique<Error>(Kind::Cancelled, Origin::Here, "shutting down");
  }

  Scope& scope_;
  Task<> task_;
  Branch* next_ = nullptr;
  Branch* previous_ = nullptr;
};

Scope::~Scope() {
  while (first_ != nullptr)
    delete first_;  // NOLINT(cppcoreguidelines-owning-memory): see ended()
}

void Scope::spawn(Task<> task) {
  auto* branch = new Branch(*this, std::move(task));  // NOLINT(cppcoreguidelines-owning-memory)
  branch->run();
}

void Scope::drain() {
  if (mood_ == Mood::Open) mood_ = Mood::Draining;
  end_waits();
}

void Scope::cancel() {
  mood_ = Mood::Cancelled;
  end_waits();
}

void Scope::when_empty(std::function<void()> empty) {
  if (live_ == 0) return empty();
  empty_ = std::move(empty);
}

void Scope::end_waits() {
  cursor_ = first_;
  while (cursor_ != nullptr) {
    Branch* branch = std::exchange(cursor_, cursor_->next());
    Operation* pending = branch->pending();
    if (pending == nullptr) continue;
    if (mood_ == Mood::Draining && !pending->is_drainable()) continue;
    pending->end(Error{Kind::Cancelled, Origin::Here, "shutting down"});
  }
}

ErrorPtr caught() noexcept {
  std::string what;
  try {
    std::rethrow_exception(std::current_exception());
  } catch (const std::exception& exception) {
    what = exception.what();
  } catch (...) {
    what = "unknown exception";
  }
  return std::make_unique<Error>(Kind::Internal, Origin::Here, std::move(what));
}

}  // namespace postern::net
