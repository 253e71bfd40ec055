// Upstreams whose mailboxes are not counted any more: the process has met several of their
// mailboxes to which an old message came back, which by the rules of IMAP cannot be (RFC 3501,
// section 2.3.1.1). One such mailbox may be an accident; several are what the server is like.
//
// Nothing of this is written down. The index remembers each mailbox for itself, and as soon as as
// many of them were met again after a restart, the upstream is known for it again.

#pragma once

#include "net/digest.hpp"
#include "proxy/mailbox_key.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace postern::proxy {

class Distrust {
 public:
  static constexpr std::size_t kMailboxes = 3;  // of an upstream, and it is not trusted at all

  Distrust() = default;
  Distrust(const Distrust&) = delete;
  Distrust& operator=(const Distrust&) = delete;

  // Both may be called on any thread.

  // The mailbox is one of them, now or since long. True: it is the one too many of its upstream.
  [[nodiscard]] bool note(const MailboxKey& key);

  [[nodiscard]] bool covers(std::string_view upstream);

 private:
  net::DigestKey secret_;
  std::mutex mutex_;                                                    // guards what follows
  std::map<std::string, std::vector<net::Digest>, std::less<>> known_;  // by upstream
};

}  // namespace postern::proxy
