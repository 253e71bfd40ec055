// Lines out, replies in.

#include "tests/simulator/scripted_client.hpp"

#include <algorithm>
#include <utility>

namespace postern::test {

namespace {

bool has_long_answer(std::string_view command) {
  return command == "LIST" || command == "UIDL" || command == "CAPA" ||
         command.starts_with("RETR ") || command.starts_with("TOP ");
}

}  // namespace

TakenReply take_reply(std::string_view text, bool long_answer) {
  TakenReply taken;
  const std::size_t feed = text.find("\r\n");
  if (feed == std::string_view::npos) return taken;
  taken.first = text.substr(0, feed);
  taken.octets = feed + 2;
  taken.is_long = long_answer && taken.first.starts_with("+OK");
  if (!taken.is_long) {
    taken.is_whole = true;
    return taken;
  }
  // The dot may come at once.
  const std::size_t end = text.find("\r\n.\r\n", feed);
  taken.is_whole = end != std::string_view::npos;
  const std::size_t stop = taken.is_whole ? end + 2 : text.size();
  taken.body = text.substr(taken.octets, stop - std::min(stop, taken.octets));
  taken.octets = taken.is_whole ? end + 5 : text.size();
  return taken;
}

ScriptedClient::ScriptedClient(net::Loop& loop, std::unique_ptr<Peer> peer, const Plan& plan)
    : loop_(loop), peer_(std::move(peer)), pipelined_(plan.pipelined) {
  const std::string password = plan.wrong_password ? kWrongPassword : kPassword;
  std::vector<std::string> lines = {std::string("USER ") + kUser, "PASS " + password, "UIDL"};
  lines.insert(lines.end(), plan.script.begin(), plan.script.end());
  for (std::string& line : lines) {
    script_ += line + "\r\n";
    line_ends_.push_back(script_.size());
    exchanges_.push_back({.command = std::move(line)});
  }
  const std::size_t login = line_ends_[1];
  for (const Fault& fault : plan.faults) {
    if (fault.kind < FaultKind::ClientResets || fault.kind > FaultKind::ClientStalls) continue;
    faults_.push_back(fault);
    faults_.back().at += login;  // before login nothing of interest is lost
  }
  std::ranges::sort(faults_, {}, &Fault::at);
}

bool ScriptedClient::act() {
  if (left_) return false;
  if (deaf_until_ && loop_.now() >= *deaf_until_) {
    deaf_until_.reset();
    peer_->listen();
    return true;
  }
  heard_ += std::exchange(peer_->heard(), {});
  const bool read = read_replies();
  return say_more() || read;
}

bool ScriptedClient::read_replies() {
  const std::size_t before = read_;
  if (!greeted_) {
    const TakenReply greeting = take_reply(heard_, false);
    greeted_ = greeting.is_whole;
    read_ = greeting.octets;
  }
  while (greeted_ && next_ < exchanges_.size()) {
    Exchange& exchange = exchanges_[next_];
    TakenReply reply =
        take_reply(std::string_view(heard_).substr(read_), has_long_answer(exchange.command));
    exchange.reply = std::move(reply.first);
    exchange.body = std::move(reply.body);
    exchange.is_long = reply.is_long;
    exchange.is_whole = reply.is_whole;
    if (!reply.is_whole) break;
    read_ += reply.octets;
    ++next_;
  }
  return read_ != before;
}

bool ScriptedClient::say_more() {
  if (mute_ || !greeted_ || peer_->end()) return false;
  std::size_t until = script_.size();
  if (!pipelined_) until = next_ < line_ends_.size() ? line_ends_[next_] : script_.size();
  if (!faults_.empty() && faults_.front().at <= until) {
    const Fault fault = faults_.front();
    faults_.erase(faults_.begin());
    peer_->say(std::string_view(script_).substr(said_, fault.at - std::min(fault.at, said_)));
    said_ = std::max(said_, fault.at);
    misbehave(fault);
    return true;
  }
  if (until <= said_) return false;
  peer_->say(std::string_view(script_).substr(said_, until - said_));
  said_ = until;
  return true;
}

void ScriptedClient::misbehave(const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::ClientResets:
    case FaultKind::ClientLeaves:
      loop_.settle();  // what was said before arrives, and perhaps some answers
      heard_ += std::exchange(peer_->heard(), {});
      read_replies();
      fault.kind == FaultKind::ClientResets ? peer_->reset() : peer_->close();
      left_ = true;
      break;
    case FaultKind::ClientHalfCloses:
      mute_ = true;
      peer_->end_output();
      break;
    default:
      peer_->stop_listening();
      deaf_until_ = loop_.now() + std::chrono::seconds(fault.amount);
      break;
  }
}

void ScriptedClient::tell(Outcome& outcome) const {
  outcome.exchanges = exchanges_;
  for (std::size_t i = 0; i < exchanges_.size(); ++i)
    outcome.exchanges[i].is_sent = line_ends_[i] <= said_;
  outcome.heard = heard_;
  outcome.client_left = left_;
  if (!left_) outcome.client_end = peer_->end();
}

}  // namespace postern::test
