// Writing the sets.

#include "upstream/known_uids.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <vector>

namespace postern::upstream {

namespace {

// "3:7,9", or nothing if that would be too long. Ends with the first octet too many.
std::string known_set(const ListedMessages& messages) {
  std::string set;
  for (std::size_t i = 0; i < messages.size();) {
    std::size_t last = i;
    while (last + 1 < messages.size() &&
           wire::raw(messages[last + 1].uid) == wire::raw(messages[last].uid) + 1)
      ++last;
    if (!set.empty()) set.push_back(',');
    wire::append_number(set, wire::raw(messages[i].uid));
    if (last > i) {
      set.push_back(':');
      wire::append_number(set, wire::raw(messages[last].uid));
    }
    if (set.size() > KnownUids::kSetOctetsMax) return {};
    i = last + 1;
  }
  return set;
}

}  // namespace

KnownUids::KnownUids(const KnownMailbox& known)
    : uid_validity_(known.uid_validity), modseq_(known.modseq), uids_(known_set(known.messages)) {
  const std::size_t count = known.messages.size();
  std::vector<std::size_t> places;
  for (std::size_t back = 0; back < count && places.size() < kPlacesMax; back = 2 * back + 1)
    places.push_back(count - back);
  std::ranges::reverse(places);
  for (const std::size_t place : places) {
    if (!places_.empty()) {
      places_.push_back(',');
      uids_at_places_.push_back(',');
    }
    wire::append_number(places_, place);
    wire::append_number(uids_at_places_, wire::raw(known.messages[place - 1].uid));
  }
}

wire::imap::KnownState KnownUids::state() const {
  return {.uid_validity = uid_validity_,
          .modseq = modseq_,
          .uids = uids_,
          .matched_sequences = places_,
          .matched_uids = uids_at_places_};
}

}  // namespace postern::upstream
