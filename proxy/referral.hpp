// Where a server sends a user who logs in (RFC 2221).
//
// The user's password goes along, so a referral is followed only to upstreams that the operator has
// named for it, and never more than one in a row.

#pragma once

#include "conf/settings.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace postern::proxy {

struct Referral {
  std::size_t upstream;  // index in Settings::upstreams
  std::string user;      // as that one knows the user; empty: by the same name
};

// Nothing if it leads nowhere that `imap.referrals` allows.
[[nodiscard]] std::optional<Referral> find_referral(const conf::Settings& settings,
                                                    std::string_view url);

}  // namespace postern::proxy
