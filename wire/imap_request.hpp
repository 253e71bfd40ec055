// What an IMAP client may say before it is logged in (RFC 3501, section 6.1 and 6.2; RFC 4959 for
// the initial response, RFC 2971 for ID, RFC 7888 for literals without waiting).
//
// A command comes in pieces: a line, and as long as a line ends in "{n}", n octets and another
// line. Whoever reads them asks announced_at_end() after each line, decides by request_head()
// whether more of that command is wanted at all, and joins the pieces, with CRLF behind each line
// that announced a literal, into one text for parse_request(). The octets are a stranger's: nothing
// here allocates by an announced size, and what breaks the grammar is Malformed.
//
// Lenient where clients are known to be: blanks at the end of a line, "LOGIN" in any case, octets
// above 0x7F in user names and passwords, quoted or not.

#pragma once

#include "wire/imap_lexer.hpp"
#include "wire/malformed.hpp"
#include "wire/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace postern::wire::imap {

struct RequestLimits {
  static constexpr std::size_t kTagOctets = 64;
  static constexpr std::size_t kLineOctets = 8192;   // of a command line without its literals
  static constexpr std::size_t kSaslOctets = 16384;  // of AUTHENTICATE, and of the lines after it
  static constexpr std::uint64_t kLiteralOctets = 1024;
  static constexpr unsigned kLoginLiterals = 2;
  static constexpr std::uint64_t kIdOctets = 16384;  // of all literals of an ID
  static constexpr std::size_t kIdPairs = 30;
  static constexpr std::size_t kIdNameOctets = 30;
  static constexpr std::size_t kIdValueOctets = 1024;
};

// The command word, as far as it matters before all of the command is there.
enum class Verb : std::uint8_t {
  Capability,
  Noop,
  Id,
  StartTls,
  Logout,
  Login,
  Authenticate,
  Later,    // a command for those who are logged in
  Unknown,  // or none at all
};

struct RequestHead {
  std::string_view tag;  // empty: there is none that an answer could bear
  Verb verb = Verb::Unknown;
};

// Of the first line of a command.
[[nodiscard]] RequestHead request_head(std::string_view line) noexcept;

// What the last line so far announces, if it ends in a literal's announcement.
[[nodiscard]] std::optional<Announcement> announced_at_end(std::string_view line) noexcept;

// One pair of ID. A value may be NIL.
struct IdPair {
  std::string name;
  std::optional<std::string> value;
};

struct CapabilityRequest {};

struct NoopRequest {};

struct StartTlsRequest {};

struct LogoutRequest {};

struct IdRequest {
  std::vector<IdPair> pairs;
};

// Neither holds a control octet; the password may be empty.
struct LoginRequest {
  std::string user;
  Secret password;
};

struct AuthenticateRequest {
  std::string_view mechanism;
  std::optional<std::string_view> initial_response;  // base64, or "=" for the empty one
};

// A command that makes sense only after login.
struct LaterRequest {};

using RequestBody = std::variant<CapabilityRequest,
                                 NoopRequest,
                                 StartTlsRequest,
                                 LogoutRequest,
                                 IdRequest,
                                 LoginRequest,
                                 AuthenticateRequest,
                                 LaterRequest,
                                 Malformed>;

// Which command it is; Unknown for what is malformed.
[[nodiscard]] Verb verb_of(const RequestBody& body) noexcept;

struct Request {
  std::string_view tag;  // empty: see RequestHead
  RequestBody body;
};

// The views in the result live as long as the text.
[[nodiscard]] Request parse_request(std::string_view text);

}  // namespace postern::wire::imap
