// The header of a mail, brought into a form that is the same whichever server shows it: so that two
// views of one mail, by POP3 from one store and by IMAP from another, can be told to be one.
//
// Servers add, change and drop fields of their own (Status, X-UIDL, Return-Path and their kin), end
// lines in their own way and trim them. What is left here is what the sender and the relays wrote:
// fields in their order (RFC 5322, section 2.2), one line of text each as it was folded, LF behind
// each line. The digest of it is no business of this floor.

#pragma once

#include <string>
#include <string_view>

namespace postern::wire {

// Of a mail or the front of it, up to its first empty line; a line of nothing but CRs is one too.
// Lines without a name, names with octets that no name has, and blank continuation lines are left
// out. As long as what it is made from, at most.
[[nodiscard]] std::string canonical_header(std::string_view mail);

}  // namespace postern::wire
