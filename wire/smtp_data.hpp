// A message on its way through the relay: one end of data coming in, one encoder going out (RFC
// 5321, section 4.1.1.4 and 4.5.2).
//
// The end is CR LF . CR LF and nothing else, and dots are undone only behind CR LF. What goes out
// has CR LF for every line end, never a CR or an LF alone, and every line that begins with a dot
// has it doubled; the end of data is written by the caller. So whatever came in, however servers
// differ in what they take for a line, all of them see one message that ends in one place
// (smuggling: CVE-2023-51764 to 51766).
//
// An LF without CR becomes CR LF, CR CR LF one CR LF, any other CR a CR LF; all of them are noted,
// and so is NUL, which is left out: the caller refuses such mail or lets it pass. Nearly all octets
// of real mail are clean and pass without a copy.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace postern::wire::smtp {

class DataRelay {
 public:
  // `bare_end`: LF . LF ends the data as well, for devices that know no CR.
  explicit DataRelay(bool bare_end = false) : bare_end_(bare_end) {}

  // Takes octets in; ended() tells whether their end was among them, and consumed() how many of
  // them belong to the message. What comes back goes to the upstream: a part of the chunk, or an
  // internal buffer that is good until the next call.
  [[nodiscard]] std::string_view take(std::string_view chunk);

  [[nodiscard]] bool ended() const { return state_ == State::Ended; }

  [[nodiscard]] std::size_t consumed() const { return consumed_; }

  // Octets of the message as it went out, without the dots that were added.
  [[nodiscard]] std::uint64_t octets() const { return octets_; }

  // A line end that was none, or a lone CR.
  [[nodiscard]] bool saw_bare_newline() const { return saw_bare_newline_; }

  [[nodiscard]] bool saw_nul() const { return saw_nul_; }

 private:
  enum class State : std::uint8_t {
    Text,       // in a line, or behind a line end that was repaired
    LineStart,  // behind CR LF, or at the very start
    Dot,        // a dot behind CR LF
    DotReturn,  // and a CR behind that
    BareDot,    // a dot behind a repaired line end, where that may be the end
    Ended,
  };

  void take_octet(char octet);
  void take_text(char octet);
  void take_line_feed();
  void end_line();
  void settle_returns();
  void emit(char octet);

  State state_ = State::LineStart;
  bool bare_end_;
  bool saw_bare_newline_ = false;
  bool saw_nul_ = false;
  std::uint8_t returns_ = 0;  // CRs that wait for what follows: at most two
  char last_ = '\n';          // that went out
  std::size_t consumed_ = 0;
  std::uint64_t octets_ = 0;
  std::uint64_t dots_added_ = 0;  // in this call
  std::string buffer_;
};

}  // namespace postern::wire::smtp
