// See imap_response.hpp. The first octets decide: "+" is a continuation, "* " something untagged,
// anything else is a tag. Untagged responses with a number first are about messages; the others are
// looked up by keyword. imap_fetch_items.cpp reads what stands in a FETCH.

#include "wire/imap_response.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

namespace postern::wire::imap {

namespace {

constexpr std::uint64_t kNumberMax = std::numeric_limits<std::uint32_t>::max();

constexpr std::array<std::pair<std::string_view, Condition>, 5> kConditions{{
    {"OK", Condition::Ok},
    {"NO", Condition::No},
    {"BAD", Condition::Bad},
    {"BYE", Condition::Bye},
    {"PREAUTH", Condition::PreAuth},
}};

std::optional<Condition> find_condition(std::string_view word) {
  for (const auto& [name, condition] : kConditions) {
    if (equal_caseless(name, word)) return condition;
  }
  return std::nullopt;
}

// "[NAME argument]", at whose bracket the lexer stands. A code that never ends is text.
std::optional<Code> read_code(Lexer& lexer) {
  Lexer ahead = lexer;
  const std::optional<std::string_view> inside = ahead.section();
  if (!inside) return std::nullopt;
  lexer = ahead;
  const std::size_t name_end = std::min(inside->find(' '), inside->size());
  return Code{inside->substr(0, name_end), trim_blanks(inside->substr(name_end))};
}

// What follows the condition.
Status read_status(Lexer& lexer, std::string_view tag, Condition condition) {
  Status status{.tag = tag, .condition = condition, .code = {}, .text = {}};
  lexer.skip_blanks();
  if (lexer.peek() == '[') status.code = read_code(lexer);
  lexer.skip_blanks();
  status.text = lexer.take_rest();
  return status;
}

Response read_tagged(Lexer& lexer) {
  const std::string_view tag = lexer.atom();
  lexer.skip_blanks();
  const std::optional<Condition> condition = find_condition(lexer.item_name());
  const bool is_answer = condition && *condition <= Condition::Bad;
  if (tag.empty() || !is_answer) return Malformed{"neither untagged nor an answer to a command"};
  return read_status(lexer, tag, *condition);
}

Response read_fetch(Lexer& lexer, std::uint32_t sequence) {
  if (!lexer.take('(')) return Malformed{"FETCH without items"};
  Response response(std::in_place_type<Fetch>);
  auto& fetch = std::get<Fetch>(response);
  fetch.sequence = SequenceNumber{sequence};
  const std::optional<Malformed> malformed = parse_fetch_items(lexer, FetchPart::Whole, fetch);
  if (malformed) response = *malformed;
  return response;
}

// "n KEYWORD", the number not read yet.
Response read_message_response(Lexer& lexer) {
  const std::optional<std::uint64_t> number = lexer.number(kNumberMax);
  if (!number || lexer.peek() != ' ') return Malformed{"number that cannot be read"};
  const auto value = static_cast<std::uint32_t>(*number);
  lexer.skip_blanks();
  const std::string_view keyword = lexer.item_name();
  lexer.skip_blanks();

  const bool fetch = equal_caseless(keyword, "FETCH");
  const bool expunge = equal_caseless(keyword, "EXPUNGE") || equal_caseless(keyword, "EXPUNGED");
  if ((fetch || expunge) && value == 0) return Malformed{"message number zero"};
  if (fetch) return read_fetch(lexer, value);
  const bool exists = equal_caseless(keyword, "EXISTS");
  const bool recent = equal_caseless(keyword, "RECENT");
  if (keyword.empty()) return Malformed{"number without a keyword"};
  if (!expunge && !exists && !recent) return Other{keyword};
  if (!lexer.at_end()) return Malformed{"text behind a number response"};
  if (expunge) return Expunge{SequenceNumber{value}};
  if (exists) return Exists{value};
  return Recent{value};
}

Response read_capability(Lexer& lexer) {
  const std::string_view names = trim_blanks(lexer.take_rest());
  return CapabilityList{.capabilities = parse_capabilities(names), .names = names};
}

Response read_enabled(Lexer& lexer) {
  return Enabled{parse_capabilities(lexer.take_rest())};
}

Response read_flags(Lexer& lexer) {
  const std::optional<std::string_view> flags = lexer.list();
  if (!flags) return Malformed{"FLAGS without a list"};
  return Flags{*flags};
}

// "* VANISHED (EARLIER) 3:5"
Response read_vanished(Lexer& lexer) {
  const bool has_list = lexer.peek() == '(';
  if (has_list) {
    const std::optional<std::string_view> tags = lexer.list();
    if (!tags || !equal_caseless(trim_blanks(*tags), "EARLIER"))
      return Malformed{"VANISHED of what?"};
    lexer.skip_blanks();
  }
  std::optional<UidSet> uids = UidSet::parse(lexer.atom());
  lexer.skip_blanks();
  if (!uids || !lexer.at_end()) return Malformed{"VANISHED with a set that cannot be read"};
  return Vanished{*std::move(uids), has_list};
}

// "* SEARCH 2 4 7 (MODSEQ 9)", or no number at all.
Response read_search(Lexer& lexer) {
  std::vector<UidRange> found;
  while (is_digit(lexer.peek())) {
    const std::optional<std::uint64_t> number = lexer.number(kNumberMax);
    const bool ends = lexer.at_end() || lexer.peek() == ' ';
    if (!number || *number == 0 || !ends || found.size() == UidSet::kRangesMax) {
      return Malformed{"SEARCH with a number that cannot be read"};
    }
    const Uid uid{static_cast<std::uint32_t>(*number)};
    found.push_back({uid, uid});
    lexer.skip_blanks();
  }
  if (lexer.peek() == '(' && !lexer.skip_value()) return Malformed{"SEARCH with a broken list"};
  lexer.skip_blanks();
  if (!lexer.at_end()) return Malformed{"SEARCH with text in it"};
  return Search{UidSet(std::move(found))};
}

// "(TAG "x")" of an ESEARCH.
bool read_correlator(Lexer& lexer, std::string& tag) {
  if (!lexer.take('(')) return true;
  lexer.skip_blanks();
  if (!equal_caseless(lexer.atom(), "TAG")) return false;
  lexer.skip_blanks();
  const std::optional<String> told = lexer.astring();
  lexer.skip_blanks();
  if (!told || !lexer.take(')')) return false;
  tag = told->text();
  return true;
}

// "* ESEARCH (TAG "x") UID COUNT 2 ALL 4:5", the return values in any order.
Response read_esearch(Lexer& lexer) {
  constexpr Malformed kBroken{"ESEARCH that cannot be read"};
  Esearch result;
  if (!read_correlator(lexer, result.tag)) return kBroken;
  lexer.skip_blanks();
  while (!lexer.at_end()) {
    const std::string_view name = lexer.atom();
    lexer.skip_blanks();
    if (equal_caseless(name, "UID")) {
      result.uid = true;
    } else if (equal_caseless(name, "ALL")) {
      std::optional<UidSet> all = UidSet::parse(lexer.atom());
      if (!all) return kBroken;
      result.all = *std::move(all);
    } else if (equal_caseless(name, "COUNT")) {
      const std::optional<std::uint64_t> count = parse_number(lexer.atom(), kNumberMax);
      if (!count) return kBroken;
      result.count = static_cast<std::uint32_t>(*count);
    } else if (name.empty() || !lexer.skip_value()) {
      return kBroken;
    }
    lexer.skip_blanks();
  }
  return result;
}

// A hierarchy delimiter: one quoted octet, or NIL.
std::optional<char> read_delimiter(Lexer& lexer) {
  if (lexer.take_nil()) return '\0';
  const std::optional<String> quoted = lexer.quoted();
  if (!quoted) return std::nullopt;
  const std::string delimiter = quoted->text();
  if (delimiter.size() > 1) return std::nullopt;
  return delimiter.empty() ? '\0' : delimiter.front();
}

template <List::Kind Which>
Response read_list(Lexer& lexer) {
  constexpr Malformed kBroken{"LIST that cannot be read"};
  const std::optional<std::string_view> attributes = lexer.list();
  lexer.skip_blanks();
  const std::optional<char> delimiter = attributes ? read_delimiter(lexer) : std::nullopt;
  lexer.skip_blanks();
  const std::optional<String> mailbox = delimiter ? lexer.astring() : std::nullopt;
  if (!mailbox) return kBroken;
  lexer.skip_blanks();
  if (lexer.peek() == '(' && !lexer.skip_value()) return kBroken;  // RFC 5258: extended data
  lexer.skip_blanks();
  if (!lexer.at_end()) return kBroken;
  return List{Which, *attributes, *delimiter, mailbox->text()};
}

// "* NAMESPACE (("INBOX." ".")) NIL NIL": personal, others', shared.
Response read_namespace(Lexer& lexer) {
  constexpr Malformed kBroken{"NAMESPACE that cannot be read"};
  Namespace result{.prefix = {}, .delimiter = '\0'};
  if (!lexer.take_nil()) {
    Lexer personal = lexer;
    if (!lexer.list() || !personal.take('(')) return kBroken;
    personal.skip_blanks();
    if (!personal.take('(')) return kBroken;
    const std::optional<String> prefix = personal.string();
    personal.skip_blanks();
    const std::optional<char> delimiter = prefix ? read_delimiter(personal) : std::nullopt;
    if (!delimiter) return kBroken;
    result = {.prefix = prefix->text(), .delimiter = *delimiter};
  }
  for (int others = 0; others < 2; ++others) {
    lexer.skip_blanks();
    if (!lexer.skip_value()) return kBroken;
  }
  return result;
}

Response read_id(Lexer& lexer) {
  if (lexer.take_nil()) return Id{};
  const std::optional<std::string_view> fields = lexer.list();
  if (!fields) return Malformed{"ID without a list"};
  return Id{*fields};
}

struct Keyword {
  std::string_view name;
  Response (*read)(Lexer& lexer);
};

constexpr std::array kKeywords{
    Keyword{"CAPABILITY", read_capability},
    Keyword{"SEARCH", read_search},
    Keyword{"ESEARCH", read_esearch},
    Keyword{"VANISHED", read_vanished},
    Keyword{"FLAGS", read_flags},
    Keyword{"ENABLED", read_enabled},
    Keyword{"LIST", read_list<List::Kind::List>},
    Keyword{"LSUB", read_list<List::Kind::Lsub>},
    Keyword{"XLIST", read_list<List::Kind::XList>},
    Keyword{"NAMESPACE", read_namespace},
    Keyword{"ID", read_id},
};

bool starts_with_letter(std::string_view word) {
  return !word.empty() && to_lower(word.front()) >= 'a' && to_lower(word.front()) <= 'z';
}

Response read_untagged(Lexer& lexer) {
  lexer.skip_blanks();
  if (is_digit(lexer.peek())) return read_message_response(lexer);
  const std::string_view word = lexer.item_name();
  if (!starts_with_letter(word)) return Malformed{"untagged response without a keyword"};
  if (const auto condition = find_condition(word)) return read_status(lexer, {}, *condition);
  lexer.skip_blanks();
  const auto* keyword = std::ranges::find_if(
      kKeywords, [word](const Keyword& known) { return equal_caseless(known.name, word); });
  return keyword == kKeywords.end() ? Other{word} : keyword->read(lexer);
}

}  // namespace

Response parse_response(std::string_view text) {
  Lexer lexer(text);
  return parse_response(lexer);
}

Response parse_response(Lexer& lexer) {
  if (lexer.take('+')) {
    lexer.take(' ');
    return Continuation{lexer.take_rest()};
  }
  if (!lexer.take('*')) return read_tagged(lexer);
  if (lexer.peek() != ' ') return Malformed{"untagged response without a blank"};
  return read_untagged(lexer);
}

std::optional<Announcement> announced_literal(std::string_view line) noexcept {
  if (!line.starts_with('*')) return std::nullopt;
  Lexer lexer(line.substr(1));
  lexer.skip_blanks();
  if (find_condition(lexer.item_name())) return std::nullopt;
  return announced_in_rest(line);
}

std::optional<Announcement> announced_in_rest(std::string_view line) noexcept {
  if (!line.ends_with('}')) return std::nullopt;
  std::size_t brace = line.rfind('{');
  if (brace == std::string_view::npos) return std::nullopt;
  if (brace > 0 && line[brace - 1] == '~') --brace;
  Lexer lexer(line.substr(brace));
  const std::optional<Announcement> announced = lexer.announcement();
  return lexer.at_end() ? announced : std::nullopt;
}

}  // namespace postern::wire::imap
