// A mail on its way to a POP3 client: line ends repaired, dots at line starts doubled, by chunks of
// any size (RFC 1939, section 3). Where a chunk needs no change it is passed on without a copy.
//
// What clients do with odd octets decides what happens to them. CRLF is a line end. LF without CR
// becomes CRLF, always: a client that ends lines at LF would else see a dot line that was not
// stuffed. CR without LF stays, since turning it into a line end would split headers that end in
// CR CR LF; but where it stands before a dot that is followed by CR or LF, it becomes CRLF, or a
// client that ends lines at CR would take the dot for the end of the mail. NUL becomes 0x80: it is
// illegal in mail and hangs Outlook. A mail without final CRLF gets one, an empty mail is one empty
// line, and a mail without any empty line gets one at its end, because Outlook Express waits for
// the end of the header.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace postern::wire {

// What becomes of a CR without LF.
enum class BareCr : std::uint8_t {
  Guard,  // stays, but a line that is only a dot for readers of CR is stuffed
  Pass,   // stays
  Strip,  // goes; this heals CR CR LF as well
};

struct DotOptions {
  BareCr bare_cr = BareCr::Guard;
  bool replace_nul = true;
  bool add_end_of_header = true;
};

// One mail: stuff() for each chunk, then finish() once. The caller adds the terminating ".CRLF".
class DotStuffer {
 public:
  explicit DotStuffer(DotOptions options = {}) : options_(options) {}

  // What to send for this chunk: the chunk or a part of it when nothing had to change, else an
  // internal buffer, valid until the next call. At most twice as long as the chunk, and an octet or
  // two whose meaning depends on the next chunk may be held back.
  [[nodiscard]] std::string_view stuff(std::string_view chunk);

  // What is still missing before ".CRLF", at most 8 octets; often nothing.
  [[nodiscard]] std::string_view finish();

  // Octets of the mail so far, repaired but before stuffing: what RETR should announce.
  [[nodiscard]] std::uint64_t octets() const noexcept { return octets_; }

  // Gives the buffer's memory back; what stuff() returned ends with it.
  void shrink() noexcept { std::string().swap(buffer_); }

 private:
  enum class Held : std::uint8_t { Nothing, Dot, Return };

  bool hold_back(char octet);
  void repair(char octet, std::string_view after);
  void decide_dot(char next);
  void emit(std::string_view octets);
  void emit_one(char octet);
  std::size_t settle_held(std::string_view chunk);
  std::size_t run_length(std::string_view from_here) const noexcept;
  std::string_view account(std::string_view out);

  DotOptions options_;
  char last_ = '\n';  // the last octet sent; a mail starts as after a line end
  Held held_ = Held::Nothing;
  bool header_ended_ = false;    // an empty line was sent
  std::size_t line_octets_ = 0;  // sent since the last LF; counted until header_ended_
  std::uint64_t octets_ = 0;
  std::uint64_t dots_added_ = 0;  // in this call
  std::string buffer_;
};

// The start of a mail for TOP: header, empty line, and so many lines of the body (RFC 1939, section
// 7). It cuts what DotStuffer puts out, where every LF has a CR before it. A line of nothing but
// CRs ends the header too: some mail has CR CR LF everywhere.
class TopCutter {
 public:
  explicit TopCutter(std::uint32_t body_lines) : lines_left_(body_lines) {}

  // The front part of these octets that belongs to the answer.
  [[nodiscard]] std::string_view take(std::string_view stuffed) noexcept;

  // All that was asked for is out, and it ended with CRLF: add ".CRLF", no DotStuffer::finish().
  [[nodiscard]] bool enough() const noexcept { return !in_header_ && lines_left_ == 0; }

 private:
  std::size_t header_octets(std::string_view stuffed) noexcept;

  std::uint32_t lines_left_;
  bool in_header_ = true;
  bool line_is_blank_ = true;  // only CRs since the last LF
};

}  // namespace postern::wire
