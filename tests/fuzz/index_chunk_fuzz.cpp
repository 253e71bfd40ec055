// Rows of the index: what is no sealed row is refused; what is sealed nonsense is refused or is in
// order; what is read and written again is the same.

#include "proxy/index_chunk.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace postern;
using postern::wire::fuzz::require;

constexpr std::uint64_t kPlace = 1;

proxy::IndexSealer sealer() {
  proxy::IndexSealer made{.key = {}, .mailbox = {}};
  made.mailbox.fill(7);
  return made;
}

void check_chunk(const std::string& row) {
  std::vector<upstream::ListedMessage> messages;
  if (!proxy::unseal_chunk(sealer(), kPlace, row, messages)) return;
  require(!messages.empty());
  for (std::size_t i = 1; i < messages.size(); ++i)
    require(messages[i - 1].uid < messages[i].uid);
  const std::uint64_t place = wire::raw(messages.front().uid);
  const std::string again = proxy::sealed_chunk(sealer(), messages);
  std::vector<upstream::ListedMessage> back;
  require(proxy::unseal_chunk(sealer(), place, again, back));
  require(back.size() == messages.size());
  for (std::size_t i = 0; i < back.size(); ++i) {
    require(back[i].uid == messages[i].uid && back[i].size == messages[i].size &&
            back[i].received == messages[i].received && back[i].exact == messages[i].exact);
  }
}

void check_head(const std::string& row) {
  const auto head = proxy::IndexHead::unsealed(sealer(), row);
  if (!head) return;
  const auto back = proxy::IndexHead::unsealed(sealer(), head->sealed(sealer()));
  require(back && back->messages == head->messages && back->sum == head->sum);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t count) {
  std::string row(wire::fuzz::text_of(octets, count));
  std::vector<upstream::ListedMessage> none;
  require(!proxy::unseal_chunk(sealer(), kPlace, row, none));
  std::string chunk = row;
  sealer().seal(kPlace, chunk);
  check_chunk(chunk);
  sealer().seal(0, row);
  check_head(row);
  return 0;
}
