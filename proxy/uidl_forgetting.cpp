// Dates.

#include "proxy/uidl_forgetting.hpp"

#include <algorithm>

namespace postern::proxy {

UidlChange note_missing(std::span<const StoredUidl> stored,
                        wire::UidValidity validity,
                        std::span<const wire::Uid> there,
                        std::uint32_t today,
                        std::chrono::days remembered) {
  const std::int64_t kept = std::max(remembered, kRememberedMin).count();
  const std::uint32_t oldest =
      kept < today ? static_cast<std::uint32_t>(std::int64_t{today} - kept) : 0;
  UidlChange change;
  for (const StoredUidl& each : stored) {
    if (each.position != 0) continue;
    const bool is_there = each.validity == validity && std::ranges::binary_search(there, each.uid);
    if (each.gone_on != 0 && !is_there) {
      if (each.gone_on < oldest) change.forgets_before = oldest;
      continue;
    }
    const std::uint32_t gone_on = is_there ? 0 : today;
    if (gone_on == each.gone_on) continue;
    change.aliases.push_back(each);
    change.aliases.back().gone_on = gone_on;
  }
  return change;
}

}  // namespace postern::proxy
