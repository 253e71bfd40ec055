// What we have learned of an upstream, so that the next session need not ask again.
//
// A record is kept for each greeting that a server uses: capabilities before and after login,
// whether it is one of the servers that we know. It is a guess that saves round trips, never a
// licence: what a connection says of itself comes first, and when a server does not know a command
// that its record promised, the record is dropped and the session starts anew the slow way.

#pragma once

#include "conf/words.hpp"
#include "wire/imap_capability.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace postern::upstream {

using conf::Family;

// What is known of the servers of a family (spec of each: upstream/README.md).
struct FamilyTraits {
  // Input that follows LOGIN in one write is kept and carried out. Courier loses it; of the others
  // nobody knows.
  bool pipelines_after_login = false;

  // The same behind AUTHENTICATE with an initial response. Cyrus 3.6 reads its buffer from the
  // start again after such a login: it refuses the second AUTHENTICATE and loses what is behind.
  bool pipelines_after_authenticate = false;

  // EXAMINE of a mailbox never SELECTed shows the same UIDVALIDITY each time.
  bool examine_is_stable = false;

  // BODY.PEEK[HEADER] holds just the octets in front of the body in BODY.PEEK[]. In Cyrus it ends
  // at the first NUL.
  bool header_equals_head = false;

  // The UID stands in front of the octets of a body, so that several bodies can be told apart.
  bool uid_before_body = false;

  // Has to be asked for one body at a time.
  bool one_body_at_a_time = false;

  // A search knows of what others expunged only after NOOP. Courier, which also invents a mail for
  // one that is gone.
  bool notices_expunges_at_noop = false;

  // A message that went never comes back. Others may show just a part of a mailbox, as Gmail does
  // if told so.
  bool brings_nothing_back = false;

  // The size of one message costs it a look at files about all: ten times the rest of a poll in a
  // Maildir of 10,000. A range of UIDs up to the largest number there is tells nothing needlessly.
  bool telling_the_last_is_dear = false;

  // QRESYNC does not go by RFC 7162. Zimbra's tells no CLOSED.
  bool resyncs_in_its_own_way = false;
};

[[nodiscard]] FamilyTraits traits_of(Family family);

// By the greeting's text. Family::Other if it is none we know.
[[nodiscard]] Family recognise(std::string_view greeting);

struct Profile {
  wire::imap::Capabilities before_login;  // inside TLS, if TLS is used
  wire::imap::Capabilities after_login;
  std::string after_login_names{};  // as the server wrote them; empty if nobody wanted them yet
  Family family = Family::Other;
};

// What can be relied on at all servers of an upstream.
struct KnownCapabilities {
  wire::imap::Capabilities before_login;
  wire::imap::Capabilities after_login;
};

// The records of one upstream. Greetings that differ in digits only (times, process numbers) are
// one.
class Profiles {
 public:
  static constexpr std::size_t kGreetingsMax = 16;

  // What is known of a server that greets so; an empty record if nothing is.
  [[nodiscard]] Profile find(std::string_view greeting) const;

  void keep(std::string_view greeting, const Profile& profile);

  void drop(std::string_view greeting);

  // What all servers met so far have in common; nothing as long as no login has succeeded.
  [[nodiscard]] std::optional<KnownCapabilities> common() const;

 private:
  static std::string fingerprint(std::string_view greeting);

  std::unordered_map<std::string, Profile> records_;
};

}  // namespace postern::upstream
