// Base64: what is accepted has one spelling, and everything can be spelled.

#include "wire/base64.hpp"

#include <optional>
#include <string>

#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t count) {
  using namespace postern::wire;
  const std::string_view text = fuzz::text_of(octets, count);

  const std::string spelled = base64_encode(text);
  fuzz::require(spelled.size() == base64_octets(text.size()));
  fuzz::require(base64_decode(spelled) == text);

  const std::optional<std::string> decoded = base64_decode(text);
  const std::optional<Secret> secret = base64_decode_secret(text);
  fuzz::require(decoded.has_value() == secret.has_value());
  if (decoded) {
    fuzz::require(base64_encode(*decoded) == text);
    fuzz::require(secret->reveal() == *decoded);
  }
  return 0;
}
