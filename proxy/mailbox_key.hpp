// What names a mailbox wherever something is remembered of it: what it is for the upstream, never
// what the client typed.

#pragma once

#include <string_view>

namespace postern::proxy {

// A mailbox of one user on one upstream.
struct MailboxKey {
  std::string_view upstream;
  std::string_view user;
  std::string_view mailbox;  // modified UTF-7
};

}  // namespace postern::proxy
