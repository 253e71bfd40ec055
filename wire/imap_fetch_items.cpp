// See imap_fetch_items.hpp.

#include "wire/imap_fetch_items.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>

namespace postern::wire::imap {

namespace {

constexpr std::uint64_t kUidMax = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kSizeMax = std::numeric_limits<std::int64_t>::max();  // RFC 9051: 63 bits

constexpr Malformed kBadItem{"FETCH item that cannot be read"};
constexpr Malformed kContradiction{"FETCH item given twice"};

// What an item's reader says: nothing when all is well.
using Trouble = std::optional<Malformed>;

// A number that is the whole value.
std::optional<std::uint64_t> whole_number(Lexer& lexer, std::uint64_t max) {
  const std::optional<std::uint64_t> number = lexer.number(max);
  const bool ends = lexer.at_end() || lexer.peek() == ' ' || lexer.peek() == ')';
  return ends ? number : std::nullopt;
}

template <class T>
Trouble note(std::optional<T>& known, std::optional<T> told) {
  if (!told) return kBadItem;
  if (known && *known != *told) return kContradiction;
  known = told;
  return std::nullopt;
}

Trouble read_uid(Lexer& lexer, Fetch& fetch) {
  const std::optional<std::uint64_t> number = whole_number(lexer, kUidMax);
  if (!number || *number == 0) return kBadItem;
  return note(fetch.uid, std::optional(Uid{static_cast<std::uint32_t>(*number)}));
}

Trouble read_size(Lexer& lexer, Fetch& fetch) {
  return note(fetch.size, whole_number(lexer, kSizeMax));
}

Trouble read_gmail_id(Lexer& lexer, Fetch& fetch) {
  return note(fetch.gmail_id, whole_number(lexer, std::numeric_limits<std::uint64_t>::max()));
}

Trouble read_modseq(Lexer& lexer, Fetch& fetch) {
  const std::optional<std::string_view> list = lexer.list();
  if (!list) return kBadItem;
  return note(fetch.modseq, parse_number(trim_blanks(*list), kSizeMax));
}

Trouble read_email_id(Lexer& lexer, Fetch& fetch) {
  if (lexer.take_nil()) return std::nullopt;
  const std::optional<std::string_view> list = lexer.list();
  if (!list) return kBadItem;
  fetch.email_id = trim_blanks(*list);
  return std::nullopt;
}

Trouble read_internal_date(Lexer& lexer, Fetch& fetch) {
  if (lexer.take_nil()) return std::nullopt;
  const std::optional<String> date = lexer.string();
  if (!date) return kBadItem;
  fetch.internal_date = date->octets;
  fetch.received_at = parse_internal_date(date->octets);
  return std::nullopt;
}

Trouble read_flags(Lexer& lexer, Fetch& fetch) {
  const std::optional<std::string_view> flags = lexer.list();
  if (!flags) return kBadItem;
  fetch.has_flags = true;
  fetch.seen = has_flag(*flags, "\\Seen");
  fetch.deleted = has_flag(*flags, "\\Deleted");
  return std::nullopt;
}

Trouble skip_item(Lexer& lexer, Fetch&) {
  if (!lexer.skip_value()) return kBadItem;
  return std::nullopt;
}

struct Item {
  std::string_view name;
  Trouble (*read)(Lexer& lexer, Fetch& fetch);
};

constexpr std::array kItems{
    Item{"UID", read_uid},
    Item{"RFC822.SIZE", read_size},
    Item{"INTERNALDATE", read_internal_date},
    Item{"FLAGS", read_flags},
    Item{"MODSEQ", read_modseq},
    Item{"X-GM-MSGID", read_gmail_id},
    Item{"EMAILID", read_email_id},
};

// "<n>" behind a section, or what some servers echo: "<n.m>".
bool read_origin(Lexer& lexer, std::optional<std::uint64_t>& origin) {
  if (!lexer.take('<')) return true;
  origin = lexer.number(kSizeMax);
  if (!origin) return false;
  if (lexer.take('.') && !lexer.number(kSizeMax)) return false;
  return lexer.take('>');
}

// An announcement that the text ends with.
std::optional<Announcement> take_last(Lexer& lexer) {
  Lexer ahead = lexer;
  const std::optional<Announcement> announced = ahead.announcement();
  if (!announced || !ahead.at_end()) return std::nullopt;
  lexer = ahead;
  return announced;
}

// "[section]<origin> value", of BODY or of an item that is skipped; the latter has nowhere to go.
Trouble read_section(Lexer& lexer, FetchPart part, Body* wanted) {
  Body body;
  const std::optional<std::string_view> section = lexer.section();
  if (!section || !read_origin(lexer, body.origin)) return kBadItem;
  body.section = *section;
  lexer.skip_blanks();
  if (wanted == nullptr) return lexer.skip_value() ? Trouble{} : kBadItem;
  if (wanted->form != Body::Form::Absent) return kContradiction;

  if (lexer.take_nil()) {
    body.form = Body::Form::Nil;
  } else if (const auto announced = part == FetchPart::Head ? take_last(lexer) : std::nullopt) {
    body.form = Body::Form::Announced;
    body.announced = *announced;
  } else {
    const std::optional<String> string = lexer.string();
    if (!string) return kBadItem;
    body.form = Body::Form::Inline;
    body.string = *string;
  }
  *wanted = body;
  return std::nullopt;
}

Trouble read_item(Lexer& lexer, FetchPart part, Fetch& fetch) {
  const std::string_view name = lexer.item_name();
  if (name.empty()) return kBadItem;
  if (lexer.peek() == '[') {
    const bool is_body = equal_caseless(name, "BODY");
    return read_section(lexer, part, is_body ? &fetch.body : nullptr);
  }
  lexer.skip_blanks();
  const auto* item = std::ranges::find_if(
      kItems, [name](const Item& known) { return equal_caseless(known.name, name); });
  return item == kItems.end() ? skip_item(lexer, fetch) : item->read(lexer, fetch);
}

// Takes "dd", a sign or a separator at a time out of a date.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : rest_(text) {}

