// What a POP3 server says to a client (RFC 1939, sections 3, 5 and 7): for when we are the client,
// and read what an old server shows. pop3_reply.hpp has what we say ourselves.
//
// Lines come without their line end. Servers are many and old, so what is between the words is
// taken as it comes; what the words mean is not guessed.

#pragma once

#include "wire/numbers.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace postern::wire::pop3 {

// RFC 1939, section 7.
inline constexpr std::size_t kUidlOctetsMax = 70;

// Whether it may be a unique-id: 1 to 70 octets of 0x21 to 0x7E.
[[nodiscard]] bool is_uidl(std::string_view text) noexcept;

// The first line of an answer.
struct StatusLine {
  bool ok = false;
  std::string_view words;  // behind +OK or -ERR
};

// Nothing for a line that begins with neither.
[[nodiscard]] std::optional<StatusLine> parse_status_line(std::string_view line) noexcept;

// A further line of a long answer, its doubled dot made one; nothing for the dot at the end.
[[nodiscard]] std::optional<std::string_view> unstuffed(std::string_view line) noexcept;

struct SizeLine {
  MessageNumber number;
  std::uint64_t octets;
};

// A line of LIST; servers may write on behind the two numbers. Nothing for what is no such line.
[[nodiscard]] std::optional<SizeLine> parse_size_line(std::string_view line) noexcept;

struct UidlLine {
  MessageNumber number;
  std::string_view uidl;  // may be longer than it should, or hold other octets: see is_uidl()
};

// A line of UIDL. Nothing for what is no such line.
[[nodiscard]] std::optional<UidlLine> parse_uidl_line(std::string_view line) noexcept;

}  // namespace postern::wire::pop3
