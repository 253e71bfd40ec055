// One client's session of a load, in the three protocols that the driver speaks.
//
// A Visit is a connection and what its lane knows of it. The protocols are coroutines that end when
// the session has done what the plan asks for; a reply that is not the one expected ends them in an
// Error whose detail says which step it was.

#pragma once

#include "net/stream.hpp"
#include "net/task.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/bench/load_plan.hpp"
#include "tests/bench/load_tally.hpp"

namespace postern::bench {

inline constexpr std::string_view kPassword = "pw";

struct Visit {
  const Plan& plan;
  Tally& tally;
  net::Stream stream;
  net::Deadline deadline;
  std::string user;
  net::Time logged_in{};  // set by the protocol
  Sum sum{};

  [[nodiscard]] net::Write say(std::string_view octets) { return stream.write(octets, deadline); }

  // One line without its end; good until the next read.
  [[nodiscard]] net::ReadLine line();

  // Octets that are counted, summed and forgotten.
  net::Task<> swallow(std::uint64_t octets);
};

// Fails with what was expected of a step and what came.
[[nodiscard]] net::Fail unexpected(std::string_view step, std::string_view line);

// RFC 1939: USER and PASS, then as the mode has it, and QUIT.
net::Task<> pop3(Visit& visit);

// RFC 9051: LOGIN and SELECT, then as the mode has it, and LOGOUT.
net::Task<> imap(Visit& visit);

// RFC 6409: EHLO, AUTH PLAIN, messages one after the other, QUIT.
net::Task<> submit(Visit& visit);

}  // namespace postern::bench
