// The promises of SECURITY.md, as judges of a run: each reads both transcripts and the mailbox, and
// knows nothing of how the gateway works.

#pragma once

#include <string>
#include <vector>

#include "tests/simulator/outcome.hpp"

namespace postern::test {

// What is broken, one sentence each, beginning with the guarantee: "G-1 ...". Empty: all is well.
[[nodiscard]] std::vector<std::string> broken_guarantees(const Outcome& outcome);

// What POP3 makes of a message (RFC 1939, section 3): dots doubled, a last line end if there is
// none. Whole, or its header and so many lines.
[[nodiscard]] std::string as_sent(std::string_view mail);
[[nodiscard]] std::string top_as_sent(std::string_view mail, std::size_t lines);

}  // namespace postern::test
