// See uid_set.hpp. Whatever builds a set in any order sorts once, and merges while passing over it.

#include "wire/uid_set.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <limits>

namespace postern::wire {

namespace {

constexpr std::uint64_t kUidMax = std::numeric_limits<std::uint32_t>::max();

std::uint64_t value(Uid uid) {
  return raw(uid);
}

// Whether the two overlap or touch, the first not starting behind the second.
bool joins(const UidRange& range, const UidRange& next) {
  return value(next.first) <= value(range.last) + 1;
}

void append_merged(std::vector<UidRange>& ranges, UidRange range) {
  if (ranges.empty() || !joins(ranges.back(), range)) {
    ranges.push_back(range);
  } else {
    ranges.back().last = std::max(ranges.back().last, range.last);
  }
}

void append_range(std::string& out, UidRange range) {
  append_number(out, raw(range.first));
  if (range.last == range.first) return;
  out.push_back(':');
  append_number(out, raw(range.last));
}

// "7" or "2:4" or "4:2", zero included; nothing for other text.
struct Bounds {
  std::uint64_t first;
  std::uint64_t last;
};

std::optional<Bounds> parse_bounds(std::string_view text) {
  const std::size_t colon = text.find(':');
  const bool is_range = colon != std::string_view::npos;
  const std::optional<std::uint64_t> one = parse_number(text.substr(0, colon), kUidMax);
  const std::optional<std::uint64_t> other =
      is_range ? parse_number(text.substr(colon + 1), kUidMax) : one;
  if (!one || !other) return std::nullopt;
  return Bounds{std::min(*one, *other), std::max(*one, *other)};
}

}  // namespace

UidSet::UidSet(std::vector<UidRange> ranges) {
  std::ranges::sort(ranges, {}, &UidRange::first);
  for (const UidRange& range : ranges)
    append_merged(ranges_, range);
}

std::optional<UidSet> UidSet::parse(std::string_view text, std::size_t ranges_max) {
  std::vector<UidRange> ranges;
  std::size_t count = 0;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::optional<Bounds> bounds = parse_bounds(text.substr(0, comma));
    if (!bounds || ++count > ranges_max) return std::nullopt;
    if (bounds->last > 0) {
      const std::uint64_t first = std::max<std::uint64_t>(bounds->first, 1);
      ranges.push_back(
          {Uid{static_cast<std::uint32_t>(first)}, Uid{static_cast<std::uint32_t>(bounds->last)}});
    }
    if (comma == text.size()) return UidSet(std::move(ranges));
    text.remove_prefix(comma + 1);
  }
}

void UidSet::add(UidRange range) {
  if (ranges_.empty() || range.first >= ranges_.back().first) {
    append_merged(ranges_, range);
    return;
  }
  // From the first range that reaches up to the new one, all that touch it become one with it.
  const auto begin = std::ranges::partition_point(
      ranges_, [&](const UidRange& old) { return value(old.last) + 1 < value(range.first); });
  auto end = begin;
  for (; end != ranges_.end() && joins(range, *end); ++end) {
    range = {std::min(range.first, end->first), std::max(range.last, end->last)};
  }
  ranges_.insert(ranges_.erase(begin, end), range);
}

bool UidSet::contains(Uid uid) const noexcept {
  const auto range = std::ranges::lower_bound(ranges_, uid, {}, &UidRange::last);
  return range != ranges_.end() && range->first <= uid;
}

std::uint64_t UidSet::count() const noexcept {
  std::uint64_t count = 0;
  for (const UidRange& range : ranges_)
    count += value(range.last) - value(range.first) + 1;
  return count;
}

std::vector<Uid> UidSet::among(std::span<const Uid> sorted) const {
  std::vector<Uid> found;
  auto from = sorted.begin();
  for (const UidRange& range : ranges_) {
    from = std::lower_bound(from, sorted.end(), range.first);
    const auto to = std::upper_bound(from, sorted.end(), range.last);
    found.insert(found.end(), from, to);
    from = to;
  }
  return found;
}

std::string UidSet::text() const {
  std::string text;
  for (const UidRange& range : ranges_) {
    if (!text.empty()) text.push_back(',');
    append_range(text, range);
  }
  return text;
}

std::vector<std::string> compose_sets(std::vector<Uid> chosen,
                                      std::span<const Uid> existing,
                                      std::size_t octets_max) {
  std::ranges::sort(chosen);
  std::vector<std::string> sets;
  const auto append = [&](UidRange range) {
    std::string text;
    append_range(text, range);
    if (sets.empty() || sets.back().size() + 1 + text.size() > octets_max) {
      sets.push_back(std::move(text));
    } else {
      sets.back().append(",").append(text);
    }
  };

  std::optional<UidRange> open;  // grows until something that is not chosen stands behind it
  auto next = existing.begin();  // the first existing UID behind it
  for (const Uid uid : chosen) {
    while (open && next != existing.end() && *next <= open->last)
      ++next;
    const bool nothing_between = next == existing.end() || *next >= uid;
    if (open && nothing_between) {
      open->last = uid;
    } else {
      if (open) append(*open);
      open = UidRange{uid, uid};
    }
  }
  if (open) append(*open);
  return sets;
}

}  // namespace postern::wire
