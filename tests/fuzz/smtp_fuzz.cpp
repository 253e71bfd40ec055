// Any line of a submission client: what is understood of it is written anew, reads as the same
// again, and holds nothing that ends a line. Any line of an upstream: a reply or none.

#include "wire/ascii.hpp"
#include "wire/smtp.hpp"
#include "wire/smtp_reply.hpp"

#include <string>
#include <variant>

#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace postern::wire;

template <class Address, class Parameters>
void check_envelope(std::string_view keyword, const Address& path, const Parameters& parameters) {
  using Same = std::conditional_t<std::is_same_v<Parameters, smtp::MailParameters>,  //
                                  smtp::Mail,
                                  smtp::Rcpt>;
  const std::string line = std::string(keyword) + smtp::written(path) + smtp::written(parameters);
  fuzz::require(!has_control(line));
  const smtp::Command again = smtp::parse_command(line, false, {.command_octets_max = 1U << 20U});
  const auto* same = std::get_if<Same>(&again);
  fuzz::require(same != nullptr);
  fuzz::require(smtp::written(same->parameters) == smtp::written(parameters));
}

void check_reply(std::string_view text) {
  smtp::ReplyReader reader;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const auto taken = reader.take(line);
    if (const auto* reply = std::get_if<smtp::Reply>(&taken)) {
      const std::string told = smtp::told(*reply);
      fuzz::require(told.ends_with("\r\n"));
      fuzz::require(told.size() <= reply->lines.size() * (smtp::kToldLineOctetsMax + 2));
    }
    if (!std::holds_alternative<std::monostate>(taken)) return;
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t count) {
  fuzz::Input input(fuzz::text_of(octets, count));
  const bool lenient = input.choose(2) == 0;
  const std::string_view line = input.rest();
  const smtp::Command command = smtp::parse_command(line, lenient);
  if (const auto* mail = std::get_if<smtp::Mail>(&command)) {
    check_envelope("MAIL FROM:", mail->sender, mail->parameters);
  }
  if (const auto* rcpt = std::get_if<smtp::Rcpt>(&command)) {
    check_envelope("RCPT TO:", rcpt->recipient, rcpt->parameters);
  }
  check_reply(line);
  return 0;
}
