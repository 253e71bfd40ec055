// One copy, from the first try to the last.

#include "proxy/sent_copies.hpp"

#include "net/sleep.hpp"
#include "proxy/services.hpp"
#include "upstream/imap_append.hpp"
#include "upstream/imap_mailbox.hpp"
#include "upstream/imap_search.hpp"
#include "upstream/imap_special.hpp"
#include "wire/ascii.hpp"

#include <utility>

namespace postern::proxy {

using metrics::CopyResult;
using metrics::kMetrics;
using net::Deadline;
using net::Kind;
using net::Task;

namespace {

constexpr int kPauseGrowth = 4;  // from one pause to the next

// Servers that put what was sent through their house into the mailbox themselves.
bool saves_by_itself(upstream::Family family) {
  return family == upstream::Family::Gmail || family == upstream::Family::Exchange;
}

// Whether another try may do better. What was refused for good stays so, and a fault of ours too.
bool may_do_better(Kind kind) {
  switch (kind) {
    case Kind::Refused:
    case Kind::Denied:
    case Kind::Cancelled:
    case Kind::Internal:
      return false;
    default:
      return true;
  }
}

CopyResult result_of(const net::Error& error, bool unknown) {
  if (error.kind == Kind::Cancelled) return CopyResult::Abandoned;
  if (unknown) return CopyResult::Unknown;
  if (error.code == "OVERQUOTA") return CopyResult::OverQuota;
  if (error.kind == Kind::Internal) return CopyResult::NotSpooled;
  return may_do_better(error.kind) ? CopyResult::Unavailable : CopyResult::Refused;
}

bool is_well(CopyResult result) {
  return result == CopyResult::Saved || result == CopyResult::Present ||
         result == CopyResult::LeftToServer;
}

}  // namespace

std::filesystem::path spool_folder(const conf::Settings& settings) {
  if (!settings.state.path.empty()) return settings.state.path.parent_path();
  std::error_code none;
  return std::filesystem::temp_directory_path(none);
}

SentCopies::SentCopies(net::Loop& loop,
                       metrics::Recorder& recorder,
                       metrics::Log& log,
                       unsigned share)
    : loop_(loop),
      recorder_(recorder),
      log_(log),
      share_(share),
      links_(loop, kLinksMax, kWaitingMax),
      scope_([](const net::Error&) {}) {}

std::unique_ptr<Spool> SentCopies::spool(const conf::Settings& settings) {
  return std::make_unique<Spool>(
      loop_,
      Spool::Place{.room = room_,
                   .octets_max = settings.submission.spool_max.octets / share_,
                   .folder = spool_folder(settings)});
}

void SentCopies::make(SentMessage message) {
  scope_.spawn(put_away(std::move(message)));
}

Task<> SentCopies::put_away(SentMessage message) {
  metrics::SessionLog log(log_, message.session);
  log.user(message.user);
  log.upstream(message.server->settings().name);
  log.doing("APPEND");
  if (message.octets->has_failed()) {
    co_return tell(message, log, {CopyResult::NotSpooled, "no room, or no disk"});
  }
  if (links_.queued() >= kWaitingMax) {
    co_return tell(message, log, {CopyResult::TooMany, "too many copies under way"});
  }
  tell(message, log, co_await try_until_done(message, log));
}

Task<SentCopies::End> SentCopies::try_until_done(SentMessage& message, metrics::SessionLog& log) {
  net::Duration pause = message.snapshot->settings->submission.save_sent_pause;
  bool unknown = false;  // whether the message is there already
  const unsigned tries = message.message_id.empty() ? 1 : kTries;
  for (unsigned number = 1;; ++number) {
    const auto done = co_await attempt(try_once(message, log, unknown));
    if (done) co_return End{.result = *done, .detail = {}};
    if (number == tries || !may_do_better(done.error().kind)) {
      co_return End{.result = result_of(done.error(), unknown), .detail = done.error().detail};
    }
    recorder_.add(kMetrics.upstream_retries(message.server->metric(), metrics::RetryReason::Copy));
    const net::Wait until = net::Wait(Deadline{loop_.now() + pause}).drainable();
    const auto slept = co_await attempt(net::sleep_until(loop_, until));
    if (!slept) {
      co_return End{.result = result_of(slept.error(), unknown), .detail = done.error().detail};
    }
    pause *= kPauseGrowth;
  }
}

// Whoever asks for a place waits for it as long as it takes: all that hold one have deadlines.
Task<CopyResult> SentCopies::try_once(SentMessage& message,
                                      metrics::SessionLog& log,
                                      bool& unknown) {
  const Deadline whenever{net::Time::max()};
  const net::Slot slot = co_await links_.take(whenever);
  const auto link = co_await message.server->call(
      {.account = message.account, .facts = message.facts, .log = log});
  if (saves_by_itself(link->family())) co_return CopyResult::LeftToServer;
  std::string mailbox = co_await find_special(*link, upstream::kSent, link->command_deadline());
  if (!wire::all_printable(mailbox)) {
    // No modified UTF-7, whatever the server may mean by it: it cannot be opened.
    co_await net::fail(Kind::Denied, net::Origin::Upstream, "name of a mailbox that is none");
  }
  if (!message.message_id.empty() && co_await is_there(*link, mailbox, message)) {
    co_return unknown ? CopyResult::Saved : CopyResult::Present;
  }
  unknown = false;  // it has been looked for
  message.octets->rewind();
  upstream::ImapAppend append(*link,
                              {.mailbox = std::move(mailbox),
                               .flags = "(\\Seen)",
                               .unix_time = message.unix_time,
                               .octets = message.octets->octets()});
  auto done = co_await attempt(append.run(*message.octets));
  unknown = !done && append.is_said();
  if (!done) co_await net::fail(std::move(done.error()));
  co_return CopyResult::Saved;
}

// Opened for changing: Courier appends nothing to a mailbox that is open for reading only.
Task<bool> SentCopies::is_there(upstream::ImapLink& link,
                                const std::string& mailbox,
                                const SentMessage& message) {
  upstream::MailboxOpening opening(
      link, {.mailbox = mailbox, .purpose = wire::imap::OpenFor::Changing, .with_list = false});
  (void)co_await opening.open();
  const wire::UidSet found = co_await search_message_id(
      link, message.message_id, message.unix_time, link.command_deadline());
  co_return !found.empty();
}

void SentCopies::tell(const SentMessage& message, metrics::SessionLog& log, const End& end) {
  recorder_.add(kMetrics.submission_copies(message.server->metric(), end.result));
  if (!is_well(end.result)) {
    log.write(metrics::CopyFailed{.result = end.result, .detail = end.detail});
  }
}

}  // namespace postern::proxy
