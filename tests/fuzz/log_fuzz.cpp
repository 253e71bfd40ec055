// Whatever the fields say, a log line is one line of printable ASCII, a reader finds the same
// fields in it, and what they read is what was logged, or a beginning of it that ends in "..."
// (T-071).
//
// Input: the format, then fields, each ended by '|'. The reader below is written from the
// description in line.hpp, not from the code.

#include "metrics/line.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace postern::metrics;
using postern::wire::fuzz::Input;
using postern::wire::fuzz::require;

constexpr std::size_t kFieldsMax = 20;  // more than any event has; a line has room for them
constexpr std::string_view kLogfmtStart = "2026-08-05T00:00:00.000Z info session.ended";
constexpr std::string_view kJsonStart =
    R"({"time":"2026-08-05T00:00:00.000Z","level":"info","event":"session.ended")";

std::string key_of(std::size_t field) {
  return std::string("field_") + char('a' + char(field));
}

// Takes one expected piece off the front.
void take(std::string_view& line, std::string_view piece) {
  require(line.starts_with(piece));
  line.remove_prefix(piece.size());
}

int hexadecimal(char c) {
  require((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  return c <= '9' ? c - '0' : c - 'a' + 10;
}

// One octet as it stands between quotes.
char take_octet(std::string_view& line, Format format) {
  require(!line.empty());
  const char first = line.front();
  line.remove_prefix(1);
  if (first != '\\') return first;
  require(!line.empty());
  if (line.front() == '"' || line.front() == '\\') {
    const char quoted = line.front();
    line.remove_prefix(1);
    return quoted;
  }
  take(line, format == Format::Json ? "u00" : "x");
  require(line.size() >= 2);
  const int octet = hexadecimal(line[0]) * 16 + hexadecimal(line[1]);
  line.remove_prefix(2);
  return static_cast<char>(octet);
}

struct Value {
  std::string text;
  std::size_t written = 0;  // octets in the line, without quotes
};

Value take_value(std::string_view& line, Format format) {
  Value value;
  if (format == Format::Logfmt && !line.starts_with('"')) {
    value.text = line.substr(0, line.find_first_of(" \n"));
    value.written = value.text.size();
    require(value.text.find_first_of("\"\\=") == std::string::npos);
    line.remove_prefix(value.written);
    return value;
  }
  take(line, "\"");
  const std::size_t before = line.size();
  while (!line.starts_with('"'))
    value.text += take_octet(line, format);
  value.written = before - line.size();
  take(line, "\"");
  return value;
}

void check_value(const Value& value, std::string_view field) {
  require(value.written <= kValueOctetsMax);
  if (value.text == field) return;
  require(value.text.ends_with("..."));
  require(value.written > kValueOctetsMax - 9);  // cut no earlier than one escape needs
  require(field.starts_with(std::string_view(value.text).substr(0, value.text.size() - 3)));
}

void check(Format format, const std::vector<std::string_view>& fields) {
  const auto time = std::chrono::sys_days(std::chrono::year(2026) / 8 / 5);
  const LineStyle style{.format = format, .users = Users::Plain, .key = {}};
  Line line(style, time, Level::Info, "session.ended");
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i % 2 == 0) {
      line(key_of(i), fields[i]);
    } else {
      line(key_of(i), User{fields[i]});
    }
  }

  std::string_view rest = line.finish();
  require(rest.size() <= kLineOctetsMax && rest.ends_with('\n'));
  require(std::ranges::all_of(rest.substr(0, rest.size() - 1),
                              [](char c) { return c >= ' ' && c <= '~'; }));
  take(rest, format == Format::Json ? kJsonStart : kLogfmtStart);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].empty()) continue;
    take(rest, format == Format::Json ? ",\"" + key_of(i) + "\":" : " " + key_of(i) + "=");
    check_value(take_value(rest, format), fields[i]);
  }
  require(rest == (format == Format::Json ? "}\n" : "\n"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t count) {
  Input input(postern::wire::fuzz::text_of(octets, count));
  const Format format = input.choose(2) == 0 ? Format::Logfmt : Format::Json;
  std::vector<std::string_view> fields;
  while (!input.rest().empty() && fields.size() < kFieldsMax)
    fields.push_back(input.take_until('|'));
  check(format, fields);
  return 0;
}
