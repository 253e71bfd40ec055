// See imap_request.hpp.

#include "wire/imap_request.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postern::wire::imap {

namespace {

struct NamedVerb {
  std::string_view name;
  Verb verb;
};

// Those for later stand here so that people who are not logged in hear just that.
constexpr std::array<NamedVerb, 38> kVerbs = {{
    {"CAPABILITY", Verb::Capability},
    {"NOOP", Verb::Noop},
    {"ID", Verb::Id},
    {"STARTTLS", Verb::StartTls},
    {"LOGOUT", Verb::Logout},
    {"LOGIN", Verb::Login},
    {"AUTHENTICATE", Verb::Authenticate},
    {"ENABLE", Verb::Later},
    {"SELECT", Verb::Later},
    {"EXAMINE", Verb::Later},
    {"CREATE", Verb::Later},
    {"DELETE", Verb::Later},
    {"RENAME", Verb::Later},
    {"SUBSCRIBE", Verb::Later},
    {"UNSUBSCRIBE", Verb::Later},
    {"LIST", Verb::Later},
    {"LSUB", Verb::Later},
    {"XLIST", Verb::Later},
    {"NAMESPACE", Verb::Later},
    {"STATUS", Verb::Later},
    {"APPEND", Verb::Later},
    {"IDLE", Verb::Later},
    {"CHECK", Verb::Later},
    {"CLOSE", Verb::Later},
    {"UNSELECT", Verb::Later},
    {"EXPUNGE", Verb::Later},
    {"SEARCH", Verb::Later},
    {"FETCH", Verb::Later},
    {"STORE", Verb::Later},
    {"COPY", Verb::Later},
    {"MOVE", Verb::Later},
    {"UID", Verb::Later},
    {"SORT", Verb::Later},
    {"THREAD", Verb::Later},
    {"COMPRESS", Verb::Later},
    {"GETQUOTAROOT", Verb::Later},
    {"GETMETADATA", Verb::Later},
    {"UNAUTHENTICATE", Verb::Later},
}};

// ASTRING-CHAR of RFC 3501, but for "+".
bool is_tag_octet(char octet) {
  return is_printable(octet) && !std::string_view(" (){%*\"\\+").contains(octet);
}

std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of(" \r"), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

Verb verb_named(std::string_view word) {
  const auto* found = std::ranges::find_if(
      kVerbs, [word](const NamedVerb& each) { return equal_caseless(word, each.name); });
  return found == kVerbs.end() ? Verb::Unknown : found->verb;
}

// ---- arguments

RequestBody without_arguments(std::string_view rest, RequestBody body) {
  if (!trim_blanks(rest).empty()) return Malformed{.why = "no arguments here"};
  return body;
}

RequestBody read_login(std::string_view rest) {
  Lexer lexer(rest);
  lexer.skip_blanks();
  const auto user = lexer.astring();
  if (!user || lexer.peek() != ' ') return Malformed{.why = "LOGIN takes a user and a password"};
  lexer.skip_blanks();
  const auto password = lexer.astring();
  lexer.skip_blanks();
  if (!password || !lexer.at_end()) return Malformed{.why = "LOGIN takes a user and a password"};
  LoginRequest login{.user = user->text(), .password = Secret(password->text())};
  const bool clean = !has_control(login.user) && !has_control(login.password.reveal());
  if (login.user.empty()) return Malformed{.why = "empty user name"};
  if (!clean) return Malformed{.why = "control characters in user name or password"};
  return login;
}

RequestBody read_authenticate(std::string_view rest) {
  rest = trim_trailing_blanks(rest);
  AuthenticateRequest request{.mechanism = take_word(rest), .initial_response = {}};
  if (request.mechanism.empty()) return Malformed{.why = "AUTHENTICATE takes a mechanism"};
  if (rest.empty()) return request;
  if (rest.contains(' ')) return Malformed{.why = "AUTHENTICATE takes one initial response"};
  request.initial_response = rest;
  return request;
}

// "(" name value ... ")" or NIL, where names are strings and values are strings or NIL.
RequestBody read_id(std::string_view rest) {
  constexpr Malformed kWrong{.why = "ID takes NIL or a list of pairs"};
  IdRequest id;
  Lexer lexer(rest);
  lexer.skip_blanks();
  if (lexer.take_nil()) {
    lexer.skip_blanks();
    if (!lexer.at_end()) return kWrong;
    return id;
  }
  if (!lexer.take('(')) return kWrong;
  lexer.skip_blanks();
  while (!lexer.take(')')) {
    const auto name = lexer.string();
    if (!name || lexer.peek() != ' ') return kWrong;
    lexer.skip_blanks();
    IdPair pair{.name = name->text(), .value = {}};
    if (!lexer.take_nil()) {
      const auto value = lexer.string();
      if (!value) return kWrong;
      pair.value = value->text();
    }
    if (lexer.peek() != ' ' && lexer.peek() != ')') return kWrong;
    lexer.skip_blanks();
    const bool fits = pair.name.size() <= RequestLimits::kIdNameOctets &&
                      (!pair.value || pair.value->size() <= RequestLimits::kIdValueOctets);
    if (!fits || id.pairs.size() == RequestLimits::kIdPairs) {
      return Malformed{.why = "ID too long"};
    }
    id.pairs.push_back(std::move(pair));
  }
  lexer.skip_blanks();
  if (!lexer.at_end()) return kWrong;
  return id;
}

RequestBody read_body(Verb verb, std::string_view rest) {
  switch (verb) {
    case Verb::Capability:
      return without_arguments(rest, CapabilityRequest{});
    case Verb::Noop:
      return without_arguments(rest, NoopRequest{});
    case Verb::StartTls:
      return without_arguments(rest, StartTlsRequest{});
    case Verb::Logout:
      return without_arguments(rest, LogoutRequest{});
    case Verb::Id:
      return read_id(rest);
    case Verb::Login:
      return read_login(rest);
    case Verb::Authenticate:
      return read_authenticate(rest);
    case Verb::Later:
      return LaterRequest{};
    case Verb::Unknown:
      break;
  }
  return Malformed{.why = "unknown command"};
}

}  // namespace

