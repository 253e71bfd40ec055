// Lines of a POP3 server that says anything, and headers of any sort: what is read lies inside the
// line, and a header in its canonical form is its own canonical form.

#include "wire/canonical_header.hpp"
#include "wire/pop3_answer.hpp"

#include <string>

#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t count) {
  using namespace postern::wire;
  const std::string_view line = fuzz::text_of(octets, count);

  if (const auto status = pop3::parse_status_line(line)) {
    fuzz::require(fuzz::lies_in(status->words, line));
  }
  if (const auto text = pop3::unstuffed(line)) {
    fuzz::require(fuzz::lies_in(*text, line) && text->size() + 1 >= line.size());
  } else {
    fuzz::require(line == ".");
  }
  if (const auto size = pop3::parse_size_line(line)) fuzz::require(raw(size->number) > 0);
  if (const auto uidl = pop3::parse_uidl_line(line)) {
    fuzz::require(raw(uidl->number) > 0);
    fuzz::require(!uidl->uidl.empty() && fuzz::lies_in(uidl->uidl, line));
  }

  const std::string header = canonical_header(line);
  fuzz::require(header.size() <= line.size() + 1);
  fuzz::require(header.find('\r') == std::string::npos);
  fuzz::require(canonical_header(header) == header);
  return 0;
}
