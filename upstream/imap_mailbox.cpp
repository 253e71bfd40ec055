// The mailbox and its list.

#include "upstream/imap_mailbox.hpp"

#include "upstream/refusal.hpp"
#include "wire/uid_set.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace postern::upstream {

using metrics::UpstreamCommand;
using net::fail;
using net::Kind;
using net::Origin;
using net::Task;

namespace {

// "UIDVALIDITY 7": a number of 32 bits that is not zero.
template <class Number>
std::optional<Number> number_of(std::string_view argument) {
  const auto number = wire::parse_number(argument, UINT32_MAX);
  if (!number || *number == 0) return std::nullopt;
  return Number{static_cast<std::uint32_t>(*number)};
}

}  // namespace

std::string MailboxOpening::compose(bool with_list) {
  open_tag_ = link_.begin(UpstreamCommand::Select);
  const auto parts = wire::imap::open(
      open_tag_, purpose_, name_, std::nullopt, wire::imap::Literals::Synchronizing);
  assert(parts && parts->size() == 1);  // modified UTF-7 is always printable
  std::string commands(parts->front().reveal());
  if (!with_list) return commands;
  list_tag_ = link_.begin(UpstreamCommand::FetchTable);
  return commands + wire::imap::uid_fetch(list_tag_, "1:*", wire::imap::kSizeItems);
}

Task<OpenedMailbox> MailboxOpening::open() {
  const net::Deadline deadline = link_.command_deadline();
  if (open_tag_.empty()) {
    const std::string command = compose(false);
    link_.let_numbering_change();
    co_await link_.send(command, deadline);
  }
  const ImapAnswer answer = co_await link_.conclude(open_tag_, this, deadline);
  if (!answer.ok()) co_await fail(open_refusal(answer, link_.settings()));
  mailbox_.read_only = purpose_ == wire::imap::OpenFor::Changing && answer.has_code("READ-ONLY");
  if (!told_exists_) co_await fail(Kind::Malformed, Origin::Upstream, "no EXISTS");
  mailbox_.exists = exists_now_;
  if (mailbox_.exists > kMessagesMax) {
    co_await fail(Kind::Limit, Origin::Upstream, "too many messages in the mailbox");
  }
  if (!mailbox_.uid_validity && !mailbox_.uids_not_sticky) {
    co_await fail(Kind::Malformed, Origin::Upstream, "no UIDVALIDITY");
  }
  if (mailbox_.uid_validity) link_.hold_numbering(*mailbox_.uid_validity);
  co_return mailbox_;
}

Task<> MailboxOpening::ask_list() {
  if (!list_tag_.empty()) co_return;
  // A mailbox from which all went is asked about as well if it listed some before: expunges that
  // are told are no proof that it is empty.
  if (exists_now_ == 0 && seen_.empty()) co_return;
  seen_.clear();
  expunged_meanwhile_ = false;
  mailbox_.exists = exists_now_;
  list_tag_ = link_.begin(UpstreamCommand::FetchTable);
  const std::string command = wire::imap::uid_fetch(list_tag_, "1:*", wire::imap::kSizeItems);
  co_await link_.send(command, net::Idle{link_.settings().load_idle});
}

Task<std::vector<ListedMessage>> MailboxOpening::list() {
  constexpr int kRounds = 2;
  bool have_list = false;
  for (int round = 0; round < kRounds && !have_list; ++round) {
    co_await ask_list();
    have_list = co_await hear_list();
  }
  if (!have_list) {
    co_await fail(Kind::Malformed,
                  Origin::Upstream,
                  "list of " + std::to_string(seen_.size()) + " messages where there are " +
                      std::to_string(exists_now_));
  }
  co_await ask_missing_sizes();
  std::vector<ListedMessage> messages;
  messages.reserve(seen_.size());
  for (const Seen& each : seen_) {
    messages.push_back({.uid = each.uid, .size = each.size.value_or(1)});
  }
  co_return messages;
}

// Whether the list is complete.
Task<bool> MailboxOpening::hear_list() {
  if (list_tag_.empty()) co_return exists_now_ == 0 && seen_.empty();
  const std::string tag = std::exchange(list_tag_, {});
  const net::Idle patience{link_.settings().load_idle};
  const ImapAnswer answer = co_await link_.conclude(tag, this, patience);
  co_return answer.ok() && complete();
}

