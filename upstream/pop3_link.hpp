// One connection to a POP3 server, as its client (RFC 1939; STLS of RFC 2595, CAPA of RFC 2449): to
// learn what an old server shows, never to change anything there.
//
// The server is not trusted: lines, lists and headers are bounded, and a list counts only if LIST
// and UIDL agree on which messages there are. After any error a link is unfit for further use.

#pragma once

#include "net/dialer.hpp"
#include "net/stream.hpp"
#include "net/task.hpp"
#include "net/tls_context.hpp"
#include "wire/numbers.hpp"
#include "wire/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::upstream {

// Where a POP3 server is, and how it is reached.
struct Pop3Place {
  enum class Tls : unsigned char { Implicit, Stls, Off };

  std::string host;
  std::uint16_t port = 0;
  Tls tls = Tls::Stls;
  std::shared_ptr<const net::TlsContext> context{};  // null: Off
};

// A message as its server lists it.
struct Pop3Mail {
  wire::MessageNumber number{};
  std::uint64_t octets = 0;
  std::string uidl;  // what the server says; may be no proper one
};

class Pop3Link {
 public:
  static constexpr net::Duration kPatience = std::chrono::seconds(60);  // without an octet
  static constexpr net::Duration kConnectPatience = std::chrono::seconds(20);
  static constexpr std::size_t kLineOctetsMax = std::size_t{256} << 10U;  // of a header
  static constexpr std::size_t kHeaderOctetsMax = std::size_t{256} << 10U;
  static constexpr std::size_t kMailsMax = 1'000'000;
  static constexpr std::size_t kHeadersAtATime = 32;

  // Connects, up to where somebody may log in.
  static net::Task<std::unique_ptr<Pop3Link>> connect(net::Loop& loop,
                                                      net::Dialer& dialer,
                                                      const Pop3Place& place);

  Pop3Link(const Pop3Link&) = delete;
  Pop3Link& operator=(const Pop3Link&) = delete;

  // USER and PASS. Fails with Kind::Refused if the server says no.
  net::Task<> log_in(std::string_view user, const wire::Secret& password);

  // All messages, by number. Fails with Kind::Unavailable if the server has no UIDL.
  net::Task<std::vector<Pop3Mail>> list();

  // The headers of a few messages (at most kHeadersAtATime), by TOP n 0, in their order; nothing
  // for one that is refused or too large.
  net::Task<std::vector<std::optional<std::string>>> headers(
      std::span<const wire::MessageNumber> numbers);

  // Ends the session in order.
  net::Task<> quit();

 private:
  explicit Pop3Link(net::Stream stream) : stream_(std::move(stream)) {}

  net::Task<> secure(const Pop3Place& place);
  net::Task<> say(std::string command);
  net::Task<bool> hear_status();
  net::Task<> hear_good(std::string_view what, net::Kind otherwise);
  net::Task<std::optional<std::string>> hear_header();
  net::Task<> learn_pipelining();
  net::Task<std::vector<Pop3Mail>> hear_uidls();
  net::Task<> hear_sizes(std::vector<Pop3Mail>& mails);
  net::Task<std::optional<std::string>> next_line();

  net::Stream stream_;
  std::string words_;  // of the last status line
  bool pipelines_ = false;
};

}  // namespace postern::upstream
