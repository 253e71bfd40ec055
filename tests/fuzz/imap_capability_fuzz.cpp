// Capability lists: the known names that were found say the same when they are listed again.

#include "wire/imap_capability.hpp"

#include <string>

#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t count) {
  using namespace postern::wire;
  const imap::Capabilities found = imap::parse_capabilities(fuzz::text_of(octets, count));

  std::string list;
  for (unsigned index = 0; index <= static_cast<unsigned>(imap::Capability::AuthOAuthBearer);
       ++index) {
    const auto capability = static_cast<imap::Capability>(index);
    if (found.has(capability)) list.append(name(capability)).append("  ");
  }

  fuzz::require(imap::parse_capabilities(list) == found);
  fuzz::require(found.empty() == list.empty());
  // IMAP4rev2 stands for a dozen names.
  const std::size_t implied = found.has(imap::Capability::Imap4Rev2) ? 200 : 0;
  fuzz::require(list.size() <= 3 * count + implied);
  return 0;
}
