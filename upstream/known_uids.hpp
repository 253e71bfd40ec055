// What we know of a mailbox, as the parameter of EXAMINE and SELECT that asks who has vanished
// since (RFC 7162, section 3.2.5).
//
// Which UIDs are known is told if that is short. Told or not, some of them are named with their
// places, the closer the nearer to the end: a server that finds the last of them in its place has
// to look only behind it. Cyrus without either names every UID that ever was.

#pragma once

#include "upstream/known_mailbox.hpp"
#include "wire/imap_command.hpp"

#include <cstddef>
#include <string>

namespace postern::upstream {

class KnownUids {
 public:
  static constexpr std::size_t kSetOctetsMax = 4000;
  static constexpr std::size_t kPlacesMax = 16;

  explicit KnownUids(const KnownMailbox& known);

  // Views what is in here.
  [[nodiscard]] wire::imap::KnownState state() const;

 private:
  wire::UidValidity uid_validity_;
  std::uint64_t modseq_;
  std::string uids_;
  std::string places_;
  std::string uids_at_places_;
};

}  // namespace postern::upstream
