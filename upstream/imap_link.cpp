// The conversation: lines to responses, responses to those who wait for them.

#include "upstream/imap_link.hpp"

#include "wire/imap_command.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace postern::upstream {

using net::fail;
using net::Kind;
using net::Origin;
using net::Result;
using net::Task;
using net::Wait;
using wire::imap::Condition;
using wire::imap::Response;

namespace {

metrics::UpstreamResult result_of(Condition condition) {
  switch (condition) {
    case Condition::Ok:
      return metrics::UpstreamResult::Ok;
    case Condition::No:
      return metrics::UpstreamResult::No;
    case Condition::Bye:
      return metrics::UpstreamResult::Bye;
    case Condition::Bad:
    case Condition::PreAuth:
      break;
  }
  return metrics::UpstreamResult::Bad;
}

std::unexpected<net::Error> broken(std::string what) {
  return net::failure(Kind::Malformed, Origin::Upstream, std::move(what));
}

}  // namespace

ImapLink::ImapLink(net::Stream stream, const LinkContext& context, std::uint32_t randomness)
    : passage_(std::move(stream), context),
      context_(context),
      log_(&context.log),
      tags_(randomness) {
  this->stream().set_read_size(net::BlockPool::kLarge);
}

ImapLink::~ImapLink() {
  if (!passage_.is_here() || !usable() || !has_capabilities()) return;
  stream().put(wire::imap::plain(tags_.next(), wire::imap::Plain::Logout));
}

// ---- speaking

std::string ImapLink::begin(metrics::UpstreamCommand kind) {
  std::string tag = tags_.next();
  sent_.push_back({.tag = tag, .kind = kind, .sent_at = loop().exact_now()});
  most_messages_ = messages_;
  responses_ = 0;
  octets_ = 0;
  return tag;
}

std::string ImapLink::begin_ahead(metrics::UpstreamCommand kind) {
  std::string tag = begin(kind);
  sent_.back().is_ahead = true;
  return tag;
}

void ImapLink::claim(std::string_view tag) {
  Command* command = find(tag);
  command->is_ahead = false;
  command->sent_at = loop().exact_now();
}

bool ImapLink::is_answered(std::string_view tag) const {
  const Command* command = find(tag);
  return command == nullptr || command->answer;
}

void ImapLink::forget(std::string_view tag) {
  std::erase_if(sent_, [tag](const Command& each) { return each.tag == tag; });
}

bool ImapLink::usable() const {
  return !ended_ && body_ == nullptr && std::ranges::all_of(sent_, &Command::is_ahead);
}

net::Write ImapLink::send(std::string_view commands, Wait wait) {
  if (traces()) log_->trace(metrics::Direction::ToUpstream, commands);
  return stream().write(commands, wait);
}

net::Write ImapLink::send_login(std::string_view before,
                                std::string_view login,
                                std::string_view behind,
                                Wait wait) {
  shown_login_ = true;
  if (traces()) {
    for (const std::string_view shown : {before, std::string_view("<login>"), behind}) {
      if (!shown.empty()) log_->trace(metrics::Direction::ToUpstream, shown);
    }
  }
  return stream().write({before, login, behind}, wait);
}

net::Deadline ImapLink::command_deadline() const {
  return {loop().now() + context_.settings.command_timeout};
}

// ---- listening

Task<ImapAnswer> ImapLink::conclude(std::string_view tag, Ear* ear, Wait wait) {
  const auto heard = co_await attempt(hear_until_answer(tag, ear, wait));
  if (!heard) {
    failed(tag, heard.error().kind);
    co_await fail(beyond_bounds(heard.error()));
  }
  co_return take_answer(tag);
}

Task<> ImapLink::hear_until_answer(std::string_view tag, Ear* ear, Wait wait) {
  while (!find(tag)->answer) {
    const Heard heard = co_await hear_one(ear, wait);
    if (heard == Heard::Continuation) {
      co_await fail(Kind::Malformed, Origin::Upstream, "continuation that nobody asked for");
    }
    if (heard == Heard::Body) {
      // A body that was not asked for: allowed, of no use, and not to be trusted with our time.
      if (body_->left > LinkLimits::kUnaskedBodyOctets) {
        co_await fail(Kind::Limit, Origin::Upstream, "large body that nobody asked for");
      }
      co_await skip_body(wait);
      co_await end_of_body(wait);
    }
  }
}

