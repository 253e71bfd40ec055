// Writing a line: a prefix, then keys and values into a buffer of fixed size. A field for which the
// buffer might not have room is left out as a whole, so no line is cut.

#include "metrics/line.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <ctime>
#include <string>

namespace postern::metrics {

namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::string_view kCut = "...";
constexpr std::size_t kKeyOctetsMax = 24;
constexpr std::size_t kEscapeOctetsMax = 6;  // \u00HH
constexpr std::size_t kPunctuation = 8;      // blank or comma, quotes, = or colon; the line's end

bool printable(char c) {
  return c >= ' ' && c <= '~';
}

// Whether a logfmt value can stand without quotes.
bool plain(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return printable(c) && c != ' ' && c != '"' && c != '=' && c != '\\'; });
}

// An octet as it is written between quotes.
std::string_view escape(char c, Format format, std::array<char, kEscapeOctetsMax>& room) {
  const auto octet = static_cast<unsigned char>(c);
  const auto finish = [&room](char* end) {
    return std::string_view(room.data(), static_cast<std::size_t>(end - room.data()));
  };
  char* at = room.data();
  if (printable(c)) {
    if (c == '"' || c == '\\') *at++ = '\\';
    *at++ = c;
    return finish(at);
  }
  const std::string_view start = format == Format::Json ? "\\u00" : "\\x";
  at = std::ranges::copy(start, at).out;
  *at++ = kDigits[octet >> 4U];
  *at++ = kDigits[octet & 15U];
  return finish(at);
}

void append_padded(std::string& text, std::int64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  text.append(width - std::min(width, digits.size()), '0');
  text += digits;
}

// 2026-08-05T11:40:27.123Z (RFC 3339).
std::string date(std::chrono::system_clock::time_point time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time - seconds);
  const std::time_t now = std::chrono::system_clock::to_time_t(seconds);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::string text;
  append_padded(text, parts.tm_year + 1900, 4);
  append_padded(text += '-', parts.tm_mon + 1, 2);
  append_padded(text += '-', parts.tm_mday, 2);
  append_padded(text += 'T', parts.tm_hour, 2);
  append_padded(text += ':', parts.tm_min, 2);
  append_padded(text += ':', parts.tm_sec, 2);
  append_padded(text += '.', milliseconds.count(), 3);
  return text += 'Z';
}

}  // namespace

Line::Line(const LineStyle& style,
           std::chrono::system_clock::time_point time,
           Level level,
           std::string_view event)
    : style_(style) {
  const std::string now = date(time);
  if (style_.format == Format::Json) {
    add_bare(R"({"time":")");
    add_bare(now);
    add_bare(R"(","level":")");
    add_bare(text_of(level));
    add_bare(R"(","event":")");
    add_bare(event);
    add_bare("\"");
    return;
  }
  add_bare(now);
  add_bare(" ");
  add_bare(text_of(level));
  add_bare(" ");
  add_bare(event);
}

void Line::operator()(std::string_view key, std::string_view text) {
  if (text.empty() || !has_room()) return;
  add_key(key);
  if (style_.format == Format::Logfmt && plain(text) && text.size() <= kValueOctetsMax) {
    add_bare(text);
    return;
  }
  add_bare("\"");
  add_escaped(text);
  add_bare("\"");
}

void Line::operator()(std::string_view key, User user) {
  if (user.name.empty() || style_.users == Users::None) return;
  if (style_.users == Users::Plain) {
    (*this)(key, user.name);
    return;
  }
  std::string text = "hash:";
  const std::uint64_t hash = siphash(style_.key, user.name);
  for (int shift = 60; shift >= 0; shift -= 4)
    text += kDigits[(hash >> static_cast<unsigned>(shift)) & 15U];
  (*this)(key, text);
}

void Line::operator()(std::string_view key, std::chrono::nanoseconds elapsed) {
  if (!has_room()) return;
  const auto milliseconds =
      std::max<std::int64_t>(std::chrono::floor<std::chrono::milliseconds>(elapsed).count(), 0);
  std::string text = std::to_string(milliseconds / 1000);
  append_padded(text += '.', milliseconds % 1000, 3);
  add_key(key);
  add_bare(text);
}

void Line::add_number(std::string_view key, std::uint64_t number) {
  if (!has_room()) return;
  add_key(key);
  add_bare(std::to_string(number));
}

void Line::add_number(std::string_view key, std::int64_t number) {
  if (!has_room()) return;
  add_key(key);
  add_bare(std::to_string(number));
}

std::string_view Line::finish() {
  if (style_.format == Format::Json) add_bare("}");
  add_bare("\n");
  return {room_.data(), size_};
}

bool Line::has_room() const {
  return room_.size() - size_ >= kKeyOctetsMax + kValueOctetsMax + kPunctuation;
}

void Line::add_key(std::string_view key) {
  assert(key.size() <= kKeyOctetsMax);
  const bool json = style_.format == Format::Json;
  add_bare(json ? ",\"" : " ");
  add_bare(key);
  add_bare(json ? "\":" : "=");
}

void Line::add_bare(std::string_view octets) {
  assert(octets.size() <= room_.size() - size_);
  std::ranges::copy(octets, room_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += octets.size();
}

void Line::add_escaped(std::string_view octets) {
  const std::size_t start = size_;
  std::size_t cut = start;  // where "..." would go, if it turned out to be too long
  std::array<char, kEscapeOctetsMax> room{};
  for (const char c : octets) {
    const std::string_view written = escape(c, style_.format, room);
    if (size_ - start + written.size() > kValueOctetsMax) {
      size_ = cut;
      add_bare(kCut);
      return;
    }
    add_bare(written);
    if (size_ - start + kCut.size() <= kValueOctetsMax) cut = size_;
  }
}

}  // namespace postern::metrics
