// A tour of many users at POP3 servers, a few at a time: what `postern uidl export` and `postern
// uidl audit` are made of. One user's trouble is told and keeps nobody else from being visited.

#pragma once

#include "net/dialer.hpp"
#include "net/loop.hpp"
#include "net/task.hpp"
#include "upstream/pop3_link.hpp"
#include "wire/secret.hpp"

#include <cstddef>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postern::proxy {

// What the tools are told on the command line.
struct TourOptions {
  std::string from;             // pop3://HOST[:PORT] or pop3s://: the old server
  std::string to;               // likewise: the gateway; audit only
  std::filesystem::path users;  // "user<TAB>password" lines
  std::string mailbox = "INBOX";
  unsigned at_a_time = 8;
  bool in_clear = false;           // pop3:// without STLS
  bool without_verifying = false;  // certificates
  std::filesystem::path ca_file;   // empty: the system's
};

struct TourUser {
  std::string name;
  wire::Secret password;
};

// Where a tool writes: what it found, or what was wrong.
using Print = std::function<void(std::string_view)>;

class Visitor {
 public:
  // Where it may call.
  struct Roads {
    net::Loop& loop;
    net::Dialer& dialer;
  };

  // One user. What it fails with is told, and counted.
  virtual net::Task<> visit(const Roads& roads, const TourUser& user) = 0;

 protected:
  ~Visitor() = default;
};

// The users of the file; the reason otherwise, with the number of the line.
[[nodiscard]] std::expected<std::vector<TourUser>, std::string> read_tour_users(
    const std::filesystem::path& file);

// The server at a URL, reached as the options say; the reason otherwise.
[[nodiscard]] std::expected<upstream::Pop3Place, std::string> find_place(
    std::string_view url, const TourOptions& options);

// Visits all, and tells of every failure as "user: why". Answers how many failed.
std::size_t tour(const std::vector<TourUser>& users,
                 unsigned at_a_time,
                 Visitor& visitor,
                 const Print& trouble);

}  // namespace postern::proxy
