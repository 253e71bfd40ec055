// Names of mailboxes on the wire: UTF-8 as IMAP's modified UTF-7 (RFC 3501, section 5.1.3).
//
// Printable ASCII stands for itself, "&" is "&-", and everything else is UTF-16 in a base64 of its
// own between "&" and "-". Only this direction is needed: names that come from an upstream go back
// to it as they came.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::wire {

// Nothing for an empty name, for text that is not strict UTF-8, and for control characters, which
// belong into no name.
[[nodiscard]] std::optional<std::string> encode_modified_utf7(std::string_view utf8);

}  // namespace postern::wire
