// The codecs of whole families of kinds: what is written as text and has a parser, words, lists,
// and values that may be "off"; and the bounds of whatever can be measured. Only the schema
// includes this: everything else asks a row.

#pragma once

#include "conf/codec.hpp"
#include "conf/written.hpp"

#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::conf {

template <WrittenAsText T>
bool read_value(const Input& in, T& out) {
  const auto general = kParser<T>({});  // empty text is always wrong
  const auto* text = read_text(in, general ? "" : general.error());
  if (text == nullptr) return false;
  auto value = kParser<T>(*text);
  if (!value) return refuse_text(in, *text, value.error());
  out = std::move(*value);
  return true;
}

template <WrittenAsText T>
std::string show_value(const T& value) {
  return toml_text(show(value));
}

template <WrittenAsText T>
std::string type_name(Tag<T> /*tag*/) {
  return std::string(kKindName<T>);
}

template <Worded E>
bool read_value(const Input& in, E& out) {
  const auto index = read_word(in, kWords<E>, kLaterWords<E>);
  if (index) out = static_cast<E>(*index);
  return index.has_value();
}

template <Worded E>
std::string show_value(E value) {
  return toml_text(kWords<E>.at(static_cast<std::size_t>(value)));
}

template <Worded E>
std::string type_name(Tag<E> /*tag*/) {
  return one_of(kWords<E>);
}

template <class T>
bool read_value(const Input& in, std::optional<T>& out) {
  const auto* text = in.node.as<std::string>();
  if (text != nullptr && *text == "off") {
    out.reset();
    return true;
  }
  T value{};
  if (!read_value(in, value)) return false;
  out = std::move(value);
  return true;
}

template <class T>
std::string show_value(const std::optional<T>& value) {
  return value ? show_value(*value) : R"("off")";
}

template <class T>
std::string type_name(Tag<std::optional<T>> /*tag*/) {
  return type_name(Tag<T>{}) + R"( or "off")";
}

template <class T>
bool read_value(const Input& in, std::vector<T>& out) {
  const Array* items = read_list(in);
  if (items == nullptr) return false;
  std::vector<T> values;
  bool good = true;
  for (const Node& node : *items) {
    T value{};
    good = read_value(in.item(node), value) && good;
    values.push_back(std::move(value));
  }
  if (good) out = std::move(values);
  return good;
}

template <class T>
std::string show_value(const std::vector<T>& values) {
  constexpr std::size_t kBreakAfter = 1'000;  // well within the bound of a line that is read
  std::string text = "[";
  std::size_t line_begin = 0;
  for (const T& value : values) {
    if (text.size() > 1) text += ", ";
    if (text.size() - line_begin > kBreakAfter) {
      line_begin = text.size();
      text += "\n  ";
    }
    text += show_value(value);
  }
  return text + "]";
}

template <class T>
std::string type_name(Tag<std::vector<T>> /*tag*/) {
  return "list of " + type_name(Tag<T>{});
}

// What bounds are compared with, in the unit of Rule.
constexpr std::int64_t measure(std::uint32_t value) {
  return value;
}

constexpr std::int64_t measure(Duration value) {
  return value.count();
}

constexpr std::int64_t measure(Size value) {
  return static_cast<std::int64_t>(value.octets);
}

constexpr std::int64_t measure(Percent value) {
  return value.hundredths;
}

template <class T>
concept Measured = !std::is_same_v<T, bool> && requires(const T& value) { measure(value); };

template <Measured T>
T of_measure(std::int64_t amount) {
  if constexpr (std::is_same_v<T, Size>) {
    return Size{static_cast<std::uint64_t>(amount)};
  } else if constexpr (std::is_same_v<T, Duration>) {
    return Duration{amount};
  } else {
    return T{static_cast<std::uint32_t>(amount)};
  }
}

// "at least "10m"", "from 1 to 64"; empty without bounds.
template <class T>
std::string bounds_text(const Rule& rule) {
  if constexpr (Measured<T>) {
    const Rule none;
    const bool has_low = rule.low != none.low;
    const bool has_high = rule.high != none.high;
    const auto show_bound = [](std::int64_t bound) { return show_value(of_measure<T>(bound)); };
    if (has_low && has_high) {
      return fmt::format("from {} to {}", show_bound(rule.low), show_bound(rule.high));
    }
    if (has_low) return fmt::format("at least {}", show_bound(rule.low));
    if (has_high) return fmt::format("at most {}", show_bound(rule.high));
  }
  return {};
}

template <class T>
std::string bounds_text(const Rule& rule, Tag<T> /*tag*/) {
  return bounds_text<T>(rule);
}

template <class T>
std::string bounds_text(const Rule& rule, Tag<std::optional<T>> /*tag*/) {
  return bounds_text<T>(rule);
}

template <class T>
bool is_within(const Input& in, const T& value) {
  if constexpr (Measured<T>) {
    const auto amount = measure(value);
    if (amount < in.rule.low || amount > in.rule.high) {
      const auto* text = in.node.as<std::string>();
      const auto written = text == nullptr ? show_value(value) : in_quotes(*text);
      return refuse(in, fmt::format("{} is out of bounds: {}", written, bounds_text<T>(in.rule)));
    }
  }
  return true;
}

template <class T>
bool is_within(const Input& in, const std::optional<T>& value) {
  return !value || is_within(in, *value);
}

}  // namespace postern::conf
