// Octets from one stream to the other. See splice.hpp.
//
// Whatever calls into a Half may end the whole, and with it this object: after finish() nothing of
// it is touched. Sessions end inside callbacks of their streams, which outlive them for that.

#include "net/splice.hpp"

#include <algorithm>
#include <utility>

namespace postern::net {

// ---- one direction

void Splice::Half::start(Splice& splice) {
  splice_ = &splice;
  from_->set_read_size(BlockPool::kLarge);
  from_->set_read_ahead(false);  // while the other side stalls, what is ahead stays in the kernel
  from_->set_reader(this);
}

void Splice::Half::stop() {
  if (state_ == State::Flowing) from_->set_reader(nullptr);
  if (waits_for_room()) to_->set_writer(nullptr);
}

void Splice::Half::progress() {
  while (!from_->unread().empty() || from_->pull()) {
    const std::string_view octets = from_->unread();
    to_->write({&octets, 1});
    from_->consumed(octets.size());
    splice_->octets_moved();
    if (to_->broken()) return splice_->finish(to_->ended());
    if (to_->unsent() > 0) {
      ++*pauses_;
      return wait_for_room(State::Blocked);
    }
  }
  from_->settle();
  if (from_->ended() == nullptr) return;
  if (from_->ended()->kind != Kind::Closed) return splice_->finish(from_->ended());
  if (to_->unsent() > 0) return wait_for_room(State::Ending);
  from_->set_reader(nullptr);
  pass_on_end();
}

void Splice::Half::wait_for_room(State state) {
  state_ = state;
  stuck_since_ = splice_->loop().now();
  unsent_then_ = to_->unsent();
  from_->set_reader(nullptr);
  from_->settle();
  to_->set_writer(this);
  splice_->look_again_at(splice_->due());
}

void Splice::Half::drained() {
  if (to_->broken()) return splice_->finish(to_->ended());
  look(splice_->loop().now());
  if (to_->unsent() > 0) return;
  to_->set_writer(nullptr);
  if (state_ == State::Ending) return pass_on_end();
  state_ = State::Flowing;
  from_->set_reader(this);
  progress();
}

bool Splice::Half::look(Time now) {
  const std::size_t unsent = to_->unsent();
  const bool progressed = unsent < unsent_then_;
  unsent_then_ = unsent;
  if (!progressed) return false;
  stuck_since_ = now;
  splice_->octets_moved();
  return true;
}

void Splice::Half::pass_on_end() {
  state_ = State::Ended;
  to_->end_output();
  splice_->half_ended();
}

// ---- the whole

Splice::Splice(Stream& stream, Stream& other, const SpliceTimes& times, SpliceTally& tally)
    : Operation(stream.core_->loop(), Idle{times.idle}, stream.origin()),
      there_(*stream.core_, *other.core_, tally.pauses),
      back_(*other.core_, *stream.core_, tally.other_pauses),
      times_(times),
      tally_(&tally) {}

// What lies there already, read together with the last word before, goes first.
void Splice::enlist() {
  octets_moved();
  there_.start(*this);
  back_.start(*this);
  back_.progress();
  if (!over_) there_.progress();
}

void Splice::withdraw() {
  there_.stop();
  back_.stop();
}

void Splice::half_ended() {
  if (there_.has_ended() && back_.has_ended()) return finish(nullptr);
  tally_->other_ended_first = back_.has_ended();
  octets_moved();
  look_again_at(due());
}

void Splice::finish(const Error* error) {
  over_ = true;
  if (error == nullptr) return done();
  if (!there_.has_ended() && !back_.has_ended()) {
    tally_->other_ended_first = error->origin != origin();
  }
  end(Error(*error));
}

Time Splice::due() const {
  const bool farewell = there_.has_ended() || back_.has_ended();
  Time due = moved_at_ + (farewell ? times_.farewell : times_.idle);
  for (const Half* half : {&there_, &back_}) {
    if (half->waits_for_room()) due = std::min(due, half->stuck_since() + times_.stalled);
  }
  return due;
}

void Splice::timed_out() {
  const Time now = loop().now();
  for (Half* half : {&there_, &back_}) {
    if (half->waits_for_room()) half->look(now);
  }
  const Time next = due();
  if (now < next) return look_again_at(next);
  for (const Half* half : {&there_, &back_}) {
    if (!half->waits_for_room() || now < half->stuck_since() + times_.stalled) continue;
    const Error stuck{Kind::Timeout, half->stuck_at(), "takes nothing of what waits for it"};
    return finish(&stuck);
  }
  if (there_.has_ended() || back_.has_ended()) return finish(nullptr);
  const Error idle{Kind::Timeout, origin(), "idle"};
  return finish(&idle);
}

}  // namespace postern::net
