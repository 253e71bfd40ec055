// See mail_header.hpp.

#include "wire/mail_header.hpp"

#include "wire/ascii.hpp"

#include <algorithm>

namespace postern::wire {

namespace {

constexpr std::string_view kReceived = "Received:";
constexpr std::string_view kMessageId = "Message-ID:";
constexpr std::size_t kLineOctetsKept = kMessageId.size() + MailHeader::kMessageIdOctetsMax + 1;

// "<...>" without blanks or quotes inside, as nearly all are; others cannot be searched for safely.
bool is_plain_id(std::string_view text) {
  if (text.size() < 3 || text.size() > MailHeader::kMessageIdOctetsMax) return false;
  if (!text.starts_with('<') || !text.ends_with('>')) return false;
  return std::ranges::all_of(text, [](char octet) {
    return octet > ' ' && octet <= '~' && octet != '"' && octet != '\\';
  });
}

}  // namespace

void MailHeader::take(std::string_view octets) {
  while (!ended_ && !octets.empty()) {
    const std::size_t line_feed = octets.find('\n');
    const std::string_view part = octets.substr(0, line_feed);
    line_.append(part.substr(0, kLineOctetsKept - std::min(kLineOctetsKept, line_.size())));
    if (line_feed == std::string_view::npos) return;
    octets.remove_prefix(line_feed + 1);
    end_line();
  }
}

void MailHeader::end_line() {
  if (line_.ends_with('\r')) line_.pop_back();
  const std::string_view line = line_;
  if (line.empty()) {
    ended_ = true;
  } else if (expects_id_ && is_blank(line.front())) {
    const std::string_view value = trim_blanks(line);
    if (is_plain_id(value)) message_id_ = value;
  } else if (starts_with_caseless(line, kReceived)) {
    ++received_;
  }
  expects_id_ = false;
  if (message_id_.empty() && starts_with_caseless(line, kMessageId)) {
    const std::string_view value = trim_blanks(line.substr(kMessageId.size()));
    expects_id_ = value.empty();
    if (is_plain_id(value)) message_id_ = value;
  }
  line_.clear();
  if (ended_) line_.shrink_to_fit();
}

}  // namespace postern::wire