RequestHead request_head(std::string_view line) noexcept {
  const std::string_view tag = take_word(line);
  const bool good = !tag.empty() && tag.size() <= RequestLimits::kTagOctets &&
                    std::ranges::all_of(tag, is_tag_octet);
  if (!good) return {};
  return {.tag = tag, .verb = verb_named(take_word(line))};
}

Verb verb_of(const RequestBody& body) noexcept {
  constexpr std::array<Verb, std::variant_size_v<RequestBody>> kInOrder{Verb::Capability,
                                                                        Verb::Noop,
                                                                        Verb::StartTls,
                                                                        Verb::Logout,
                                                                        Verb::Id,
                                                                        Verb::Login,
                                                                        Verb::Authenticate,
                                                                        Verb::Later,
                                                                        Verb::Unknown};
  return kInOrder.at(body.index());
}

std::optional<Announcement> announced_at_end(std::string_view line) noexcept {
  const std::size_t brace = line.rfind('{');
  if (!line.ends_with('}') || brace == std::string_view::npos) return std::nullopt;
  const bool literal8 = brace > 0 && line[brace - 1] == '~';
  Lexer lexer(line.substr(literal8 ? brace - 1 : brace));
  const auto announced = lexer.announcement();
  if (!announced || !lexer.at_end()) return std::nullopt;
  return announced;
}

Request parse_request(std::string_view text) {
  const RequestHead head = request_head(text);
  if (head.tag.empty()) return {.tag = {}, .body = Malformed{.why = "no tag"}};
  if (text.contains('\0')) return {.tag = head.tag, .body = Malformed{.why = "NUL"}};
  std::string_view rest = text.substr(head.tag.size());
  if (!rest.starts_with(' ')) return {.tag = head.tag, .body = Malformed{.why = "no command"}};
  rest.remove_prefix(1);
  take_word(rest);
  return {.tag = head.tag, .body = read_body(head.verb, rest)};
}

}  // namespace postern::wire::imap
