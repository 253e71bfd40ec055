// The number parser against arithmetic that cannot overflow, and printable() against its promises.

#include "wire/ascii.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace postern::wire;

std::optional<std::uint64_t> slow_number(std::string_view text, std::uint64_t max) {
  if (text.empty()) return std::nullopt;
  unsigned __int128 number = 0;
  for (const char octet : text) {
    if (octet < '0' || octet > '9') return std::nullopt;
    number = number * 10 + static_cast<unsigned>(octet - '0');
    if (number > max) number = static_cast<unsigned __int128>(max) + 1;  // and never less again
  }
  if (number > max) return std::nullopt;
  return static_cast<std::uint64_t>(number);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t count) {
  constexpr std::uint64_t kMaxima[] = {
      std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::uint32_t>::max(), 0, 99};
  fuzz::Input input(fuzz::text_of(octets, count));
  const std::uint64_t max = kMaxima[input.choose(4)];
  const std::string_view text = input.rest();

  const std::optional<std::uint64_t> number = parse_number(text, max);
  fuzz::require(number == slow_number(text, max));
  if (number) {
    std::string written;
    append_number(written, *number);
    fuzz::require(parse_number(written) == number);
  }

  const std::string line = printable(text, 40);
  fuzz::require(line.size() <= 40 && all_printable(line));
  fuzz::require(line.empty() || !std::string_view(" +-.*[").contains(line.front()));
  return 0;
}