Task<ImapLink::Continued> ImapLink::until_continuation(std::string_view tag, Wait wait) {
  while (!find(tag)->answer) {
    const auto heard = co_await attempt(hear_one(nullptr, wait));
    if (!heard) {
      failed(tag, heard.error().kind);
      co_await fail(beyond_bounds(heard.error()));
    }
    if (*heard == Heard::Continuation) co_return {.challenge = std::move(challenge_), .answer = {}};
    if (*heard == Heard::Body) {
      co_await fail(Kind::Malformed, Origin::Upstream, "mail before login");
    }
  }
  co_return {.challenge = {}, .answer = take_answer(tag)};
}

Task<bool> ImapLink::until_body(std::string_view tag, Ear* ear, Wait wait) {
  while (!find(tag)->answer) {
    const auto heard = co_await attempt(hear_one(ear, wait));
    if (!heard || *heard == Heard::Continuation) {
      failed(tag, heard ? Kind::Malformed : heard.error().kind);
      if (!heard) co_await fail(beyond_bounds(heard.error()));
      co_await fail(Kind::Malformed, Origin::Upstream, "continuation that nobody asked for");
    }
    if (*heard == Heard::Body) co_return true;
  }
  co_return false;
}

Task<ImapAnswer> ImapLink::greeting(Wait wait) {
  const net::LineBound bound{.octets_max = LinkLimits::kLineOctets};
  const auto line = co_await attempt(stream().read_line(bound, wait));
  if (!line) {
    give_up(line.error().kind);
    co_await fail(beyond_bounds(line.error()));
  }
  if (traces()) log_->trace(metrics::Direction::FromUpstream, line->text);
  const Response response = wire::imap::parse_response(line->text);
  const auto* status = std::get_if<wire::imap::Status>(&response);
  if (status == nullptr || !status->tag.empty()) {
    give_up(Kind::Malformed);
    const std::string said = wire::printable(line->text, 80);
    co_await fail(Kind::Malformed, Origin::Upstream, "no IMAP greeting: " + said);
  }
  note_code(*status);
  co_return ImapAnswer::from(*status);
}

Task<ImapLink::Heard> ImapLink::hear_one(Ear* ear, Wait wait) {
  if (bye_) co_await fail(Kind::Closed, Origin::Upstream, describe(*bye_));
  const net::Line line = co_await stream().read_line(line_bound(), wait);
  if (const auto literal = wire::imap::announced_literal(line.text)) {
    co_return co_await hear_with_literals(std::string(line.text), ear, wait);
  }
  auto heard = understand(line.text, ear);
  if (!heard) co_await fail(std::move(heard.error()));
  co_return *heard;
}

// Literals are read into memory, each and all of them bounded, but for the octets of a mail.
Task<ImapLink::Heard> ImapLink::hear_with_literals(std::string text, Ear* ear, Wait wait) {
  auto literal = wire::imap::announced_literal(text);
  for (unsigned literals = 0; literal; ++literals) {
    auto body = std::make_unique<IncomingBody>(IncomingBody{.text = std::move(text)});
    if (auto fetch = wire::imap::parse_fetch_head(body->text)) {
      auto counted = count(body->text.size());
      if (!counted) co_await fail(std::move(counted.error()));
      if (traces()) log_->trace(metrics::Direction::FromUpstream, body->text);
      body_ = std::move(body);
      body_->fetch = std::move(*fetch);
      body_->left = body_->fetch.body.announced.octets;
      co_return Heard::Body;
    }
    text = std::move(body->text);
    literal = co_await take_literal(text, literals, *literal, wait);
  }
  auto heard = understand(text, ear);
  if (!heard) co_await fail(std::move(heard.error()));
  co_return *heard;
}

