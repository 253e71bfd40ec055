// getaddrinfo on libuv's threads.

#include "net/resolver.hpp"

#include <uv.h>

#include <algorithm>
#include <utility>

namespace postern::net {

struct SystemResolver::Entry {
  std::string name;
  std::vector<Address> addresses;
  Time fresh_until{};
  Time stale_until{};
  bool asking = false;
  std::string failure;        // why there is no address
  Answer* waiters = nullptr;  // newest first
};

// Belongs to libuv until its callback; outlives the resolver if it must.
struct SystemResolver::Question {
  uv_getaddrinfo_t request{};
  SystemResolver* resolver;  // null once that is gone
  Entry* entry;
  Time asked;
};

// The wait of one session for an entry's question.
class SystemResolver::Answer final : public Operation {
 public:
  Answer(Loop& loop, Entry& entry, Wait wait)
      : Operation(loop, wait, Origin::Here), entry_(&entry) {}

  ~Answer() override { abandon(); }

  void take() const {}

  void tell() { done(); }

 private:
  void begin() override {
    if (!entry_->asking) done();
  }

  void enlist() override {
    next_ = entry_->waiters;
    if (next_ != nullptr) next_->link_ = &next_;
    link_ = &entry_->waiters;
    entry_->waiters = this;
  }

  void withdraw() override {
    *link_ = next_;
    if (next_ != nullptr) next_->link_ = link_;
  }

  Entry* entry_;
  Answer* next_ = nullptr;
  Answer** link_ = nullptr;
};

SystemResolver::SystemResolver(Loop& loop, Observer observer)
    : loop_(loop), observer_(std::move(observer)) {}

SystemResolver::~SystemResolver() {
  for (Question* question : under_way_) {
    question->resolver = nullptr;
    uv_cancel(reinterpret_cast<uv_req_t*>(&question->request));
  }
}

Task<std::vector<Address>> SystemResolver::resolve(std::string name, Wait wait) {
  if (const auto numeric = Address::parse(name, 0)) co_return std::vector<Address>{*numeric};

  if (!entries_.contains(name) && entries_.size() >= kNamesMax) {
    co_await fail(Kind::Limit, Origin::Here, "too many names");
  }
  std::unique_ptr<Entry>& slot = entries_[name];
  if (!slot) slot = std::make_unique<Entry>(Entry{.name = name});
  Entry& entry = *slot;
  if (loop_.now() >= entry.fresh_until && !entry.asking) ask(entry);
  const bool usable = !entry.addresses.empty() && loop_.now() < entry.stale_until;
  if (!usable) co_await Answer(loop_, entry, wait);
  if (entry.addresses.empty()) {
    co_await fail(Kind::NoName, Origin::Here, name + ": " + entry.failure);
  }
  co_return entry.addresses;
}

void SystemResolver::ask(Entry& entry) {
  entry.asking = true;
  to_ask_.push_back(&entry);
  ask_next();
}

void SystemResolver::ask_next() {
  while (!to_ask_.empty() && under_way_.size() < kQuestionsMax) {
    Entry& entry = *to_ask_.front();
    to_ask_.erase(to_ask_.begin());
    auto question = std::make_unique<Question>(
        Question{.resolver = this, .entry = &entry, .asked = loop_.exact_now()});
    question->request.data = question.get();
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_ADDRCONFIG;
    const int failed = uv_getaddrinfo(
        loop_.uv(),
        &question->request,
        [](uv_getaddrinfo_t* request, int status, addrinfo* list) {
          const std::unique_ptr<Question> mine(static_cast<Question*>(request->data));
          std::vector<Address> found;
          for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
            found.push_back(Address::from(each->ai_addr));
          }
          uv_freeaddrinfo(list);
          SystemResolver* resolver = mine->resolver;
          if (resolver == nullptr) return;
          std::erase(resolver->under_way_, mine.get());
          if (resolver->observer_) {
            const bool no_such_name = status == UV_EAI_NONAME || status == UV_EAI_NODATA;
            resolver->observer_({.found = status == 0,
                                 .not_found = no_such_name,
                                 .took = resolver->loop_.exact_now() - mine->asked});
          }
          resolver->answered(*mine->entry, status, std::move(found));
          resolver->ask_next();
        },
        entry.name.c_str(),
        nullptr,
        &wanted);
    if (failed != 0) {
      answered(entry, failed, {});
      continue;
    }
    under_way_.push_back(question.release());
  }
}

void SystemResolver::answered(Entry& entry, int status, std::vector<Address> found) {
  entry.asking = false;
  if (status == 0 && !found.empty()) {
    entry.addresses = std::move(found);
    entry.fresh_until = loop_.now() + kFresh;
    entry.stale_until = loop_.now() + kStale;
  } else {
    entry.failure = status == 0 ? "no address" : uv_strerror(status);
    entry.fresh_until = loop_.now() + kFailed;
    const bool gone = status == UV_EAI_NONAME || status == UV_EAI_NODATA;
    if (gone || loop_.now() >= entry.stale_until) entry.addresses.clear();
  }
  while (entry.waiters != nullptr)
    entry.waiters->tell();
}

}  // namespace postern::net
