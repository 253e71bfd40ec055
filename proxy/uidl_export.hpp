// `postern uidl export`: what an old POP3 server shows, as a file to import.

#pragma once

#include "net/digest.hpp"
#include "proxy/uidl_tour.hpp"

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace postern::proxy {

// Asks for UIDL, LIST and TOP n 0, and deletes nothing. All lines of a user are printed at once, or
// none. Answers how many users failed; the reason if nobody could be asked at all.
[[nodiscard]] std::expected<std::size_t, std::string> export_uidls(const TourOptions& options,
                                                                   const Print& out,
                                                                   const Print& trouble);

// The headers of these messages, by digest of what servers do not change; nothing for one that
// cannot be had.
[[nodiscard]] net::Task<std::vector<std::optional<net::Digest>>> header_digests(
    net::Loop& loop, upstream::Pop3Link& link, std::vector<wire::MessageNumber> numbers);

}  // namespace postern::proxy
