// Putting a message into a mailbox (RFC 3501, section 6.3.11), its octets as they come from
// somewhere else.
//
// A server that has heard the last octet may keep the message whatever becomes of its answer: so
// an append that failed tells whether all of it was said. Before that, nothing has happened. A
// message of more than 4096 octets waits for the server's go-ahead even where it need not (RFC
// 7888): whoever is over quota, or takes no mail of that size, says so before the octets.

#pragma once

#include "upstream/imap_link.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::upstream {

// Where the octets of a message come from.
class OctetSource {
 public:
  // Some of them, in order, good until the next call; nothing behind the last. Fails if they
  // cannot be had.
  virtual net::Task<std::string_view> next() = 0;

 protected:
  ~OctetSource() = default;
};

// What is appended, and how.
struct Addition {
  std::string mailbox;  // as it goes into commands
  std::string_view flags;
  std::int64_t unix_time = 0;  // the message's internal date
  std::uint64_t octets = 0;
};

class ImapAppend {
 public:
  // How long a server may take to store what it has heard.
  static constexpr net::Duration kStoring = std::chrono::minutes(5);

  ImapAppend(ImapLink& link, Addition addition) : link_(link), addition_(std::move(addition)) {}

  ImapAppend(const ImapAppend&) = delete;
  ImapAppend& operator=(const ImapAppend&) = delete;

  // Fails with Kind::Denied if the server refuses for good, Kind::Unavailable or Kind::InUse if it
  // does so for now; `code` is its reason then.
  net::Task<> run(OctetSource& source);

  // The last octet has been said: unless the server has answered, nobody knows what it did.
  [[nodiscard]] bool is_said() const { return said_; }

 private:
  net::Task<> announce(const std::string& tag);
  net::Task<> say(OctetSource& source);

  ImapLink& link_;
  Addition addition_;
  bool said_ = false;
};

}  // namespace postern::upstream