// Sorts what was heard and says whether it can be the whole mailbox.
//
// Messages that come in while the list is on its way may or may not be in it; they have UIDs from
// UIDNEXT on, so those below must be as many as there were. Where the server does not tell UIDNEXT,
// or messages went meanwhile, the count at the end decides.
bool MailboxOpening::complete() {
  std::ranges::sort(seen_, {}, &Seen::uid);
  std::vector<Seen> merged;
  merged.reserve(seen_.size());
  for (const Seen& each : seen_) {
    if (merged.empty() || merged.back().uid != each.uid) {
      merged.push_back(each);
      continue;
    }
    if (each.size) merged.back().size = each.size;
  }
  seen_ = std::move(merged);
  if (seen_.size() == exists_now_) return true;
  if (expunged_meanwhile_ || !mailbox_.uid_next) return false;
  const auto old = std::ranges::lower_bound(seen_, *mailbox_.uid_next, {}, &Seen::uid);
  return static_cast<std::uint64_t>(old - seen_.begin()) == mailbox_.exists &&
         seen_.size() <= exists_now_;
}

// fetchmail's manual tells of servers that leave sizes out; such a message is asked for once more,
// all of them in one go, and then listed with one octet rather than not at all.
Task<> MailboxOpening::ask_missing_sizes() {
  std::vector<wire::Uid> missing;
  std::vector<wire::Uid> all;
  for (const Seen& each : seen_) {
    all.push_back(each.uid);
    if (!each.size) missing.push_back(each.uid);
  }
  if (missing.empty()) co_return;
  const net::Idle patience{link_.settings().load_idle};
  for (const std::string& uids : wire::compose_sets(missing, all)) {
    const std::string tag = link_.begin(UpstreamCommand::FetchTable);
    const std::string command = wire::imap::uid_fetch(tag, uids, wire::imap::kSizeItems);
    co_await link_.send(command, patience);
    (void)co_await link_.conclude(tag, this, patience);
  }
  // What was heard now is merged in; a message that appeared meanwhile waits for the next session.
  (void)complete();
  std::erase_if(seen_,
                [&](const Seen& each) { return !std::ranges::binary_search(all, each.uid); });
}

void MailboxOpening::hear(const wire::imap::Response& response) {
  if (const auto* fetch = std::get_if<wire::imap::Fetch>(&response)) return note(*fetch);
  if (const auto* exists = std::get_if<wire::imap::Exists>(&response)) {
    exists_now_ = exists->count;
    told_exists_ = true;
  } else if (std::get_if<wire::imap::Expunge>(&response) != nullptr) {
    if (exists_now_ > 0) --exists_now_;
    expunged_meanwhile_ = true;
  } else if (const auto* status = std::get_if<wire::imap::Status>(&response)) {
    if (!status->code) return;
    const auto [name, argument] = *status->code;
    if (wire::equal_caseless(name, "UIDVALIDITY")) {
      mailbox_.uid_validity = number_of<wire::UidValidity>(argument);
    } else if (wire::equal_caseless(name, "UIDNEXT")) {
      mailbox_.uid_next = number_of<wire::Uid>(argument);
    } else if (wire::equal_caseless(name, "UIDNOTSTICKY")) {
      mailbox_.uids_not_sticky = true;
    } else if (wire::equal_caseless(name, "PERMANENTFLAGS") &&
               purpose_ == wire::imap::OpenFor::Changing) {
      // In answer to EXAMINE no flag is permanent, whatever SELECT would allow.
      mailbox_.may_delete = wire::contains_caseless(argument, "\\Deleted");
    }
  }
}

void MailboxOpening::note(const wire::imap::Fetch& fetch) {
  if (!fetch.uid) return;
  // A line without a size is news of flags, or a line whose size was left out: both are merged.
  if (seen_.size() > 2 * kMessagesMax) return;  // complete() will say no
  seen_.push_back({.uid = *fetch.uid, .size = fetch.size});
}

}  // namespace postern::upstream
