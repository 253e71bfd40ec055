// Unique-ids as POP3 clients keep them (RFC 1939, section 7: 1 to 70 octets of 0x21 to 0x7E).
//
// Made from UID and UIDVALIDITY in the form the operator chose, so that they are unique by
// construction, never change while the mailbox keeps its UIDVALIDITY, and can continue those of the
// server that was there before. Or from what the upstream itself calls a message, which outlasts a
// UIDVALIDITY but has to be asked for; then nothing of it is trusted but that it is not empty.

#pragma once

#include "conf/values.hpp"
#include "wire/numbers.hpp"

#include <string>
#include <string_view>

namespace postern::proxy {

// `called` is the EMAILID, or the X-GM-MSGID in hexadecimal, for formats that hold either.
[[nodiscard]] std::string uidl_of(const conf::UidlFormat& format,
                                  wire::Uid uid,
                                  wire::UidValidity validity,
                                  std::string_view called = {});

// Whether UIDs and UIDVALIDITY alone make it.
[[nodiscard]] bool is_numbered(const conf::UidlFormat& format);

// Whether no two messages of a mailbox can have one, whatever its UIDVALIDITY was before.
[[nodiscard]] bool is_unique(const conf::UidlFormat& format);

}  // namespace postern::proxy
