// Numbers that must never be taken for one another are types of their own.
//
// There is no arithmetic on them: who needs the value says raw(). They compare with themselves
// only. A Uid, UidValidity or SequenceNumber that came from the wire is never zero; a MessageNumber
// may be, since a POP3 client can type it, and then names no message.

#pragma once

#include <concepts>
#include <cstdint>
#include <utility>

namespace postern::wire {

// What names a message in one IMAP mailbox for ever (RFC 3501, section 2.3.1.1).
enum class Uid : std::uint32_t {};

// What the Uids of a mailbox depend on: another value means other Uids.
enum class UidValidity : std::uint32_t {};

// The place of a message in an IMAP mailbox, from 1; it moves with each EXPUNGE.
enum class SequenceNumber : std::uint32_t {};

// The place of a message in a POP3 session, from 1; it never moves.
enum class MessageNumber : std::uint32_t {};

template <class T>
concept WireNumber = std::same_as<T, Uid> || std::same_as<T, UidValidity> ||
                     std::same_as<T, SequenceNumber> || std::same_as<T, MessageNumber>;

constexpr std::uint32_t raw(WireNumber auto number) {
  return std::to_underlying(number);
}

}  // namespace postern::wire
