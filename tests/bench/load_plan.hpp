// What one run of the load driver is asked to do: its command line.
//
// Options are `--name=value`; an unknown one, or one without the number it needs, ends the program.

#pragma once

#include "net/timer.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace postern::bench {

enum class Mode : std::uint8_t {
  Pop3Poll,   // STAT, UIDL
  Pop3Drain,  // LIST, RETR of each message
  Pop3Top,    // LIST, TOP n 0 of each message
  Pop3Hold,   // STAT, and then the session is held
  ImapLogin,  // SELECT
  ImapPoll,   // EXAMINE, and FETCH of what is new, in one write; then the session is held
  ImapFetch,  // SELECT, FETCH of all bodies
  ImapIdle,   // SELECT, IDLE, and then the session is held
  Submit,     // mail after mail
};

struct Plan {
  Mode mode = Mode::Pop3Poll;
  std::uint16_t port = 0;
  bool tls = false;             // from the first octet; no certificate is looked at
  std::uint64_t lanes = 8;      // sessions at a time, held ones not counted
  std::uint64_t sessions = 8;   // in all
  std::string user = "user%";   // "%" stands for the number of the user, in three digits
  std::uint64_t users = 1;      // sessions take them in turn
  std::uint64_t expect = 0;     // messages in each mailbox; 0: any number
  std::uint64_t window = 1;     // RETR or TOP commands under way at a time
  std::uint64_t messages = 1;   // to submit in each session
  std::uint64_t octets = 4096;  // of each message that is submitted
  std::uint64_t seconds = 50;   // for each session and for all of them
  bool sum = false;             // hash what was received

  [[nodiscard]] bool holds() const {
    return mode == Mode::Pop3Hold || mode == Mode::ImapIdle || mode == Mode::ImapPoll;
  }

  [[nodiscard]] net::Duration patience() const { return std::chrono::seconds(seconds); }

  // The name of the user that the session with this number (from 0) logs in as.
  [[nodiscard]] std::string user_of(std::uint64_t session) const;
};

// Null when an option is unknown or malformed; standard error says which.
std::optional<Plan> parse_plan(std::span<char*> options);

}  // namespace postern::bench
