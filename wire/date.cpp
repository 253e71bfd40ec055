// See date.hpp.

#include "wire/date.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

namespace postern::wire {

namespace {

using namespace std::chrono;

// A moment taken apart; the names of days and months are nobody's locale.
struct Moment {
  sys_days day;
  year_month_day date;
  hh_mm_ss<seconds> time;

  [[nodiscard]] std::string_view day_name() const {
    constexpr std::array<std::string_view, 7> kDays{
        "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    return kDays.at(weekday(day).c_encoding());
  }

  [[nodiscard]] std::string_view month_name() const {
    // clang-format off
    constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    // clang-format on
    return kMonths.at(static_cast<unsigned>(date.month()) - 1);
  }
};

Moment moment_of(std::int64_t unix_time) {
  constexpr sys_seconds kFirst = sys_days(year(1900) / January / 1);
  constexpr sys_seconds kLast = sys_days(year(9999) / December / 31);
  const sys_seconds when = std::clamp(sys_seconds(seconds(unix_time)), kFirst, kLast);
  const sys_days day = floor<days>(when);
  return {.day = day, .date = year_month_day(day), .time = hh_mm_ss<seconds>(when - day)};
}

// The day of the month, the month and the year.
std::string date_words(const Moment& moment, char between) {
  std::string out = std::to_string(static_cast<unsigned>(moment.date.day()));
  out += between;
  out += moment.month_name();
  out += between;
  return out + std::to_string(static_cast<int>(moment.date.year()));
}

void append_two_digits(std::string& out, std::int64_t number) {
  out.push_back(static_cast<char>('0' + number / 10));
  out.push_back(static_cast<char>('0' + number % 10));
}

std::string time_words(const Moment& moment) {
  std::string out;
  append_two_digits(out, moment.time.hours().count());
  out += ':';
  append_two_digits(out, moment.time.minutes().count());
  out += ':';
  append_two_digits(out, moment.time.seconds().count());
  return out + " +0000";
}

}  // namespace

std::string date_time(std::int64_t unix_time) {
  const Moment moment = moment_of(unix_time);
  std::string out(moment.day_name());
  return out + ", " + date_words(moment, ' ') + " " + time_words(moment);
}

std::string imap_date_time(std::int64_t unix_time) {
  const Moment moment = moment_of(unix_time);
  const std::string date = date_words(moment, '-');
  const bool short_day = date[1] == '-';
  return (short_day ? "0" : "") + date + " " + time_words(moment);
}

std::string imap_date(std::int64_t unix_time) {
  return date_words(moment_of(unix_time), '-');
}

}  // namespace postern::wire
