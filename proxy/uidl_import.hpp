// `postern uidl import`: UIDLs of an old server into the file of lasting state, whether a gateway
// is running or not. Which message each belongs to is found out when its user comes.

#pragma once

#include "conf/settings.hpp"
#include "proxy/uidl_tour.hpp"

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>

namespace postern::proxy {

// Takes the file whole, or not at all: everything that is wrong with it is told as trouble, as
// FILE:LINE: why. So are users that no route is for. Prints a line for each mailbox: user, mailbox,
// taken=N (to be looked for), known=N (that messages bear already). Answers how many mailboxes were
// not taken. `forced`: a mailbox counts as imported however few of its messages are found again.
[[nodiscard]] std::expected<std::size_t, std::string> import_uidls(
    const conf::Settings& settings,
    const std::filesystem::path& file,
    bool forced,
    const Print& out,
    const Print& trouble);

}  // namespace postern::proxy
