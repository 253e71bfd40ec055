// Links that are kept for a while after the session that used them, for the same user's next one.
//
// A kept link is a login that nobody asks the upstream about again, so it goes to those only who
// show the same credentials and come from the same place (Ticket); it is not there any more a while
// after it was left, whatever happened to it meanwhile. What the upstream says of a user in this
// while, a changed password above all, is not heard: so the operator has to ask for this.

#pragma once

#include "net/digest.hpp"
#include "net/loop.hpp"
#include "net/octet_hash.hpp"
#include "net/timer.hpp"
#include "upstream/caller.hpp"
#include "upstream/imap_link.hpp"
#include "upstream/profile.hpp"

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>

namespace postern::upstream {

// Who may have a link again: a keyed hash of everything that the upstream was told when it let the
// user in.
using Ticket = net::Digest;

class Parking final : private net::Timer {
 public:
  struct Parked {
    std::unique_ptr<ImapLink> link;
    Profile profile;  // of the server at its far end
  };

  // Each link is kept for `stay`, and at most so many of them, the oldest make way.
  Parking(net::Loop& loop, net::Duration stay, std::size_t links_max)
      : loop_(loop), stay_(stay), max_(links_max) {}

  Parking(const Parking&) = delete;
  Parking& operator=(const Parking&) = delete;

  [[nodiscard]] bool keeps() const { return stay_ > net::Duration{}; }

  [[nodiscard]] Ticket ticket_for(const Account& account, const ClientFacts& facts) const;

  // Takes a link, which must be fit for a command. One link a ticket: the one before makes way.
  void leave(const Ticket& ticket, Parked parked);

  // Gives one back that was left under that ticket. The server may have hung up since.
  [[nodiscard]] std::optional<Parked> fetch(const Ticket& ticket);

  [[nodiscard]] std::size_t count() const { return entries_.size(); }

 private:
  struct Entry {
    Ticket ticket;
    net::Time until;
    Parked parked;
  };

  using Order = std::list<Entry>;  // the oldest first

  void expired() override;
  void watch();
  void drop(Order::iterator entry);

  net::Loop& loop_;
  net::Duration stay_;
  std::size_t max_;
  net::DigestKey secret_;
  Order order_;
  std::unordered_map<Ticket, Order::iterator, net::OctetHash> entries_;
};

}  // namespace postern::upstream
