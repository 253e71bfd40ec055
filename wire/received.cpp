// See received.hpp.

#include "wire/received.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>

namespace postern::wire {

namespace {

constexpr std::size_t kNameOctetsMax = 255;

std::string_view shortened(std::string_view text) {
  return text.substr(0, kNameOctetsMax);
}

void append_two_digits(std::string& out, unsigned number) {
  out.push_back(static_cast<char>('0' + number / 10));
  out.push_back(static_cast<char>('0' + number % 10));
}

// "[192.0.2.1]", "[IPv6:2001:db8::1]".
std::string literal(std::string_view address) {
  const bool v6 = address.find(':') != std::string_view::npos;
  return "[" + std::string(v6 ? "IPv6:" : "") + std::string(shortened(address)) + "]";
}

std::string protocol(const Received& received) {
  std::string word = !received.extended ? "SMTP" : received.utf8 ? "UTF8SMTP" : "ESMTP";
  if (!received.extended) return word;
  if (received.secure) word += 'S';
  if (received.authenticated) word += 'A';
  return word;
}

}  // namespace

std::string date_time(std::int64_t unix_time) {
  using namespace std::chrono;
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  // clang-format off
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  // clang-format on
  constexpr sys_seconds kFirst = sys_days(year(1900) / January / 1);
  constexpr sys_seconds kLast = sys_days(year(9999) / December / 31);
  const sys_seconds when = std::clamp(sys_seconds(seconds(unix_time)), kFirst, kLast);
  const sys_days day = floor<days>(when);
  const year_month_day date(day);
  const hh_mm_ss time(when - day);

  std::string out(kDays.at(weekday(day).c_encoding()));
  out += ", " + std::to_string(static_cast<unsigned>(date.day())) + " ";
  out += kMonths.at(static_cast<unsigned>(date.month()) - 1);
  out += " " + std::to_string(static_cast<int>(date.year())) + " ";
  append_two_digits(out, static_cast<unsigned>(time.hours().count()));
  out += ':';
  append_two_digits(out, static_cast<unsigned>(time.minutes().count()));
  out += ':';
  append_two_digits(out, static_cast<unsigned>(time.seconds().count()));
  return out + " +0000";
}

std::string written(const Received& received) {
  std::string out = "Received: from ";
  out += shortened(received.helo);
  out += received.address.empty() ? " (authenticated)" : " (" + literal(received.address) + ")";
  out += "\r\n\tby ";
  out += shortened(received.by);
  out += " with " + protocol(received) + " id ";
  out += shortened(received.id);
  out += ";\r\n\t" + date_time(received.unix_time) + "\r\n";
  return out;
}

}  // namespace postern::wire
