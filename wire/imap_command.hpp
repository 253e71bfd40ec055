// What we say to an IMAP server about mailboxes and messages (RFC 3501, section 6, and the
// extensions named below); imap_login.hpp has what comes before. The order and the meaning of it
// all is upstream's business; here stands how it is written.
//
// Names of mailboxes are not ours, so commands with one in them are Parts (see imap_parts.hpp).
// Sets, items and dates are written by us and taken as they are.

#pragma once

#include "wire/imap_parts.hpp"
#include "wire/numbers.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::wire::imap {

// ---- Mailboxes. Names are as the server wrote them, or from encode_modified_utf7(); nothing for a
// name that is empty or cannot be written.

enum class OpenFor : std::uint8_t { Reading, Changing };  // EXAMINE, SELECT

// What we know of the mailbox already (RFC 7162, section 3.2.5); the sets may be empty.
struct KnownState {
  UidValidity uid_validity;
  std::uint64_t modseq;
  std::string_view uids;
  std::string_view matched_sequences;  // these sequence numbers had
  std::string_view matched_uids;       // these UIDs
};

[[nodiscard]] std::optional<Parts> open(std::string_view tag,
                                        OpenFor purpose,
                                        std::string_view mailbox,
                                        const std::optional<KnownState>& known,
                                        Literals literals);

[[nodiscard]] std::optional<Parts> create(std::string_view tag,
                                          std::string_view mailbox,
                                          Literals literals);

enum class ListForm : std::uint8_t {
  All,               // LIST "" "*"
  SpecialUse,        // LIST (SPECIAL-USE) "" "*" (RFC 6154)
  ReturnSpecialUse,  // LIST "" "*" RETURN (SPECIAL-USE) (RFC 6154, with LIST-EXTENDED)
  XList,             // XLIST "" "*"
};

[[nodiscard]] std::string list(std::string_view tag, ListForm form);

// ---- Messages

inline constexpr std::string_view kTableItems = "(UID RFC822.SIZE INTERNALDATE)";
inline constexpr std::string_view kSizeItems = "(UID RFC822.SIZE)";
inline constexpr std::string_view kUidItems = "(UID)";
inline constexpr std::string_view kFlagItems = "(UID FLAGS)";
inline constexpr std::string_view kBodyItems = "(UID BODY.PEEK[])";
inline constexpr std::string_view kHeaderItems = "(UID BODY.PEEK[HEADER])";
inline constexpr std::string_view kUidlItems = "(UID BODY.PEEK[HEADER.FIELDS (X-UIDL)])";
inline constexpr std::string_view kIdentityItems =
    "(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID DATE FROM TO RECEIVED)])";
inline constexpr std::string_view kEmailIdItems = "(UID EMAILID)";
inline constexpr std::string_view kGmailIdItems = "(UID X-GM-MSGID)";

[[nodiscard]] std::string uid_fetch(std::string_view tag,
                                    std::string_view uids,
                                    std::string_view items);

// Only messages that changed after that (RFC 7162).
[[nodiscard]] std::string uid_fetch_changed(std::string_view tag,
                                            std::string_view uids,
                                            std::string_view items,
                                            std::uint64_t since_modseq);

// `octets` octets of the body, from octet `origin`.
[[nodiscard]] std::string uid_fetch_part(std::string_view tag,
                                         Uid uid,
                                         std::uint64_t origin,
                                         std::uint64_t octets);

// By sequence numbers: for sampling an unchanged mailbox only.
[[nodiscard]] std::string fetch(std::string_view tag,
                                std::string_view sequences,
                                std::string_view items);

enum class FlagChange : std::uint8_t { Add, Remove };

// UID STORE ... .SILENT. Nothing for a flag that is no atom, with or without a backslash first.
[[nodiscard]] std::optional<std::string> uid_store(std::string_view tag,
                                                   std::string_view uids,
                                                   FlagChange change,
                                                   std::string_view flag);

enum class Transfer : std::uint8_t { Copy, Move };  // the latter is RFC 6851

[[nodiscard]] std::optional<Parts> uid_transfer(std::string_view tag,
                                                Transfer transfer,
                                                std::string_view uids,
                                                std::string_view mailbox,
                                                Literals literals);

// The head of APPEND (RFC 3501, section 6.3.11), up to the octets of the message, which follow it
// with a line end behind them. Whether the server has to say "+" first is `waits`; without, it must
// know literals of that size that do not wait (RFC 7888).
[[nodiscard]] std::optional<Parts> append_head(std::string_view tag,
                                               std::string_view mailbox,
                                               std::string_view flags,
                                               std::int64_t unix_time,
                                               std::uint64_t octets,
                                               bool waits);

// RFC 4315.
[[nodiscard]] std::string uid_expunge(std::string_view tag, std::string_view uids);

// How the answer comes: as SEARCH, or as ESEARCH (RFC 4731) with these return values.
enum class SearchReturn : std::uint8_t { Plain, All, AllAndCount };

inline constexpr std::string_view kDeletedMessages = "DELETED";
inline constexpr std::string_view kAllMessages = "ALL";

[[nodiscard]] std::string uid_search(std::string_view tag,
                                     SearchReturn answer,
                                     std::string_view criterion);

// The criterion for mail with that Message-ID that came since the day before. The ID is printable,
// without quotation marks and backslashes, as MailHeader gives it.
[[nodiscard]] std::string with_message_id(std::string_view message_id, std::int64_t unix_time);

// UID SEARCH UID: which of these are still there?
[[nodiscard]] std::string uid_search_uids(std::string_view tag,
                                          SearchReturn answer,
                                          std::string_view uids);

// ---- Commands without arguments

enum class Plain : std::uint8_t { Capability, StartTls, Namespace, Expunge, Noop, Logout };

[[nodiscard]] std::string plain(std::string_view tag, Plain command);

}  // namespace postern::wire::imap
