// POP3 commands of a client that sends anything: what comes of a line lies inside it, and written
// anew from what was understood it is understood the same.

#include "wire/ascii.hpp"
#include "wire/pop3.hpp"
#include "wire/pop3_reply.hpp"

#include <string>
#include <variant>

#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace postern::wire;
using namespace postern::wire::pop3;

std::string optional_number(const std::optional<MessageNumber>& number) {
  return number ? " " + std::to_string(raw(*number)) : "";
}

// The command in its plainest form.
struct Writer {
  std::string_view line;

  std::string operator()(const Capa&) const { return "CAPA"; }

  std::string operator()(const Stls&) const { return "STLS"; }

  std::string operator()(const User& user) const { return "USER " + inside(user.name); }

  std::string operator()(const Pass& pass) const { return "PASS " + inside(pass.password); }

  std::string operator()(const AuthList&) const { return "AUTH"; }

  std::string operator()(const Auth& auth) const {
    const std::string mechanism = "AUTH " + inside(auth.mechanism);
    return auth.initial_response ? mechanism + " " + inside(*auth.initial_response) : mechanism;
  }

  std::string operator()(const Apop&) const { return "APOP"; }

  std::string operator()(const Utf8&) const { return "UTF8"; }

  std::string operator()(const Lang& lang) const { return "LANG " + inside(lang.tag); }

  std::string operator()(const Stat&) const { return "STAT"; }

  std::string operator()(const List& list) const { return "LIST" + optional_number(list.number); }

  std::string operator()(const Uidl& uidl) const { return "UIDL" + optional_number(uidl.number); }

  std::string operator()(const Retr& retr) const {
    return "RETR " + std::to_string(raw(retr.number));
  }

  std::string operator()(const Top& top) const {
    return "TOP " + std::to_string(raw(top.number)) + " " + std::to_string(top.lines);
  }

  std::string operator()(const Dele& dele) const {
    return "DELE " + std::to_string(raw(dele.number));
  }

  std::string operator()(const Rset&) const { return "RSET"; }

  std::string operator()(const Noop&) const { return "NOOP"; }

  std::string operator()(const Quit&) const { return "QUIT"; }

  std::string operator()(const Xclient& xclient) const {
    std::string text = "XCLIENT";
    std::string_view rest = xclient.arguments;
    std::size_t pairs = 0;
    while (const auto pair = take_pair(rest)) {
      text += " " + inside(pair->name) + "=" + inside(pair->value);
      ++pairs;
    }
    fuzz::require(pairs > 0 && pairs <= kXclientPairsMax && rest.empty());
    return text;
  }

  std::string operator()(const Unknown&) const { return "FOO"; }

  std::string operator()(const Malformed&) const { return "RETR x"; }

 private:
  [[nodiscard]] std::string inside(std::string_view view) const {
    fuzz::require(fuzz::lies_in(view, line) && !has_control(view));
    return std::string(view);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t count) {
  const std::string_view line = fuzz::text_of(octets, count);

  const Command command = parse_command(line);
  const bool refused = std::holds_alternative<Malformed>(command);
  fuzz::require(!has_control(line) || refused);
  fuzz::require(line.size() <= LineLimits{}.sasl_octets_max || refused);

  const std::string written = std::visit(Writer{line}, command);
  const Command again = parse_command(written);
  fuzz::require(again.index() == command.index());
  fuzz::require(std::visit(Writer{written}, again) == written);

  const std::string reply = error(ResponseCode::SysTemp, line);
  fuzz::require(reply.size() <= kReplyLineOctetsMax && reply.ends_with("\r\n"));
  fuzz::require(all_printable(std::string_view(reply).substr(0, reply.size() - 2)));
  (void)speaks_another_protocol(line);
  return 0;
}
