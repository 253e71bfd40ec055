// What a label is: a key and a bounded set of values, as a type.
//
// A label's values are enumerators with fixed texts (label_values.hpp), or names that stand in the
// configuration (listeners, upstreams, certificates), or numbers with a small bound (workers, the
// backends of one upstream). There is no label that takes text, so nothing that a client or a mail
// says can name a series, and how many series there are is known when the program is built.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace postern::metrics {

// Who decides which values of a label exist in this process.
enum class Source : std::uint8_t {
  Fixed,         // all enumerators
  Protocols,     // enumerators, of which only the configured are shown
  Listeners,     // names from the configuration
  Upstreams,     //
  Certificates,  //
  Backends,      // numbers from 0, of the upstream in the label before
  Workers,       // numbers from 0
  Text,          // one value, told by the process about itself
};

// A label: its key, how many values it may have at most, and their texts where these are fixed.
template <std::size_t N>
struct Label {
  std::string_view key;
  Source source = Source::Fixed;
  std::size_t size = N;
  std::array<std::string_view, N> values{};
};

// The label that belongs to a type.
template <class L>
inline constexpr std::nullptr_t kLabel = nullptr;

template <class L>
concept LabelValue = requires { kLabel<L>.key; };

// The text of a value whose texts are fixed.
template <LabelValue L>
[[nodiscard]] constexpr std::string_view text_of(L value) {
  return kLabel<L>.values.at(static_cast<std::size_t>(value));
}

// A label with a text for each enumerator, in their order; kLast is the last of them.
template <auto kLast, class... Text>
consteval auto enumerated(std::string_view key, Text... values) {
  static_assert(sizeof...(Text) == static_cast<std::size_t>(kLast) + 1, "a text for each value");
  return Label<sizeof...(Text)>{.key = key, .values = {std::string_view(values)...}};
}

// A label whose values come from the configuration.
consteval Label<0> configured(std::string_view key, Source source, std::size_t size) {
  return {.key = key, .source = source, .size = size};
}

inline constexpr std::size_t kNamesMax = 64;     // listeners; upstreams; certificates
inline constexpr std::size_t kBackendsMax = 16;  // of one upstream
inline constexpr std::size_t kWorkersMax = 64;

enum class Listener : std::uint8_t {};
template <>
inline constexpr auto kLabel<Listener> = configured("listener", Source::Listeners, kNamesMax);

enum class Upstream : std::uint8_t {};
template <>
inline constexpr auto kLabel<Upstream> = configured("upstream", Source::Upstreams, kNamesMax);

enum class Certificate : std::uint8_t {};
template <>
inline constexpr auto kLabel<Certificate> =
    configured("certificate", Source::Certificates, kNamesMax);

// The position of an address in its upstream's list.
enum class Backend : std::uint8_t {};
template <>
inline constexpr auto kLabel<Backend> = configured("backend", Source::Backends, kBackendsMax);

enum class Worker : std::uint8_t {};
template <>
inline constexpr auto kLabel<Worker> = configured("worker", Source::Workers, kWorkersMax);

}  // namespace postern::metrics
