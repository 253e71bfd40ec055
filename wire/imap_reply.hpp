// How we write what an IMAP client hears from us (RFC 3501, section 7).

#pragma once

#include "wire/imap_response.hpp"

#include <string>
#include <string_view>

namespace postern::wire::imap {

// "tag NO [CODE] text" and its like, with its line end. Untagged if the tag is empty; without a
// code if that is. The text is ours, or printable().
[[nodiscard]] std::string status_line(std::string_view tag,
                                      Condition condition,
                                      std::string_view code,
                                      std::string_view text);

// "* CAPABILITY names".
[[nodiscard]] std::string capability_line(std::string_view names);

// "* ID (...)" with our name, or NIL if that is empty. It holds neither quotes nor backslashes.
[[nodiscard]] std::string id_line(std::string_view name);

inline constexpr std::string_view kGoAhead = "+ OK\r\n";

}  // namespace postern::wire::imap
