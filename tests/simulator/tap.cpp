// Carrying, and breaking.

#include "tests/simulator/tap.hpp"

#include "net/memory_stream.hpp"

#include <algorithm>
#include <utility>

namespace postern::test {

namespace {

std::unique_ptr<Peer> connect_to(net::Loop& loop, MailServer& server) {
  auto [near, far] = net::memory_pair(loop, net::Origin::Upstream, net::Origin::Client);
  server.take(std::move(far));
  return std::make_unique<Peer>(loop, std::move(near));
}

// Where a line that begins with these words ends; npos: not there yet.
std::size_t end_of_line_with(std::string_view text, std::string_view words) {
  std::size_t start = text.starts_with(words) ? 0 : text.find("\n" + std::string(words));
  if (start == std::string_view::npos) return start;
  const std::size_t feed = text.find('\n', start + 1);
  return feed == std::string_view::npos ? feed : feed + 1;
}

}  // namespace

Tap::Tap(net::Loop& loop, net::Stream to_gateway, MailServer& server, Wire& wire)
    : loop_(loop),
      gateway_(loop, std::move(to_gateway)),
      server_(connect_to(loop, server)),
      wire_(wire),
      faults_(wire.next_command("greeting")) {
  if (fault(FaultKind::LoseCommand) != nullptr) break_both();
}

const Fault* Tap::fault(FaultKind kind) const {
  const auto found = std::ranges::find(faults_, kind, &Fault::kind);
  return found == faults_.end() ? nullptr : &*found;
}

void Tap::break_both() {
  over_ = true;
  gateway_.reset();
  server_->reset();
}

bool Tap::carry() {
  if (over_) return false;
  if (!dripping_.empty()) {
    if (loop_.now() < next_drop_) return false;
    gateway_.say(dripping_.substr(0, drop_));
    dripping_.erase(0, drop_);
    next_drop_ = loop_.now() + std::chrono::seconds(1);
    return true;
  }
  const bool moved = command_.empty() ? take_command() : take_answer();
  return moved || follow_ends();
}

bool Tap::take_command() {
  std::string& said = gateway_.heard();
  const std::size_t feed = said.find('\n');
  if (feed == std::string::npos || silent_) return false;
  const std::string line = said.substr(0, feed + 1);
  said.erase(0, feed + 1);
  faults_ = wire_.next_command(line);
  for (const Fault& each : faults_)
    wire_.change_mail(each);
  if (over_) return true;
  tag_ = line.substr(0, line.find(' '));
  command_ = line.substr(std::min(line.size(), tag_.size() + 1));
  if (fault(FaultKind::LoseCommand) != nullptr) {
    break_both();
  } else if (fault(FaultKind::AnswerNo) != nullptr) {
    pass_on(tag_ + " NO not now\r\n");
  } else if (fault(FaultKind::AnswerBad) != nullptr) {
    pass_on(tag_ + " BAD not understood\r\n");
  } else if (fault(FaultKind::Bye) != nullptr) {
    gateway_.say("* BYE shutting down\r\n");
    gateway_.close();
    server_->reset();
    over_ = true;
  } else {
    server_->say(line);
  }
  return true;
}

bool Tap::take_answer() {
  std::string& said = server_->heard();
  const std::size_t end = end_of_line_with(said, tag_ + " ");
  if (end == std::string::npos) return false;
  std::string answer = said.substr(0, end);
  said.erase(0, end);
  if (fault(FaultKind::LoseAnswer) != nullptr) {
    break_both();
  } else if (const Fault* cut = fault(FaultKind::CutAnswer)) {
    gateway_.say(answer.substr(0, cut->amount));
    loop_.settle();  // what is on its way when a connection breaks would be lost with it
    break_both();
  } else if (fault(FaultKind::Hang) != nullptr) {
    silent_ = true;
    command_.clear();
  } else {
    pass_on(std::move(answer));
  }
  return true;
}

void Tap::pass_on(std::string answer) {
  wire_.answered(command_, answer);
  command_.clear();
  std::string before;
  if (const Fault* unasked = fault(FaultKind::Unasked)) {
    for (std::size_t i = 0; i < unasked->amount; ++i)
      before += "* OK still here\r\n";
  }
  if (fault(FaultKind::WrongTag) != nullptr) before += "zz99.1 OK this was not asked for\r\n";
  answer.insert(0, before);
  if (const Fault* drip = fault(FaultKind::Drip)) {
    // Never so slow that the gateway would be right to give up: that is Hang's part.
    drop_ = std::max<std::size_t>({drip->amount, answer.size() / 20, 1});
    next_drop_ = loop_.now();
    dripping_ = std::move(answer);
    return;
  }
  gateway_.say(answer);
}

bool Tap::follow_ends() {
  if (gateway_.end()) {
    over_ = true;
    server_->close();
    return true;
  }
  if (server_->end()) {
    over_ = true;
    gateway_.close();
    return true;
  }
  return false;
}

}  // namespace postern::test
