// What an IMAP server says: one complete response text, without its last line end, becomes one of
// the structs below (RFC 3501, section 7; RFC 9051 and 4731 for ESEARCH, RFC 7162 for VANISHED, RFC
// 6154 and Google's XLIST for mailboxes).
//
// The server is not trusted: whatever breaks the grammar is Malformed, and numbers out of their
// range, UID 0 and deep nesting are among that. What real servers were seen to bend is understood:
// several blanks for one, blanks at the end, no text where text belongs, EXPUNGED for EXPUNGE. The
// views in the result live as long as the text.

#pragma once

#include "wire/imap_capability.hpp"
#include "wire/imap_fetch_items.hpp"
#include "wire/imap_lexer.hpp"
#include "wire/malformed.hpp"
#include "wire/numbers.hpp"
#include "wire/uid_set.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace postern::wire::imap {

enum class Condition : std::uint8_t { Ok, No, Bad, Bye, PreAuth };

// "[name argument]" at the start of a status text (RFC 3501, section 7.1, RFC 5530 and others).
struct Code {
  std::string_view name;
  std::string_view argument;  // "" without
};

// The answer to a command, or an untagged word about the server's state, greeting and BYE included.
struct Status {
  std::string_view tag;  // empty: untagged
  Condition condition;
  std::optional<Code> code;
  std::string_view text;  // a stranger's words: see printable()
};

struct Continuation {
  std::string_view text;  // base64 during AUTHENTICATE
};

struct CapabilityList {
  Capabilities capabilities;
  std::string_view names;  // all of them, with blanks between
};

struct Exists {
  std::uint32_t count;
};

struct Recent {
  std::uint32_t count;
};

struct Expunge {
  SequenceNumber sequence;
};

struct Vanished {
  UidSet uids;
  bool earlier;  // before this session, told because we asked
};

struct Search {
  UidSet uids;  // numbers as they came: sequence numbers if a SEARCH without UID was asked
};

struct Esearch {
  std::string tag;  // of the search; may be empty
  bool uid = false;
  UidSet all;
  std::optional<std::uint32_t> count;
};

struct List {
  enum class Kind : std::uint8_t { List, Lsub, XList };

  Kind kind;
  std::string_view attributes;  // without brackets: see has_flag()
  char delimiter;               // NUL: the mailbox has no hierarchy
  std::string mailbox;          // as it goes into commands
};

struct Flags {
  std::string_view flags;  // without brackets
};

struct Enabled {
  Capabilities capabilities;
};

// The first personal namespace, where mailboxes of the user's own belong.
struct Namespace {
  std::optional<std::string> prefix;  // nothing: there is no personal namespace
  char delimiter;                     // NUL: no hierarchy
};

struct Id {
  std::string_view fields;  // strings with blanks between them, without brackets; empty for NIL
};

// An untagged response that nobody here needs to look into.
struct Other {
  std::string_view keyword;
};

using Response = std::variant<Fetch,
                              Status,
                              Continuation,
                              CapabilityList,
                              Exists,
                              Recent,
                              Expunge,
                              Vanished,
                              Search,
                              Esearch,
                              List,
                              Flags,
                              Enabled,
                              Namespace,
                              Id,
                              Other,
                              Malformed>;

[[nodiscard]] Response parse_response(std::string_view text);

// The same with a lexer of the caller's, which can tell afterwards what it cost.
[[nodiscard]] Response parse_response(Lexer& lexer);

// What the first line of a response announces at its end, if anything. A status response and a
// continuation end in human text, where "{5}" means nothing.
[[nodiscard]] std::optional<Announcement> announced_literal(std::string_view line) noexcept;

// The same for a line that goes on behind a literal.
[[nodiscard]] std::optional<Announcement> announced_in_rest(std::string_view line) noexcept;

}  // namespace postern::wire::imap
