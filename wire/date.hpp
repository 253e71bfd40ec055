// A moment in the words of mail (RFC 5322, section 3.3) and of IMAP (RFC 3501, section 9,
// date-time and date): all in UTC, from seconds since 1970. Years before 1900 and after 9999 become
// those.

#pragma once

#include <cstdint>
#include <string>

namespace postern::wire {

// "Tue, 3 Nov 2026 09:05:00 +0000".
[[nodiscard]] std::string date_time(std::int64_t unix_time);

// "03-Nov-2026 09:05:00 +0000", without the quotation marks that IMAP puts around it.
[[nodiscard]] std::string imap_date_time(std::int64_t unix_time);

// "3-Nov-2026".
[[nodiscard]] std::string imap_date(std::int64_t unix_time);

}  // namespace postern::wire
