// Unique-ids as POP3 clients keep them (RFC 1939, section 7: 1 to 70 octets of 0x21 to 0x7E).
//
// Made from UID and UIDVALIDITY in the form the operator chose, so that they are unique by
// construction, never change while the mailbox keeps its UIDVALIDITY, and can continue those of the
// server that was there before.

#pragma once

#include "conf/values.hpp"
#include "wire/numbers.hpp"

#include <string>

namespace postern::proxy {

[[nodiscard]] std::string uidl_of(const conf::UidlFormat& format,
                                  wire::Uid uid,
                                  wire::UidValidity validity);

}  // namespace postern::proxy
