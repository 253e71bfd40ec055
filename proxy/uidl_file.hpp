// The file that carries UIDLs from an old server to the gateway.
//
// Its first line is "#uidl-import 1". Every other line is one message, its fields parted by tabs:
// user, mailbox, UIDL, and then keys by which the message may be found again, in any order:
// uid=UIDVALIDITY:UID, hdr=SHA-256 of the canonical header in hexadecimal, size=octets, pos=number
// in the old listing. A line of user and mailbox alone tells of one without messages. Empty lines
// and further lines that begin with "#" mean nothing. A file is taken whole or not at all.

#pragma once

#include "proxy/uidl_record.hpp"

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace postern::proxy {

// All that a file says of one mailbox of one user.
struct ImportedMailbox {
  std::string user;     // as clients of the old server named it
  std::string mailbox;  // in UTF-8
  std::vector<UidlRecord> records;
};

// What is wrong in a file, and where.
struct BadLine {
  std::size_t number;  // from 1
  std::string why;
};

inline constexpr std::size_t kBadLinesMax = 100;  // that are told; then reading stops

// Mailboxes in the order in which they occur first; each UIDL occurs once in its mailbox.
[[nodiscard]] std::expected<std::vector<ImportedMailbox>, std::vector<BadLine>> read_uidl_file(
    std::string_view text);

inline constexpr std::string_view kUidlFileHead = "#uidl-import 1\n";

// Whether a name may stand in the file.
[[nodiscard]] bool is_file_field(std::string_view name);

// One line, with its end; the second is for a mailbox without messages.
[[nodiscard]] std::string uidl_file_line(std::string_view user,
                                         std::string_view mailbox,
                                         const UidlRecord& record);
[[nodiscard]] std::string uidl_file_empty(std::string_view user, std::string_view mailbox);

}  // namespace postern::proxy
