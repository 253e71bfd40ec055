// One line of the log while it is being written.
//
// Whatever a field says, the line stays one line of printable ASCII: every other octet is escaped,
// a value takes at most 256 octets as written, and a field of more is cut and ends in "...". A
// field is a text, a number, a time that passed, a label value, or a user's name; a Secret is none
// of these, so it cannot be logged by accident.
//
//   logfmt  2026-08-05T11:40:27.123Z info session.ended session=k3v9 user="al\x20ice" seconds=1.250
//   JSON    {"time":"2026-08-05T11:40:27.123Z","level":"info","event":"session.ended", ...}
//
// Escapes: \" and \\, and for an octet that is not printable ASCII \xHH in logfmt, \u00HH in JSON.
// Octets are not taken for UTF-8, since nobody promises that they are. A text that is empty is left
// out, key and all.

#pragma once

#include "metrics/label_values.hpp"
#include "metrics/siphash.hpp"
#include "wire/secret.hpp"

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace postern::metrics {

inline constexpr std::size_t kValueOctetsMax = 256;   // of one field, as written
inline constexpr std::size_t kLineOctetsMax = 8'192;  // room for 28 of the longest fields

enum class Format : std::uint8_t { Logfmt, Json };

// How users are named: as they are, by a keyed hash that is the same as long as the process lives,
// or not at all.
enum class Users : std::uint8_t { Plain, Hash, None };

// A field that holds the name of a user.
struct User {
  std::string_view name;
};

template <class L>
concept FixedLabel = LabelValue<L> && requires { requires kLabel<L>.values.size() > 0; };

struct LineStyle {
  Format format = Format::Logfmt;
  Users users = Users::Hash;
  HashKey key{};  // for Users::Hash
};

class Line {
 public:
  Line(const LineStyle& style,
       std::chrono::system_clock::time_point time,
       Level level,
       std::string_view event);

  // Each adds a field. Keys are ours: short, lower case, without blanks.
  void operator()(std::string_view key, std::string_view text);
  void operator()(std::string_view key, User user);
  void operator()(std::string_view key, std::chrono::nanoseconds elapsed);  // seconds, 3 decimals

  template <std::integral Number>
  void operator()(std::string_view key, Number number) {
    if constexpr (std::unsigned_integral<Number>) {
      add_number(key, std::uint64_t{number});
    } else {
      add_number(key, std::int64_t{number});
    }
  }

  template <FixedLabel L>
  void operator()(std::string_view key, L value) {
    (*this)(key, text_of(value));
  }

  void operator()(std::string_view key, const wire::Secret& secret) = delete;

  // Ends the line, once. The octets live as long as the Line.
  [[nodiscard]] std::string_view finish();

 private:
  void add_number(std::string_view key, std::uint64_t number);
  void add_number(std::string_view key, std::int64_t number);
  [[nodiscard]] bool has_room() const;
  void add_key(std::string_view key);
  void add_bare(std::string_view octets);
  void add_escaped(std::string_view octets);

  LineStyle style_;
  std::size_t size_ = 0;
  std::array<char, kLineOctetsMax> room_;
};

template <class T>
concept LogField = requires(Line& line, const T& value) { line(std::string_view("key"), value); };

}  // namespace postern::metrics
