// A value on its way from another thread to a coroutine.
//
// The coroutine holds the Parcel and waits for it; the other thread holds a Sender, and may send
// once, at any time. Whoever waits may be cancelled, and the loop may end, before anything was
// sent: then what is sent goes nowhere. The Parcel is a local of the coroutine, so that it goes
// before the loop does.

#pragma once

#include "net/loop.hpp"
#include "net/operation.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace postern::net {

template <class T>
class ParcelArrival;

// What both ends know.
template <class T>
struct ParcelPost {
  std::mutex mutex;  // guards `loop`, and `value` until it was posted
  Loop* loop = nullptr;
  std::optional<T> value;
  ParcelArrival<T>* waiting = nullptr;  // the loop's thread alone touches it
  bool arrived = false;                 // likewise
};

// For the thread that makes the value. May be copied; the first to send wins.
template <class T>
class ParcelSender {
 public:
  explicit ParcelSender(std::shared_ptr<ParcelPost<T>> post) : post_(std::move(post)) {}

  // Any thread, at any time. Does not wait for the loop.
  void send(T value) const {
    const std::scoped_lock lock(post_->mutex);
    if (post_->loop == nullptr || post_->value) return;
    post_->value.emplace(std::move(value));
    post_->loop->post([post = post_] {
      post->arrived = true;
      if (post->waiting != nullptr) post->waiting->tell();
    });
  }

 private:
  std::shared_ptr<ParcelPost<T>> post_;
};

// The wait for it; ends by itself with Kind::Timeout or Kind::Cancelled, with Origin::Here.
template <class T>
class ParcelArrival final : public Operation {
 public:
  ParcelArrival(Loop& loop, ParcelPost<T>& post, Wait wait)
      : Operation(loop, wait, Origin::Here), post_(&post) {}

  ~ParcelArrival() override { abandon(); }

  T take() { return std::move(*post_->value); }

 private:
  friend class ParcelSender<T>;

  void tell() { done(); }

  void begin() override {
    if (post_->arrived) done();
  }

  void enlist() override { post_->waiting = this; }

  void withdraw() override { post_->waiting = nullptr; }

  ParcelPost<T>* post_;
};

template <class T>
class Parcel {
 public:
  explicit Parcel(Loop& loop) : loop_(loop), post_(std::make_shared<ParcelPost<T>>()) {
    post_->loop = &loop;
  }

  Parcel(const Parcel&) = delete;
  Parcel& operator=(const Parcel&) = delete;

  ~Parcel() {
    const std::scoped_lock lock(post_->mutex);
    post_->loop = nullptr;
  }

  [[nodiscard]] ParcelSender<T> sender() const { return ParcelSender<T>(post_); }

  // To be awaited once.
  [[nodiscard]] ParcelArrival<T> arrival(Wait wait) { return {loop_, *post_, wait}; }

 private:
  Loop& loop_;
  std::shared_ptr<ParcelPost<T>> post_;
};

}  // namespace postern::net
