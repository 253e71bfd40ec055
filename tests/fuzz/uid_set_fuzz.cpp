// Sets of UIDs: read, written and read again they are the same, and a composed set names what was
// chosen and nothing else that exists.

#include "wire/uid_set.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace postern::wire;

void check_parsed(std::string_view text) {
  const std::optional<UidSet> set = UidSet::parse(text, 1000);
  if (!set) return;
  fuzz::require(set->ranges().size() <= 1000);
  std::uint64_t count = 0;
  for (const UidRange& range : set->ranges()) {
    count += std::uint64_t{raw(range.last)} - raw(range.first) + 1;
    fuzz::require(set->contains(range.first) && set->contains(range.last));
    fuzz::require(raw(range.first) == 1 || !set->contains(Uid{raw(range.first) - 1}));
  }
  fuzz::require(set->count() == count);
  if (set->empty()) return;
  fuzz::require(UidSet::parse(set->text()) == set);

  UidSet added;
  for (const UidRange& range : set->ranges())
    added.add(range);
  UidSet backwards;
  for (std::size_t next = set->ranges().size(); next > 0; --next) {
    backwards.add(set->ranges()[next - 1]);
  }
  fuzz::require(added == *set && backwards == *set);
}

// Each octet is a UID further on: its low bits how far, its high bit whether it is chosen.
void check_composed(std::string_view octets) {
  std::vector<Uid> existing;
  std::vector<Uid> chosen;
  std::uint32_t uid = 0;
  for (const char octet : octets) {
    const auto value = static_cast<unsigned char>(octet);
    uid += 1 + (value & 0x3FU);
    existing.push_back(Uid{uid});
    if ((value & 0x80U) != 0) chosen.push_back(Uid{uid});
  }

  constexpr std::size_t kOctetsMax = 24;
  std::vector<Uid> named;
  for (const std::string& text : compose_sets(chosen, existing, kOctetsMax)) {
    fuzz::require(!text.empty() && text.size() <= kOctetsMax);
    const std::optional<UidSet> set = UidSet::parse(text);
    fuzz::require(set.has_value());
    const std::vector<Uid> found = set->among(existing);
    named.insert(named.end(), found.begin(), found.end());
  }
  fuzz::require(named == chosen);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t count) {
  const std::string_view text = fuzz::text_of(octets, count);
  check_parsed(text);
  check_composed(text);
  return 0;
}
