// Sets of UIDs (RFC 3501, section 9, sequence-set): as ranges, never one by one.
//
// An upstream may send "1:4294967295" in ten octets; so a set is kept as sorted, disjoint ranges,
// is counted and searched as such, and meets the UIDs that we know of only by intersecting. Sets
// that we write ourselves choose messages for commands; there a range may stand for several
// messages only if it names nothing else that exists.

#pragma once

#include "wire/numbers.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::wire {

struct UidRange {
  Uid first;
  Uid last;  // not before first

  friend bool operator==(const UidRange&, const UidRange&) = default;
};

class UidSet {
 public:
  // More ranges than this are refused: a maildrop has at most a million messages.
  static constexpr std::size_t kRangesMax = 1'000'000;

  UidSet() = default;

  // In any order, overlapping or not.
  explicit UidSet(std::vector<UidRange> ranges);

  // "1:4,7,9:8". UID 0, which no message has, is left out: Dovecot was seen to send 0:1. "*" is not
  // understood, since no response has it; nothing for that or any other text.
  [[nodiscard]] static std::optional<UidSet> parse(std::string_view text,
                                                   std::size_t ranges_max = kRangesMax);

  // At constant cost when nothing in the set lies behind it; else linear in the ranges.
  void add(Uid uid) { add(UidRange{uid, uid}); }

  void add(UidRange range);

  [[nodiscard]] bool empty() const noexcept { return ranges_.empty(); }

  [[nodiscard]] bool contains(Uid uid) const noexcept;
  [[nodiscard]] std::uint64_t count() const noexcept;

  // Those of the sorted UIDs that are in the set, in their order.
  [[nodiscard]] std::vector<Uid> among(std::span<const Uid> sorted) const;

  // Ascending, disjoint, and never touching each other.
  [[nodiscard]] std::span<const UidRange> ranges() const noexcept { return ranges_; }

  // The set as text, "1:4,7"; empty for the empty set.
  [[nodiscard]] std::string text() const;

  friend bool operator==(const UidSet&, const UidSet&) = default;

 private:
  std::vector<UidRange> ranges_;
};

inline constexpr std::size_t kSetOctetsMax = 8000;  // Courier takes command lines of 16,300

// The chosen UIDs as texts of at most `octets_max` octets each, for one command each. A range a:b
// is written only if every existing UID from a to b is chosen, so that a command with it can touch
// nothing else; `existing` is sorted. Each UID is named once. No text for no UID.
[[nodiscard]] std::vector<std::string> compose_sets(std::vector<Uid> chosen,
                                                    std::span<const Uid> existing,
                                                    std::size_t octets_max = kSetOctetsMax);

}  // namespace postern::wire
