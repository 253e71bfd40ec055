// See smtp_data.hpp. clean_run() finds how far the octets can go as they are; those that stop it
// are taken one by one, until the next clean run begins.

#include "wire/smtp_data.hpp"

#include "wire/clean_run.hpp"

namespace postern::wire::smtp {

std::string_view DataRelay::take(std::string_view chunk) {
  buffer_.clear();
  consumed_ = 0;
  dots_added_ = 0;
  bool copying = false;
  std::size_t passed = 0;  // octets at the front that go out as they are
  while (consumed_ < chunk.size() && state_ != State::Ended) {
    const bool may_run = returns_ == 0 && (state_ == State::Text || state_ == State::LineStart);
    if (may_run) {
      const std::string_view rest = chunk.substr(consumed_);
      std::size_t run = clean_run(last_, rest);
      // Whether a CR at the end is a line end, the next octet tells.
      if (run > 0 && rest[run - 1] == '\r') --run;
      if (run > 0) {
        if (copying) buffer_.append(rest.substr(0, run));
        last_ = rest[run - 1];
        state_ = last_ == '\n' ? State::LineStart : State::Text;
        consumed_ += run;
        if (!copying) passed = consumed_;
        continue;
      }
    }
    if (!copying) buffer_.assign(chunk, 0, passed);
    copying = true;
    take_octet(chunk[consumed_]);
    ++consumed_;
  }
  const std::string_view out = copying ? std::string_view(buffer_) : chunk.substr(0, passed);
  octets_ += out.size() - dots_added_;
  return out;
}

void DataRelay::take_octet(char octet) {
  switch (state_) {
    case State::LineStart:
      if (octet == '.') {
        state_ = State::Dot;
        return;
      }
      break;
    case State::Dot:
      if (octet == '\r') {
        state_ = State::DotReturn;
        return;
      }
      if (octet == '\n' && bare_end_) {
        state_ = State::Ended;
        return;
      }
      break;  // the dot was there to be undone
    case State::DotReturn:
      if (octet == '\n') {
        state_ = State::Ended;
        return;
      }
      returns_ = 1;
      break;
    case State::BareDot:
      if (octet == '\n') {
        state_ = State::Ended;
        return;
      }
      emit('.');
      break;
    case State::Text:
    case State::Ended:
      break;
  }
  state_ = State::Text;
  take_text(octet);
}

void DataRelay::take_text(char octet) {
  if (octet == '\n') return take_line_feed();
  if (octet == '\r') {
    if (returns_ == 2) {  // of three, the first cannot be part of the line end
      end_line();
      return;
    }
    ++returns_;
    return;
  }
  if (returns_ > 0) settle_returns();
  if (octet == '\0') {
    saw_nul_ = true;
    return;
  }
  if (octet == '.' && last_ == '\n' && bare_end_) {
    state_ = State::BareDot;
    return;
  }
  emit(octet);
}

void DataRelay::take_line_feed() {
  const bool clean = returns_ == 1;
  const bool behind_return = returns_ > 0;
  returns_ = 0;
  buffer_ += "\r\n";
  last_ = '\n';
  saw_bare_newline_ = saw_bare_newline_ || !clean;
  // CR CR LF ends with CR LF, so what follows stands behind a line end.
  if (behind_return) state_ = State::LineStart;
}

// A CR that no LF follows.
void DataRelay::end_line() {
  buffer_ += "\r\n";
  last_ = '\n';
  saw_bare_newline_ = true;
}

void DataRelay::settle_returns() {
  for (; returns_ > 0; --returns_)
    end_line();
}

void DataRelay::emit(char octet) {
  if (octet == '.' && last_ == '\n') {
    buffer_.push_back('.');
    ++dots_added_;
  }
  buffer_.push_back(octet);
  last_ = octet;
}

}  // namespace postern::wire::smtp
