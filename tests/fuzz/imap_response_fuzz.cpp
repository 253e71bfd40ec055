// Responses of a server that sends anything, taken whole and as a link takes them: line by line,
// with the octets of a body streamed past. Both ways must agree, and neither may look at an octet
// often.

#include "wire/imap_response.hpp"

#include <optional>
#include <string>
#include <variant>

#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace postern::wire;
using namespace postern::wire::imap;

// Everything that is told must lie in the text and in its range.
void check_fetch(const Fetch& fetch, std::string_view text) {
  fuzz::require(raw(fetch.sequence) > 0);
  fuzz::require(!fetch.uid || raw(*fetch.uid) > 0);
  fuzz::require(!fetch.size || *fetch.size <= std::uint64_t{1} << 63);
  fuzz::require(!fetch.received_at || !fetch.internal_date.empty());
  fuzz::require(fetch.has_flags || (!fetch.seen && !fetch.deleted));
  fuzz::require(fuzz::lies_in(fetch.internal_date, text) && fuzz::lies_in(fetch.email_id, text));
  fuzz::require(fuzz::lies_in(fetch.body.section, text));
  fuzz::require(fuzz::lies_in(fetch.body.string.octets, text));
  fuzz::require(fetch.body.string.text().size() <= fetch.body.string.octets.size());
}

void check_set(const UidSet& set) {
  std::uint64_t previous = 0;
  for (const UidRange& range : set.ranges()) {
    fuzz::require(raw(range.first) > previous && range.first <= range.last);
    previous = std::uint64_t{raw(range.last)} + 1;
  }
  if (!set.empty()) fuzz::require(UidSet::parse(set.text()) == set);
}

void check_whole(const Response& response, std::string_view text) {
  if (const auto* fetch = std::get_if<Fetch>(&response)) {
    check_fetch(*fetch, text);
    fuzz::require(fetch->body.form != Body::Form::Announced);
  }
  if (const auto* status = std::get_if<Status>(&response)) {
    fuzz::require(fuzz::lies_in(status->text, text) && fuzz::lies_in(status->tag, text));
    if (status->code) fuzz::require(fuzz::lies_in(status->code->argument, text));
  }
  if (const auto* vanished = std::get_if<Vanished>(&response)) check_set(vanished->uids);
  if (const auto* search = std::get_if<Search>(&response)) check_set(search->uids);
  if (const auto* esearch = std::get_if<Esearch>(&response)) check_set(esearch->all);
  if (const auto* list = std::get_if<List>(&response)) {
    fuzz::require(list->mailbox.size() <= text.size());
  }
}

bool same(const Fetch& one, const Fetch& other) {
  return one.sequence == other.sequence && one.uid == other.uid && one.size == other.size &&
         one.modseq == other.modseq && one.gmail_id == other.gmail_id &&
         one.email_id == other.email_id && one.internal_date == other.internal_date &&
         one.seen == other.seen && one.deleted == other.deleted &&
         one.body.section == other.body.section && one.body.origin == other.body.origin;
}

// A FETCH that was read whole, and had its body in a literal, reads the same when it is streamed.
void check_streamed(const Fetch& whole, std::string_view text) {
  const std::string_view body = whole.body.string.octets;
  if (whole.body.form != Body::Form::Inline || body.empty()) return;
  const auto start = static_cast<std::size_t>(body.data() - text.data());
  const std::size_t line_end = text.substr(0, start).ends_with("\r\n") ? start - 2 : start - 1;
  if (text[start - 1] != '\n') return;  // it was quoted

  std::optional<Fetch> head = parse_fetch_head(text.substr(0, line_end));
  fuzz::require(head.has_value());
  fuzz::require(head->body.announced.octets == body.size());
  fuzz::require(!parse_fetch_rest(text.substr(start + body.size()), *head).has_value());
  fuzz::require(same(*head, whole));

  const std::string_view line = text.substr(0, line_end);
  const auto announced = announced_in_rest(line.substr(line.rfind('\n') + 1));
  fuzz::require(announced && announced->octets == body.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t count) {
  const std::string_view text = fuzz::text_of(octets, count);

  Lexer lexer(text);
  const Response response = parse_response(lexer);
  fuzz::require(lexer.octets_examined() <= 4 * text.size() + 100);
  check_whole(response, text);
  if (const auto* fetch = std::get_if<Fetch>(&response)) check_streamed(*fetch, text);

  if (const auto head = parse_fetch_head(text)) {
    check_fetch(*head, text);
    fuzz::require(head->body.form == Body::Form::Announced);
    fuzz::require(std::holds_alternative<Malformed>(response));
  }
  if (const auto announced = announced_literal(text)) {
    fuzz::require(text.ends_with('}') && text.starts_with('*'));
  }
  return 0;
}
