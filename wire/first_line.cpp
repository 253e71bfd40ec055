// See first_line.hpp.

#include "wire/first_line.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <array>

namespace postern::wire {

bool is_http_or_tls(std::string_view first_line) noexcept {
  constexpr std::array<std::string_view, 11> kStarts{"GET ",
                                                     "POST ",
                                                     "HEAD ",
                                                     "PUT ",
                                                     "DELETE ",
                                                     "CONNECT ",
                                                     "OPTIONS ",
                                                     "TRACE ",
                                                     "PATCH ",
                                                     "HTTP/",
                                                     "HOST:"};
  constexpr std::string_view kTlsHandshake = "\x16\x03";
  if (first_line.starts_with(kTlsHandshake)) return true;
  return std::ranges::any_of(kStarts, [first_line](std::string_view start) {
    return starts_with_caseless(first_line, start);
  });
}

}  // namespace postern::wire
