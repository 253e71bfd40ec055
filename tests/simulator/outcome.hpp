// What is left of a run for those who judge it: what the client said and heard, what the server was
// asked, and the mailbox before, meanwhile and afterwards.

#pragma once

#include "net/result.hpp"
#include "net/timer.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/simulator/plan.hpp"
#include "tests/support/mail_store.hpp"

namespace postern::test {

inline constexpr const char* kUser = "joe";
inline constexpr const char* kPassword = "xyzzy-secret-of-joe";
inline constexpr const char* kWrongPassword = "xyzzy-wrong-of-joe";

// A command of the client, and what became of it.
struct Exchange {
  std::string command;
  std::string reply{};    // its first line; empty: none came
  std::string body{};     // of a longer answer: what is between the first line and the dot
  bool is_long = false;   // more than a line was to come
  bool is_whole = false;  // the answer came to its end
  bool is_sent = false;   // with its line end

  [[nodiscard]] bool is_ok() const { return reply.starts_with("+OK"); }
};

struct Outcome {
  Plan plan;

  // The client's side. Of the exchanges those come first that log in.
  std::vector<Exchange> exchanges;
  std::string heard;                    // every octet
  std::optional<net::Kind> client_end;  // how the gateway ended the connection
  bool client_left = false;             // the client did so first

  // The upstream's side.
  std::vector<std::string> asked;  // the gateway's lines, as they came
  std::size_t connections = 0;
  bool login_refused = false;  // the gateway was told NO to a login

  // Mail that ever was in the inbox, by UIDVALIDITY and UID; and the inbox when it was renumbered.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::string> mails;
  std::optional<StoredMailbox> renumbered;
  std::set<std::uint32_t> expunged_elsewhere;
  std::set<std::uint32_t> flagged_elsewhere;
  StoredMailbox inbox;  // afterwards
  StoredMailbox trash;

  // The gateway's.
  std::vector<std::string> log;
  std::size_t held_most = 0;  // octets in buffers
  net::Duration took{};       // on the clock that is turned by hand
  bool ended = false;         // the session did

  // After a crash: what a new session says of the mailbox; empty otherwise.
  std::string said_after_crash;
};

}  // namespace postern::test
