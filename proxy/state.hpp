// What outlives a session, behind one interface.
//
// Nothing here decides whether mail is safe: all of it can be lost at any time, and the next
// session then asks the upstream the long way. It is keyed by what the mailbox is for the upstream,
// never by what the client typed.

#pragma once

#include "wire/numbers.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace postern::proxy {

// A mailbox of one user on one upstream.
struct MailboxKey {
  std::string_view upstream;
  std::string_view user;
  std::string_view mailbox;
};

// What the last session found.
struct MailboxHint {
  wire::UidValidity uid_validity{};
  bool committed = false;  // it changed the mailbox: the next is likely to, as well
};

class State {
 public:
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  virtual ~State() = default;

  // All functions may be called from any thread.
  [[nodiscard]] virtual std::optional<MailboxHint> find(const MailboxKey& key) = 0;
  virtual void remember(const MailboxKey& key, const MailboxHint& hint) = 0;
};

}  // namespace postern::proxy
