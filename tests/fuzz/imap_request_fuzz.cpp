// Commands of any octets: nothing is understood that could mean two things. Views lie in the text,
// credentials hold no octet that ends a line, and a tag can be written in front of an answer.

#include "wire/ascii.hpp"
#include "wire/imap_request.hpp"

#include <variant>

#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace postern::wire;

void check_login(const imap::LoginRequest& login) {
  fuzz::require(!login.user.empty());
  fuzz::require(!has_control(login.user) && !has_control(login.password.reveal()));
}

void check_id(const imap::IdRequest& id) {
  fuzz::require(id.pairs.size() <= imap::RequestLimits::kIdPairs);
  for (const imap::IdPair& pair : id.pairs) {
    fuzz::require(pair.name.size() <= imap::RequestLimits::kIdNameOctets);
    fuzz::require(!pair.value || pair.value->size() <= imap::RequestLimits::kIdValueOctets);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t count) {
  const std::string_view text = fuzz::text_of(octets, count);
  (void)imap::announced_at_end(text);
  const imap::Request request = imap::parse_request(text);
  fuzz::require(fuzz::lies_in(request.tag, text));
  fuzz::require(all_printable(request.tag) && !request.tag.contains(' '));
  fuzz::require(request.tag.size() <= imap::RequestLimits::kTagOctets);
  if (request.tag.empty()) fuzz::require(std::holds_alternative<Malformed>(request.body));
  if (const auto* login = std::get_if<imap::LoginRequest>(&request.body)) check_login(*login);
  if (const auto* id = std::get_if<imap::IdRequest>(&request.body)) check_id(*id);
  if (const auto* auth = std::get_if<imap::AuthenticateRequest>(&request.body)) {
    fuzz::require(fuzz::lies_in(auth->mechanism, text) && !auth->mechanism.empty());
    fuzz::require(!auth->initial_response || fuzz::lies_in(*auth->initial_response, text));
  }
  return 0;
}
