// One FETCH response: what a server says about one message (RFC 3501, section 7.4.2; RFC 7162 for
// MODSEQ, RFC 8474 for EMAILID, Google's X-GM-MSGID).
//
// Items come in any order, the UID perhaps last, and any number of others between them: what is not
// named below is skipped, literals inside it too. A number that is given twice must be the same,
// and there is one body at most.
//
// Bodies are not held in memory. Where a BODY[...] literal is announced, the link hands the text up
// to the announcement to parse_fetch_head(), streams the octets, and gives what follows them to
// parse_fetch_rest(), which may be where the UID stands.

#pragma once

#include "wire/imap_lexer.hpp"
#include "wire/malformed.hpp"
#include "wire/numbers.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace postern::wire::imap {

// The value of a BODY[section] item.
struct Body {
  enum class Form : std::uint8_t {
    Absent,     // no such item
    Nil,        // the server has no such octets
    Inline,     // in `string`
    Announced,  // `announced` octets follow the text
  };

  Form form = Form::Absent;
  std::string_view section;             // "" for BODY[], "HEADER" and so on, as the server wrote it
  std::optional<std::uint64_t> origin;  // n of "<n>": a part of the section, from its octet n
  String string;
  Announcement announced;
};

struct Fetch {
  SequenceNumber sequence{};  // some servers have it wrong: name messages by UID
  std::optional<Uid> uid;
  std::optional<std::uint64_t> size;        // RFC822.SIZE
  std::string_view internal_date;           // as the server wrote it; empty without
  std::optional<std::int64_t> received_at;  // the same in seconds since 1970, if it is a date
  std::optional<std::uint64_t> modseq;
  std::optional<std::uint64_t> gmail_id;  // X-GM-MSGID
  std::string_view email_id;              // EMAILID; empty without
  bool has_flags = false;
  bool seen = false;
  bool deleted = false;
  Body body;
};

// "17-Jul-1996 02:44:25 -0700" as seconds since 1970. Nothing for what is no date; seconds up
// to 60.
[[nodiscard]] std::optional<std::int64_t> parse_internal_date(std::string_view text) noexcept;

// Reads the items behind "* n FETCH (", up to the end of the response; no Malformed when all is
// well. A text that ends at the announcement of a BODY[...] literal is in order for a head only.
enum class FetchPart : std::uint8_t { Whole, Head };
[[nodiscard]] std::optional<Malformed> parse_fetch_items(Lexer& lexer,
                                                         FetchPart part,
                                                         Fetch& fetch);

// A response text that ends right behind "{n}" or "~{n}", if that announces the octets of a
// BODY[...] item. Nothing when it announces something else, which is then read into memory and
// parsed with the rest.
[[nodiscard]] std::optional<Fetch> parse_fetch_head(std::string_view text);

// What follows the octets that were announced, up to the end of the response.
[[nodiscard]] std::optional<Malformed> parse_fetch_rest(std::string_view text, Fetch& fetch);

}  // namespace postern::wire::imap
