// Replies of SMTP, both ways (RFC 5321, section 4.2; enhanced codes: RFC 2034, RFC 3463).
//
// Ours are composed from a code, an enhanced code and words. An upstream's are read line by line,
// within bounds, into a Reply, and told again to the client from its parts: the code, the enhanced
// code on every line, and words that are one line of printable ASCII each.

#pragma once

#include "wire/malformed.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace postern::wire::smtp {

inline constexpr std::size_t kReplyLinesMax = 100;
inline constexpr std::size_t kReplyLineOctetsMax = 2048;  // that we read; without the line end
inline constexpr std::size_t kToldLineOctetsMax = 510;    // that we write; likewise

// "class.subject.detail", or all zero where a reply has none: greetings, EHLO, 354.
struct EnhancedCode {
  std::uint16_t class_ = 0;
  std::uint16_t subject = 0;
  std::uint16_t detail = 0;

  [[nodiscard]] bool is_set() const { return class_ != 0; }

  friend bool operator==(const EnhancedCode&, const EnhancedCode&) = default;
};

struct Reply {
  std::uint16_t code = 0;
  EnhancedCode enhanced{};
  std::vector<std::string> lines;  // the words, without codes; as the peer wrote them

  // 2yz, 3yz.
  [[nodiscard]] bool is_positive() const { return code < 400; }

  [[nodiscard]] bool is_temporary() const { return code >= 400 && code < 500; }
};

// Collects the lines of one reply.
class ReplyReader {
 public:
  // With a line, without its line end: nothing while more lines belong to it.
  [[nodiscard]] std::variant<std::monostate, Reply, Malformed> take(std::string_view line);

 private:
  Reply reply_;
};

// "250 2.1.0 words", one line with its end. A code without an enhanced one has none.
[[nodiscard]] std::string reply(std::uint16_t code, EnhancedCode enhanced, std::string_view words);

// An upstream's reply for our client, complete. What has no enhanced code where one belongs gets
// the one that says nothing: x.0.0.
[[nodiscard]] std::string told(const Reply& reply);

// The words of a reply as one line for a log.
[[nodiscard]] std::string summary(const Reply& reply);

}  // namespace postern::wire::smtp
