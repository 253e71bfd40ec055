// Any mail in any chunks: the same answer as in one chunk, read by strict and lax clients as one
// mail that ends where it ends.

#include "wire/clean_run.hpp"
#include "wire/dot_stream.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "tests/fuzz/fuzz.hpp"
#include "tests/unit/wire/mail_readers.hpp"

namespace {

using namespace postern::wire;

struct Result {
  std::string octets;
  std::uint64_t counted;
};

Result stuffed(std::string_view mail, DotOptions options, std::size_t chunk_octets) {
  DotStuffer stuffer(options);
  Result result{};
  for (std::size_t at = 0; at < mail.size(); at += chunk_octets) {
    const std::string_view chunk = mail.substr(at, chunk_octets);
    const std::string_view out = stuffer.stuff(chunk);
    fuzz::require(out.size() <= 2 * chunk.size() + 3);
    result.octets.append(out);
  }
  const std::string_view last = stuffer.finish();
  fuzz::require(last.size() <= 8);
  result.octets.append(last);
  result.counted = stuffer.octets();
  return result;
}

// The first lines by cutting the stream, against the same by looking at the whole.
void check_top(const std::string& answer, std::uint32_t lines, std::size_t chunk_octets) {
  TopCutter cutter(lines);
  std::string top;
  for (std::size_t at = 0; at < answer.size(); at += chunk_octets) {
    top.append(cutter.take(std::string_view(answer).substr(at, chunk_octets)));
  }
  fuzz::require(answer.starts_with(top) && top.ends_with("\r\n"));
  fuzz::require(cutter.enough() || top == answer);
}

void check_readers(const Result& result, DotOptions options) {
  using test::LineEnd;
  const std::string answer = result.octets + ".\r\n";
  const auto strict = test::read_mail(answer, LineEnd::CrLf);
  fuzz::require(strict && strict->octets == answer.size());
  fuzz::require(strict->mail.size() == result.counted);
  const bool guarded = options.bare_cr != BareCr::Pass;
  for (const LineEnd line_end : {LineEnd::Lf, LineEnd::Cr, LineEnd::Any}) {
    if (!guarded && line_end != LineEnd::Lf) continue;
    const auto lax = test::read_mail(answer, line_end);
    fuzz::require(lax && lax->octets == answer.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t count) {
  constexpr BareCr kBareCr[] = {BareCr::Guard, BareCr::Pass, BareCr::Strip};
  fuzz::Input input(fuzz::text_of(octets, count));
  DotOptions options;
  options.bare_cr = kBareCr[input.choose(3)];
  options.replace_nul = input.choose(2) == 0;
  options.add_end_of_header = input.choose(2) == 0;
  const std::size_t chunk_octets = 1 + input.choose(100);
  const std::string_view mail = input.rest();

  for (const char before : {'x', '\r', '\n'}) {
    fuzz::require(clean_run(before, mail) == clean_run_plain(before, mail));
  }
  const Result whole = stuffed(mail, options, std::max<std::size_t>(mail.size(), 1));
  const Result cut = stuffed(mail, options, chunk_octets);
  fuzz::require(whole.octets == cut.octets && whole.counted == cut.counted);
  fuzz::require(!options.replace_nul || whole.octets.find('\0') == std::string::npos);
  check_readers(whole, options);
  check_top(whole.octets, static_cast<std::uint32_t>(chunk_octets % 5), chunk_octets);
  return 0;
}