  // A number of exactly so many digits; -1 for anything else.
  int digits(std::size_t count) {
    const std::string_view text = rest_.substr(0, count);
    const std::optional<std::uint64_t> number = parse_number(text, 9999);
    if (!number || text.size() != count) return -1;
    rest_.remove_prefix(count);
    return static_cast<int>(*number);
  }

  bool take(char octet) {
    if (!rest_.starts_with(octet)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // "Jan" is 1; 0 for anything else.
  unsigned month() {
    constexpr std::array<std::string_view, 12> kMonths{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto* found = std::ranges::find_if(
        kMonths, [this](std::string_view name) { return starts_with_caseless(rest_, name); });
    if (found == kMonths.end()) return 0;
    rest_.remove_prefix(found->size());
    return static_cast<unsigned>(found - kMonths.begin() + 1);
  }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// "hh:mm:ss +zzzz" behind a date, as seconds to add to its midnight in UTC.
std::optional<std::int64_t> seconds_of_day(DateReader& reader) {
  const int hours = reader.digits(2);
  const int minutes = reader.take(':') ? reader.digits(2) : -1;
  const int seconds = reader.take(':') ? reader.digits(2) : -1;
  if (!reader.take(' ')) return std::nullopt;
  const bool west = reader.take('-');
  if (!west && !reader.take('+')) return std::nullopt;
  const int zone_hours = reader.digits(2);
  const int zone_minutes = reader.digits(2);
  if (std::min({hours, minutes, seconds, zone_hours, zone_minutes}) < 0) return std::nullopt;
  if (hours > 23 || minutes > 59 || seconds > 60 || zone_minutes > 59) return std::nullopt;
  const int local = (hours * 60 + minutes) * 60 + seconds;
  const int offset = (zone_hours * 60 + zone_minutes) * 60;
  return west ? local + offset : local - offset;
}

}  // namespace

std::optional<std::int64_t> parse_internal_date(std::string_view text) noexcept {
  namespace chrono = std::chrono;
  const bool one_digit = text.starts_with(' ') || text.find('-') == 1;
  DateReader reader(trim_leading_blanks(text));
  const int day = reader.digits(one_digit ? 1 : 2);
  const unsigned month = reader.take('-') ? reader.month() : 0;
  const int year = reader.take('-') ? reader.digits(4) : -1;
  if (day < 1 || month == 0 || year < 0 || !reader.take(' ')) return std::nullopt;
  const std::optional<std::int64_t> seconds = seconds_of_day(reader);
  const chrono::year_month_day date{
      chrono::year{year}, chrono::month{month}, chrono::day{static_cast<unsigned>(day)}};
  if (!seconds || !reader.at_end() || !date.ok()) return std::nullopt;
  const chrono::sys_seconds midnight = chrono::sys_days{date};
  return midnight.time_since_epoch().count() + *seconds;
}

std::optional<Malformed> parse_fetch_items(Lexer& lexer, FetchPart part, Fetch& fetch) {
  while (true) {
    lexer.skip_blanks();
    if (lexer.take(')')) break;
    if (lexer.at_end()) return Malformed{"FETCH without an end"};
    if (const Trouble trouble = read_item(lexer, part, fetch)) return trouble;
    if (fetch.body.form == Body::Form::Announced && part == FetchPart::Head) return std::nullopt;
  }
  lexer.skip_blanks();
  if (!lexer.at_end()) return Malformed{"text behind a FETCH"};
  return std::nullopt;
}

std::optional<Fetch> parse_fetch_head(std::string_view text) {
  Lexer lexer(text);
  const bool untagged = lexer.take('*');
  lexer.skip_blanks();
  const std::optional<std::uint64_t> sequence = lexer.number(kUidMax);
  lexer.skip_blanks();
  const bool is_fetch = equal_caseless(lexer.atom(), "FETCH");
  lexer.skip_blanks();
  if (!untagged || !sequence || *sequence == 0 || !is_fetch || !lexer.take('(')) {
    return std::nullopt;
  }
  Fetch fetch;
  fetch.sequence = SequenceNumber{static_cast<std::uint32_t>(*sequence)};
  if (parse_fetch_items(lexer, FetchPart::Head, fetch)) return std::nullopt;
  if (fetch.body.form != Body::Form::Announced) return std::nullopt;
  return fetch;
}

std::optional<Malformed> parse_fetch_rest(std::string_view text, Fetch& fetch) {
  Lexer lexer(text);
  return parse_fetch_items(lexer, FetchPart::Whole, fetch);
}

}  // namespace postern::wire::imap
