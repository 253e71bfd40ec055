// How far a mail can be passed on as it is: the fast scan under DotStuffer.
//
// An octet is clean when it is not NUL, when it is LF exactly if CR stands before it, and when it
// is not a dot behind LF. A lone CR therefore shows at the octet after it. Real mail is clean
// nearly everywhere, so 64 octets are checked at once where the processor can (SSE2, which every
// x86-64 has); elsewhere, and at the ends, octet by octet. Both ways are here, to be tested against
// each other.

#pragma once

#include <cstddef>
#include <string_view>

namespace postern::wire {

// How many octets at the front are clean, when `before` stood before them.
[[nodiscard]] std::size_t clean_run(char before, std::string_view octets) noexcept;

// The same, octet by octet.
[[nodiscard]] std::size_t clean_run_plain(char before, std::string_view octets) noexcept;

}  // namespace postern::wire
