// See dot_stream.hpp. clean_run() finds how far the octets can go as they are; the one octet that
// stops it is repaired here, and so on to the end of the chunk. `last_` is the last octet that went
// out, so an LF that was repaired looks like any other line end to what follows.

#include "wire/dot_stream.hpp"

#include "wire/clean_run.hpp"

#include <algorithm>

namespace postern::wire {

namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr char kInsteadOfNul = '\x80';

}  // namespace

std::string_view DotStuffer::stuff(std::string_view chunk) {
  dots_added_ = 0;
  buffer_.clear();
  if (chunk.empty()) return {};
  std::size_t at = settle_held(chunk);
  bool copying = !buffer_.empty() || at > 0;

  while (at < chunk.size()) {
    const std::string_view run = chunk.substr(at, run_length(chunk.substr(at)));
    if (!run.empty()) last_ = run.back();
    if (copying) buffer_.append(run);
    at += run.size();
    if (at == chunk.size()) break;

    const char octet = chunk[at];
    if (at + 1 == chunk.size() && hold_back(octet)) {
      if (!copying) return account(chunk.substr(0, at));
      break;
    }
    if (!copying) buffer_.assign(chunk, 0, at);
    copying = true;
    repair(octet, chunk.substr(at + 1));
    ++at;
  }
  return account(copying ? std::string_view(buffer_) : chunk);
}

std::string_view DotStuffer::finish() {
  dots_added_ = 0;
  buffer_.clear();
  if (held_ == Held::Dot) decide_dot('\n');  // the end of the mail is a line end
  held_ = Held::Nothing;
  const bool empty = octets_ == 0 && buffer_.empty();
  if (empty || last_ != '\n') emit(kLineEnd);
  const std::size_t ended = buffer_.size();
  account(buffer_);
  if (!header_ended_ && options_.add_end_of_header) {
    emit(kLineEnd);
    octets_ += buffer_.size() - ended;
  }
  return buffer_;
}

// How many octets need no repair. A CR at their end is left to repair() where it is to be stripped.
std::size_t DotStuffer::run_length(std::string_view from_here) const noexcept {
  const std::size_t run = clean_run(last_, from_here);
  const bool ends_in_return = run > 0 && from_here[run - 1] == '\r';
  return options_.bare_cr == BareCr::Strip && ends_in_return ? run - 1 : run;
}

// Whether this octet, the last of a chunk, means something only together with the next one.
bool DotStuffer::hold_back(char octet) {
  if (options_.bare_cr == BareCr::Strip && octet == '\r') held_ = Held::Return;
  if (options_.bare_cr == BareCr::Guard && octet == '.' && last_ == '\r') held_ = Held::Dot;
  return held_ != Held::Nothing;
}

// Puts out what an octet that is not clean stands for.
void DotStuffer::repair(char octet, std::string_view after) {
  if (octet == '\r' && options_.bare_cr == BareCr::Strip) return;
  if (last_ == '\r') {  // a lone one, and out already
    if (octet == '.' && options_.bare_cr == BareCr::Guard) return decide_dot(after.front());
    return emit_one(octet);
  }
  if (octet == '\n') return emit(kLineEnd);
  if (octet != '.' || last_ != '\n') return emit_one(octet);
  emit("..");
  ++dots_added_;
}

// A dot behind a lone CR: the whole line for a reader of CR, if a line end follows.
void DotStuffer::decide_dot(char next) {
  if (next == '\r' || next == '\n') {
    emit("\n..");
    ++dots_added_;
  } else {
    emit_one('.');
  }
}

// What the last chunk left open is decided by the first octet of this one. Returns how many octets
// of the chunk that used.
std::size_t DotStuffer::settle_held(std::string_view chunk) {
  const Held held = held_;
  held_ = Held::Nothing;
  if (held == Held::Dot) decide_dot(chunk.front());
  if (held != Held::Return || chunk.front() != '\n') return 0;
  emit(kLineEnd);
  return 1;
}

void DotStuffer::emit(std::string_view octets) {
  buffer_.append(octets);
  last_ = octets.back();
}

void DotStuffer::emit_one(char octet) {
  last_ = octet == '\0' && options_.replace_nul ? kInsteadOfNul : octet;
  buffer_.push_back(last_);
}

// Counts what goes out, and looks for the end of the header in it. Every LF of it follows a CR, so
// a line of one octet is an empty line.
std::string_view DotStuffer::account(std::string_view out) {
  octets_ += out.size() - dots_added_;
  std::string_view rest = out;
  while (!header_ended_ && !rest.empty()) {
    const std::size_t line_feed = rest.find('\n');
    if (line_feed == std::string_view::npos) {
      line_octets_ += rest.size();
      break;
    }
    header_ended_ = line_octets_ + line_feed == 1;
    line_octets_ = 0;
    rest.remove_prefix(line_feed + 1);
  }
  return out;
}

std::string_view TopCutter::take(std::string_view stuffed) noexcept {
  std::size_t taken = in_header_ ? header_octets(stuffed) : 0;
  while (!in_header_ && lines_left_ > 0 && taken < stuffed.size()) {
    const std::size_t line_feed = stuffed.find('\n', taken);
    if (line_feed == std::string_view::npos) return stuffed;
    taken = line_feed + 1;
    --lines_left_;
  }
  return stuffed.substr(0, taken);
}

// How many octets belong to the header and the line that ends it.
std::size_t TopCutter::header_octets(std::string_view stuffed) noexcept {
  std::size_t at = 0;
  while (at < stuffed.size()) {
    const std::size_t line_feed = std::min(stuffed.find('\n', at), stuffed.size());
    const std::string_view line = stuffed.substr(at, line_feed - at);
    line_is_blank_ = line_is_blank_ && line.find_first_not_of('\r') == std::string_view::npos;
    if (line_feed == stuffed.size()) break;
    at = line_feed + 1;
    if (line_is_blank_) {
      in_header_ = false;
      return at;
    }
    line_is_blank_ = true;
  }
  return stuffed.size();
}

}  // namespace postern::wire
