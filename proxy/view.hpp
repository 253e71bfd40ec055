// Which messages of a mailbox a maildrop shows, where the operator does not show them all.
//
// A client that deletes what is newest must not see older messages come up in its place: it would
// take them for new ones. So the newest messages are chosen by an edge, below which nothing shows,
// and the edge only ever moves up; whoever opens the maildrop keeps it from session to session.

#pragma once

#include "conf/settings.hpp"
#include "upstream/known_mailbox.hpp"
#include "wire/numbers.hpp"

#include <cstdint>
#include <span>

namespace postern::proxy {

class View {
 public:
  // `now` in seconds since 1970. `recent`: only what policy.recent_age lets through.
  View(const conf::Pop3& policy, bool recent, std::int64_t now);

  // Everything shows, whatever the mailbox holds.
  [[nodiscard]] bool is_whole() const { return count_max_ == 0 && since_ == 0; }

  // An edge is worth keeping.
  [[nodiscard]] bool has_edge() const { return count_max_ > 0 && !oldest_; }

  // Settles what shows among all messages of the mailbox, which ascend. `edge` is what was kept;
  // zero at the first time, or if the UIDs are others now.
  void choose(std::span<const upstream::ListedMessage> messages, wire::Uid edge);

  [[nodiscard]] bool shows(const upstream::ListedMessage& message) const;

  // The lowest UID that may ever show again.
  [[nodiscard]] wire::Uid edge() const { return first_; }

 private:
  [[nodiscard]] bool is_young(const upstream::ListedMessage& message) const;

  std::uint32_t count_max_;     // 0: any number
  bool oldest_;                 // of more, the oldest show
  std::uint32_t since_ = 0;     // seconds since 1970
  wire::Uid first_{};           // UIDs from this one
  wire::Uid last_{UINT32_MAX};  // to this one
};

}  // namespace postern::proxy
