// What happens in one run of the simulator: a client's script, a mailbox, and what goes wrong when.
//
// A plan is plain data. It follows from a seed, or is written down by a test; it prints itself, and
// the same plan always makes the same run.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace postern::test {

enum class FaultKind : std::uint8_t {
  // On the way to the upstream: `at` counts the gateway's commands, from 0.
  LoseCommand,  // the link breaks; the server never gets the command
  LoseAnswer,   // the server acts, and the link breaks before a word of the answer
  CutAnswer,    // the same after `amount` octets of the answer
  AnswerNo,     // the server does not act
  AnswerBad,    // likewise
  Bye,          // the server says goodbye instead, and closes
  Hang,         // nothing comes any more on this link
  Drip,         // the answer comes in pieces of `amount` octets, one a second
  Unasked,      // `amount` untagged answers that nobody asked for, before the answer
  WrongTag,     // an answer to something else before the answer

  // In the mailbox, right before that command.
  ExpungedElsewhere,  // the `amount`-th message, if it is there
  Delivered,          // another message
  Renumbered,         // a new UIDVALIDITY, all connections broken
  FlaggedElsewhere,   // \Deleted on the `amount`-th message, by somebody else

  // At the client: `at` counts octets of its script.
  ClientResets,
  ClientLeaves,      // closes in order
  ClientHalfCloses,  // says no more, and reads on
  ClientStalls,      // reads nothing for `amount` seconds

  Crash,  // of the gateway, when the `at`-th command has reached the server
};

inline constexpr std::size_t kFaultKinds = 19;

struct Fault {
  FaultKind kind{};
  std::size_t at = 0;
  std::size_t amount = 0;
};

struct Plan {
  std::uint64_t seed = 1;  // of the gateway's own chance, and of how octets are cut up
  std::size_t messages = 3;
  std::vector<std::string> script;  // lines without their ends
  std::vector<Fault> faults;
  std::size_t piece_max = 0;  // octets of a delivery; 0: all there are
  bool pipelined = false;     // the client does not wait for answers
  bool uidplus = true;
  bool move = true;
  bool wrong_password = false;
  std::string policy;  // an assignment such as "pop3.delete=trash", or none

  [[nodiscard]] std::string text() const;
};

// The plan that follows from a seed: each turns a few faults on, of a few kinds.
[[nodiscard]] Plan plan_of(std::uint64_t seed);

}  // namespace postern::test