// Appends the octets of a literal and the line behind them; answers what that announces.
Task<std::optional<wire::imap::Announcement>> ImapLink::take_literal(
    std::string& text, unsigned before, wire::imap::Announcement literal, Wait wait) {
  if (before == LinkLimits::kLiterals || literal.octets > LinkLimits::kLiteralOctets) {
    co_await fail(Kind::Limit, Origin::Upstream, "too many or too large literals");
  }
  text += "\r\n";
  text += co_await stream().read_exactly(literal.octets, wait);
  // Lists of hits have no literals: what is around them is as short as other lines are.
  const net::LineBound bound{.octets_max = LinkLimits::kLineOctets};
  const net::Line rest = co_await stream().read_line(bound, wait);
  text += rest.text;
  co_return wire::imap::announced_in_rest(rest.text);
}

net::ReadSome ImapLink::body_octets(Wait wait) {
  return stream().read_some(
      static_cast<std::size_t>(std::min<std::uint64_t>(body_->left, SIZE_MAX)), wait);
}

Task<> ImapLink::skip_body(Wait wait) {
  while (body_->left > 0) {
    const std::string_view some = co_await body_octets(wait);
    body_taken(some.size());
  }
}

Task<std::optional<wire::Uid>> ImapLink::end_of_body(Wait wait) {
  auto uid = co_await attempt(hear_end_of_body(wait));
  if (!uid) {
    give_up(uid.error().kind);
    co_await fail(beyond_bounds(uid.error()));
  }
  co_return *uid;
}

Task<std::optional<wire::Uid>> ImapLink::hear_end_of_body(Wait wait) {
  assert(body_->left == 0);
  const net::Line line = co_await stream().read_line(line_bound(), wait);
  std::string text(line.text);
  auto literal = wire::imap::announced_in_rest(text);
  for (unsigned literals = 0; literal; ++literals) {
    literal = co_await take_literal(text, literals, *literal, wait);
  }
  auto counted = count(text.size());
  if (!counted) co_await fail(std::move(counted.error()));
  if (const auto wrong = wire::imap::parse_fetch_rest(text, body_->fetch)) {
    co_await fail(Kind::Malformed, Origin::Upstream, "FETCH: " + std::string(wrong->why));
  }
  co_return std::exchange(body_, nullptr)->fetch.uid;
}

void ImapLink::keep_for_client() {
  keepsake_ = std::make_unique<Keepsake>();
}

Keepsake ImapLink::take_keepsake() {
  return std::move(*std::exchange(keepsake_, nullptr));
}

void ImapLink::forget_capabilities() {
  capabilities_ = {};
  if (keepsake_) keepsake_->capabilities.clear();
}

Passage ImapLink::give_away() {
  assert(is_idle());
  return std::move(passage_);
}

// Lists and bodies are over for now: what they needed is given back.
void ImapLink::settle() {
  stream().settle();
  if (sent_.empty()) sent_.shrink_to_fit();
}

void ImapLink::rest() {
  settle();
  log_ = nullptr;
}

// ---- understanding

Result<ImapLink::Heard> ImapLink::understand(std::string_view text, Ear* ear) {
  if (traces()) log_->trace(metrics::Direction::FromUpstream, text);
  if (auto counted = count(text.size()); !counted) return std::unexpected(counted.error());
  const Response response = wire::imap::parse_response(text);
  if (const auto* status = std::get_if<wire::imap::Status>(&response)) {
    auto heard = take_status(*status);
    if (heard && *heard == Heard::Data && ear != nullptr) ear->hear(response);
    return heard;
  }
  if (const auto* continuation = std::get_if<wire::imap::Continuation>(&response)) {
    challenge_ = continuation->text;
    return Heard::Continuation;
  }
  if (const auto* wrong = std::get_if<wire::Malformed>(&response)) {
    return broken(std::string(wrong->why) + ": " + wire::printable(text, 80));
  }
  if (const auto* list = std::get_if<wire::imap::CapabilityList>(&response)) {
    capabilities_ = list->capabilities;
    if (keepsake_) keepsake_->capabilities = list->names;
  } else if (const auto* exists = std::get_if<wire::imap::Exists>(&response)) {
    messages_ = std::min<std::uint64_t>(exists->count, LinkLimits::kMessages);
  }
  if (ear != nullptr) ear->hear(response);
  return Heard::Data;
}

