// The IMAP URL of a server, as a login referral gives it: "imap://joe@imap2.example.net/" (RFC
// 2221, section 4; RFC 5092, section 3). Nothing but a server and a user is understood: a URL that
// goes on to a mailbox refers to something else.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::wire::imap {

struct ServerUrl {
  static constexpr std::size_t kOctetsMax = 400;

  std::string user;  // as octets; empty: the same as before
  std::string host;
  std::uint16_t port = 0;  // 0: not said
};

// Nothing if it is none, or one that has control characters in it, hidden or not.
[[nodiscard]] std::optional<ServerUrl> parse_server_url(std::string_view text);

}  // namespace postern::wire::imap
