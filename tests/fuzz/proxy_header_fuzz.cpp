// PROXY headers of any octets: refused, or understood so that what we write of it is read back the
// same.

#include "wire/proxy_header.hpp"

#include <string>
#include <variant>

#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace postern::wire;

bool same(const ProxyHeader& one, const ProxyHeader& other) {
  return one.family == other.family && one.source.octets == other.source.octets &&
         one.source.port == other.source.port &&
         one.destination.octets == other.destination.octets &&
         one.destination.port == other.destination.port && one.secure == other.secure &&
         one.authority == other.authority;
}

void check(const ParsedProxyHeader& parsed) {
  const auto* header = std::get_if<ProxyHeader>(&parsed);
  if (header == nullptr) return;
  const auto again = parse_proxy_v2(compose_proxy_v2(*header));
  fuzz::require(std::holds_alternative<ProxyHeader>(again));
  fuzz::require(same(std::get<ProxyHeader>(again), *header));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t count) {
  const std::string_view text = fuzz::text_of(octets, count);
  (void)proxy_version(text);
  (void)proxy_v2_rest(text);
  check(parse_proxy_v1(text));
  check(parse_proxy_v2(text));
  return 0;
}
