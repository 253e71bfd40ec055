// Any message in any chunks: the same octets as in one chunk, and one message that ends in one
// place for strict and lax servers.

#include "wire/mail_header.hpp"
#include "wire/smtp_data.hpp"

#include <algorithm>
#include <string>

#include "tests/fuzz/fuzz.hpp"
#include "tests/unit/wire/mail_readers.hpp"

namespace {

using namespace postern::wire;

struct Result {
  std::string octets;
  std::size_t consumed = 0;
  bool ended = false;
  MailHeader header;
};

Result relayed(std::string_view mail, bool bare_end, std::size_t chunk_octets) {
  smtp::DataRelay relay(bare_end);
  Result result;
  while (!relay.ended() && result.consumed < mail.size()) {
    const std::string_view out = relay.take(mail.substr(result.consumed, chunk_octets));
    fuzz::require(out.size() <= 2 * chunk_octets + 6);
    result.octets.append(out);
    result.header.take(out);
    result.consumed += relay.consumed();
  }
  result.ended = relay.ended();
  fuzz::require(relay.octets() <= result.octets.size());
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t count) {
  fuzz::Input input(fuzz::text_of(octets, count));
  const bool bare_end = input.choose(2) == 1;
  const std::size_t chunk_octets = 1 + input.choose(50);
  const std::string mail = std::string(input.rest()) + "\r\n.\r\n";

  const Result whole = relayed(mail, bare_end, mail.size());
  const Result cut = relayed(mail, bare_end, chunk_octets);
  fuzz::require(whole.ended && cut.ended);
  fuzz::require(whole.octets == cut.octets && whole.consumed == cut.consumed);
  fuzz::require(whole.header.received_fields() == cut.header.received_fields());
  fuzz::require(whole.header.message_id() == cut.header.message_id());
  const std::string sent = whole.octets + ".\r\n";
  for (const auto reader :
       {test::LineEnd::CrLf, test::LineEnd::Lf, test::LineEnd::Cr, test::LineEnd::Any}) {
    const auto read = test::read_mail(sent, reader);
    fuzz::require(read && read->octets == sent.size());
  }
  return 0;
}
