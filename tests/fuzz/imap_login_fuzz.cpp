// Credentials and names of any octets: a server that reads commands by the RFC hears exactly what
// was meant, or nothing is sent.

#include "wire/ascii.hpp"
#include "wire/imap_command.hpp"
#include "wire/imap_login.hpp"
#include "wire/modified_utf7.hpp"

#include <limits>
#include <optional>
#include <string>

#include "tests/fuzz/fuzz.hpp"
#include "tests/unit/wire/imap_command_reader.hpp"

namespace {

using namespace postern::wire;
using imap::Literals;

void check_heard(const std::optional<imap::Parts>& parts,
                 Literals literals,
                 const std::vector<std::string>& words) {
  fuzz::require(parts.has_value());
  const bool plus = literals == Literals::Plus;
  test::CommandReader reader(literals != Literals::Synchronizing,
                             plus ? std::numeric_limits<std::size_t>::max() : 4096);
  const auto heard = reader.read(*parts);
  fuzz::require(heard && heard->words == words);
}

bool can_be_sent(std::string_view text) {
  return !text.empty() && !breaks_lines(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t count) {
  constexpr Literals kLiterals[] = {Literals::Synchronizing, Literals::Minus, Literals::Plus};
  fuzz::Input input(fuzz::text_of(octets, count));
  const Literals literals = kLiterals[input.choose(3)];
  const std::string user(input.take_until('\xFE'));
  const std::string password(input.rest());

  const auto login = imap::login("k1.1", user, password, literals);
  if (can_be_sent(user) && can_be_sent(password)) {
    check_heard(login, literals, {"k1.1", "LOGIN", user, password});
  } else {
    fuzz::require(!login.has_value());
  }

  const auto created = imap::create("k1.1", user, literals);
  if (can_be_sent(user)) check_heard(created, literals, {"k1.1", "CREATE", user});
  if (const auto name = encode_modified_utf7(user)) fuzz::require(all_printable(*name));
  if (const auto stored = imap::uid_store("k1.1", "1", imap::FlagChange::Add, user)) {
    fuzz::require(all_printable(stored->substr(0, stored->size() - 2)));
  }
  const imap::IdField field{user, password};
  if (const auto id = imap::id("k1.1", {&field, 1})) {
    fuzz::require(all_printable(id->substr(0, id->size() - 2)));
  }
  return 0;
}
