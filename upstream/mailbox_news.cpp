// Writing down what is told.

#include "upstream/mailbox_news.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace postern::upstream {

namespace {

// "UIDVALIDITY 7": a number of 32 bits that is not zero.
template <class Number>
std::optional<Number> number_of(std::string_view argument) {
  const auto number = wire::parse_number(argument, UINT32_MAX);
  if (!number || *number == 0) return std::nullopt;
  return Number{static_cast<std::uint32_t>(*number)};
}

// A date as it is kept: nothing before 1970 nor behind 2106 is worth a wider number.
std::uint32_t kept_date(const std::optional<std::int64_t>& seconds) {
  if (!seconds || *seconds < 0 || *seconds > std::int64_t{UINT32_MAX}) return 0;
  return static_cast<std::uint32_t>(*seconds);
}

std::uint64_t kept_size(const std::optional<std::uint64_t>& octets) {
  if (!octets) return MailboxNews::kUntold;
  return *octets > ListedMessage::kSizeMax ? MailboxNews::kAbsurd : *octets;
}

void merge(ListedMessage& kept, const ListedMessage& other) {
  if (other.size != MailboxNews::kUntold) kept.size = other.size;
  if (other.received != 0) kept.received = other.received;
}

}  // namespace

std::vector<ListedMessage>& MailboxNews::ordered_lines() {
  if (!std::ranges::is_sorted(lines_, {}, &ListedMessage::uid)) {
    std::ranges::sort(lines_, {}, &ListedMessage::uid);
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (kept > 0 && lines_[kept - 1].uid == lines_[i].uid) {
      merge(lines_[kept - 1], lines_[i]);
    } else {
      lines_[kept++] = lines_[i];
    }
  }
  lines_.resize(kept);
  return lines_;
}

std::optional<wire::UidSet> MailboxNews::vanished() const {
  if (vanished_.size() > wire::UidSet::kRangesMax) return std::nullopt;
  return wire::UidSet(vanished_);
}

void MailboxNews::hear(const wire::imap::Response& response) {
  if (const auto* fetch = std::get_if<wire::imap::Fetch>(&response)) return note(*fetch);
  if (const auto* exists = std::get_if<wire::imap::Exists>(&response)) {
    move(exists->count);
    told_exists_ = true;
  } else if (std::get_if<wire::imap::Expunge>(&response) != nullptr) {
    move(exists_ - std::min<std::uint64_t>(exists_, 1));
  } else if (const auto* vanished = std::get_if<wire::imap::Vanished>(&response)) {
    note(*vanished);
  } else if (const auto* search = std::get_if<wire::imap::Search>(&response)) {
    hits_.told = true;
    for (const wire::UidRange range : search->uids.ranges())
      hits_.uids.add(range);
  } else if (const auto* esearch = std::get_if<wire::imap::Esearch>(&response)) {
    hits_ = {.told = esearch->uid, .uids = esearch->all, .count = esearch->count.value_or(0)};
    if (!esearch->count) hits_.told = false;
  } else if (const auto* status = std::get_if<wire::imap::Status>(&response)) {
    if (status->code) note(*status->code);
  }
}

// The first number is how many there are; each other one is a change.
void MailboxNews::move(std::uint64_t exists) {
  if (told_exists_ && exists != exists_) moved_ = true;
  if (exists < exists_) shrank_ = true;
  exists_ = exists;
}

void MailboxNews::note(const wire::imap::Code& code) {
  const auto [name, argument] = code;
  if (wire::equal_caseless(name, "UIDVALIDITY")) {
    mailbox_.uid_validity = number_of<wire::UidValidity>(argument);
  } else if (wire::equal_caseless(name, "UIDNEXT")) {
    mailbox_.uid_next = number_of<wire::Uid>(argument);
  } else if (wire::equal_caseless(name, "UIDNOTSTICKY")) {
    mailbox_.uids_not_sticky = true;
  } else if (wire::equal_caseless(name, "HIGHESTMODSEQ")) {
    mailbox_.modseq = wire::parse_number(argument, INT64_MAX).value_or(0);
  } else if (wire::equal_caseless(name, "NOMODSEQ")) {
    mailbox_.modseq = 0;
  } else if (wire::equal_caseless(name, "PERMANENTFLAGS") &&
             mailbox_.opened_for == wire::imap::OpenFor::Changing) {
    // In answer to EXAMINE no flag is permanent, whatever SELECT would allow.
    mailbox_.may_delete = wire::contains_caseless(argument, "\\Deleted");
  }
}

// Those of earlier are not among the messages that EXISTS counted. Those of now are counted out as
// they are by EXPUNGE, which a server does not send any more once QRESYNC is on.
void MailboxNews::note(const wire::imap::Vanished& vanished) {
  for (const wire::UidRange range : vanished.uids.ranges()) {
    if (vanished_.size() > wire::UidSet::kRangesMax) break;
    vanished_.push_back(range);
  }
  if (!vanished.earlier) move(exists_ - std::min(exists_, vanished.uids.count()));
}

void MailboxNews::note(const wire::imap::Fetch& fetch) {
  if (!fetch.uid) return;
  if (lines_.size() > 2 * kMessagesMax) return;  // no list can be made of so many
  // A line without a size is news of flags, or a line whose size was left out: both are merged.
  if (fetch.has_flags && !fetch.size) ++flag_lines_;
  lines_.push_back({.uid = *fetch.uid,
                    .received = kept_date(fetch.received_at),
                    .size = kept_size(fetch.size)});
}

}  // namespace postern::upstream