// What a response code tells of the server, or has to tell its user.
void ImapLink::note_code(const wire::imap::Status& status) {
  if (!status.code) return;
  if (wire::equal_caseless(status.code->name, "CAPABILITY")) {
    capabilities_ = wire::imap::parse_capabilities(status.code->argument);
    if (keepsake_) keepsake_->capabilities = status.code->argument;
  }
  const bool told_to_user = status.tag.empty() && (status.condition == Condition::Ok ||
                                                   status.condition == Condition::No);
  if (!keepsake_ || !told_to_user || !wire::equal_caseless(status.code->name, "ALERT")) return;
  if (keepsake_->alerts.size() == Keepsake::kAlertsMax) return;
  keepsake_->alerts.push_back(
      {status.condition, wire::printable(status.text, ImapAnswer::kTextMax)});
}

Result<> ImapLink::note_validity(const wire::imap::Status& status) {
  if (!status.code || !wire::equal_caseless(status.code->name, "UIDVALIDITY")) return {};
  told_validity_ = wire::parse_number(status.code->argument, UINT32_MAX).value_or(0);
  if (!numbering_ || told_validity_ == wire::raw(*numbering_)) return {};
  return net::failure(Kind::Changed, Origin::Upstream, "another UIDVALIDITY in mid-session");
}

Result<ImapLink::Heard> ImapLink::take_status(const wire::imap::Status& status) {
  note_code(status);
  if (auto same = note_validity(status); !same) return std::unexpected(same.error());
  if (status.tag.empty()) {
    if (status.condition == Condition::Bye)
      bye_ = std::make_unique<ImapAnswer>(ImapAnswer::from(status));
    if (status.condition == Condition::PreAuth) return broken("PREAUTH after the greeting");
    return Heard::Data;
  }
  Command* command = find(status.tag);
  if (command == nullptr || command->answer) {
    return broken("answer to no command of ours: " + wire::printable(status.tag, 40));
  }
  command->answer = ImapAnswer::from(status);
  const metrics::Upstream upstream = context_.metric;
  const net::Duration took = loop().exact_now() - command->sent_at;
  context_.recorder.add(
      metrics::kMetrics.upstream_commands(upstream, command->kind, result_of(status.condition)));
  if (!command->is_ahead) {
    context_.recorder.observe(metrics::kMetrics.upstream_command_duration(upstream, command->kind),
                              took);
  }
  return Heard::Answer;
}

// How many messages there are may be told only among the answers, when the list was asked for in
// the same write as the mailbox. The highest number counts: none that comes and goes adds up.
Result<> ImapLink::count(std::size_t octets) {
  most_messages_ = std::max(most_messages_, messages_);
  responses_ += 1;
  octets_ += octets;
  if (responses_ > LinkLimits::kResponses + LinkLimits::kResponsesPerMessage * most_messages_ ||
      octets_ > LinkLimits::kOctets + LinkLimits::kOctetsPerMessage * most_messages_) {
    return net::failure(Kind::Limit, Origin::Upstream, "too much in answer to one command");
  }
  return {};
}

// A search without ESEARCH lists its hits on one line, up to eleven octets each.
net::LineBound ImapLink::line_bound() const {
  constexpr std::uint64_t kHitOctets = 11;
  return {.octets_max =
              std::max<std::size_t>(LinkLimits::kLineOctets, messages_ * kHitOctets + 100)};
}

ImapLink::Command* ImapLink::find(std::string_view tag) {
  const auto found = std::ranges::find(sent_, tag, &Command::tag);
  return found == sent_.end() ? nullptr : &*found;
}

const ImapLink::Command* ImapLink::find(std::string_view tag) const {
  const auto found = std::ranges::find(sent_, tag, &Command::tag);
  return found == sent_.end() ? nullptr : &*found;
}

ImapAnswer ImapLink::take_answer(std::string_view tag) {
  const auto found = std::ranges::find(sent_, tag, &Command::tag);
  ImapAnswer answer = std::move(*found->answer);
  sent_.erase(found);
  return answer;
}

void ImapLink::give_up(Kind kind) {
  ended_ = true;
  passage_.ends_by(bye_ ? metrics::DisconnectReason::Bye : disconnect_reason(kind));
}

void ImapLink::failed(std::string_view tag, Kind kind) {
  give_up(kind);
  if (const Command* command = find(tag)) {
    context_.recorder.add(
        metrics::kMetrics.upstream_commands(context_.metric, command->kind, unanswered(kind)));
  }
}

}  // namespace postern::upstream
