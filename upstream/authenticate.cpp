// The way in.

#include "upstream/authenticate.hpp"

#include "upstream/refusal.hpp"
#include "wire/ascii.hpp"
#include "wire/imap_command.hpp"

#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace postern::upstream {

using metrics::UpstreamCommand;
using net::Deadline;
using net::fail;
using net::Kind;
using net::Origin;
using net::Task;
using wire::imap::Capabilities;
using wire::imap::Capability;
using wire::imap::Condition;
using wire::sasl::Mechanism;

namespace {

constexpr std::size_t kIdPairsMax = 30;  // RFC 2971, section 3.3

// How the credentials go out, best first.
enum class Way { PlainAtOnce, LoginCommand, PlainInSteps, LoginInSteps, TokenAtOnce, TokenInSteps };

std::optional<Way> choose_way(Capabilities known, Mechanism mechanism) {
  const bool at_once = known.has(Capability::SaslIr);
  if (wire::sasl::takes_token(mechanism)) {
    if (!known.has(mechanism)) return std::nullopt;
    return at_once ? Way::TokenAtOnce : Way::TokenInSteps;
  }
  if (known.has(Capability::AuthPlain) && at_once) return Way::PlainAtOnce;
  if (!known.has(Capability::LoginDisabled)) return Way::LoginCommand;
  if (known.has(Capability::AuthPlain)) return Way::PlainInSteps;
  if (known.has(Capability::AuthLogin)) return Way::LoginInSteps;
  return std::nullopt;
}

// An 8-bit password is better off in PLAIN, whose octets are UTF-8, than in a literal.
Way prefer_plain(Way way, Capabilities known, const Account& account) {
  const bool printable =
      wire::all_printable(account.user) && wire::all_printable(account.secret.reveal());
  const bool can = known.has(Capability::AuthPlain);
  return way == Way::LoginCommand && !printable && can ? Way::PlainInSteps : way;
}

// The messages of the mechanism, or nothing if the credentials cannot be said.
std::optional<wire::imap::Parts> compose(Way way,
                                         std::string_view tag,
                                         Capabilities known,
                                         const Account& account) {
  const std::string_view secret = account.secret.reveal();
  if (way == Way::LoginCommand) {
    return wire::imap::login(tag, account.user, secret, wire::imap::literals_of(known));
  }
  if (way == Way::LoginInSteps) {
    const auto messages = wire::sasl::login_messages(account.user, secret);
    if (!messages) return std::nullopt;
    return wire::imap::authenticate(tag, Mechanism::Login, *messages, false);
  }
  if (way == Way::TokenAtOnce || way == Way::TokenInSteps) {
    const std::array<wire::Secret, 1> messages = {account.secret.duplicate()};
    return wire::imap::authenticate(tag, account.mechanism, messages, way == Way::TokenAtOnce);
  }
  auto plain = wire::sasl::plain_message("", account.user, secret);
  if (!plain) return std::nullopt;
  const std::array<wire::Secret, 1> messages = {std::move(*plain)};
  return wire::imap::authenticate(tag, Mechanism::Plain, messages, way == Way::PlainAtOnce);
}

// What the client said of itself. Nobody but us may say what begins with "x-".
std::vector<wire::imap::IdField> own_words(const ClientFacts& facts) {
  constexpr std::size_t kOursMax = 8;
  std::vector<wire::imap::IdField> words;
  for (const wire::imap::IdField& field : facts.id) {
    const bool reserved = wire::starts_with_caseless(field.name, "x-");
    if (reserved || !wire::imap::can_be_told(field)) continue;
    if (words.size() == kIdPairsMax - kOursMax) break;
    words.push_back(field);
  }
  return words;
}

// ID for those who are configured to trust us (RFC 2971).
std::string compose_id(ImapLink& link, const ClientFacts& facts, std::vector<std::string>& tags) {
  const std::string client = facts.client.host();
  const std::string client_port = std::to_string(facts.client.port());
  const std::string listener = facts.listener.host();
  const std::string listener_port = std::to_string(facts.listener.port());
  const std::string hops = std::to_string(facts.hops);
  std::vector<wire::imap::IdField> fields = own_words(facts);
  fields.insert(fields.end(),
                {
                    {"x-originating-ip", client},
                    {"x-originating-port", client_port},
                    {"x-connected-ip", listener},
                    {"x-connected-port", listener_port},
                    {"x-session-id", facts.session},
                    {"x-proxy-ttl", hops},
                    {"x-client-transport", facts.secure ? "TLS" : "insecure"},
                });
  if (!facts.server_name.empty()) fields.push_back({"x-connected-name", facts.server_name});
  tags.push_back(link.begin(UpstreamCommand::Other));
  return wire::imap::id(tags.back(), fields).value_or(wire::imap::id(tags.back(), {}).value());
}

bool may_pipeline(const ImapLink& link, const Profile& profile, Way way) {
  if (way != Way::PlainAtOnce && way != Way::LoginCommand) return false;
  if (link.settings().id == conf::SendId::AfterLogin) return false;  // which has to come first
  switch (link.settings().pipeline) {
    case conf::Pipeline::On:
      return true;
    case conf::Pipeline::Off:
      return false;
    case conf::Pipeline::Auto:
      break;
  }
  const FamilyTraits traits = traits_of(profile.family);
  return way == Way::LoginCommand ? traits.pipelines_after_login
                                  : traits.pipelines_after_authenticate;
}

// After a token was refused the server waits for a word before it says so (RFC 7628,
// section 3.2.3).
Task<ImapAnswer> hear_refusal(ImapLink& link,
                              std::string_view tag,
                              Mechanism mechanism,
                              std::string& challenge,
                              Deadline deadline) {
  ImapLink::Continued next = co_await link.until_continuation(tag, deadline);
  if (!next.challenge) co_return std::move(next.answer);
  challenge = std::move(*next.challenge);
  const std::string farewell = std::string(wire::sasl::failure_answer(mechanism)) + "\r\n";
  co_await link.send(farewell, deadline);
  co_return co_await link.conclude(tag, nullptr, deadline);
}

}  // namespace

Task<> ask_capabilities(ImapLink& link, Deadline deadline) {
  const std::string tag = link.begin(UpstreamCommand::Other);
  co_await link.send(wire::imap::plain(tag, wire::imap::Plain::Capability), deadline);
  const ImapAnswer answer = co_await link.conclude(tag, nullptr, deadline);
  if (!answer.ok() || !link.has_capabilities()) {
    co_await fail(Kind::Malformed, Origin::Upstream, "no capabilities: " + describe(answer));
  }
  const Capabilities known = link.capabilities();
  if (!known.has(Capability::Imap4Rev1) && !known.has(Capability::Imap4Rev2)) {
    co_await fail(Kind::Malformed, Origin::Upstream, "neither IMAP4rev1 nor IMAP4rev2");
  }
}

Task<std::string> greet(ImapLink& link) {
  const Deadline deadline{link.loop().now() + link.settings().greeting_timeout};
  const ImapAnswer greeting = co_await link.greeting(deadline);
  switch (greeting.condition) {
    case Condition::Ok:
      break;
    case Condition::Bye:
      co_await fail(bye_refusal(greeting, link.settings()));
    default:
      co_await fail(Kind::Malformed, Origin::Upstream, "greeting refused: " + describe(greeting));
  }
  co_return describe(greeting);
}

Task<bool> ask_for_tls(ImapLink& link) {
  const Deadline deadline = link.command_deadline();
  if (link.settings().tls == conf::UpstreamTls::Opportunistic) {
    if (!link.has_capabilities()) co_await ask_capabilities(link, deadline);
    if (!link.capabilities().has(Capability::StartTls)) co_return false;
  }
  const std::string tag = link.begin(UpstreamCommand::Other);
  co_await link.send(wire::imap::plain(tag, wire::imap::Plain::StartTls), deadline);
  const ImapAnswer answer = co_await link.conclude(tag, nullptr, deadline);
  if (!answer.ok()) co_await fail(Kind::Tls, Origin::Upstream, "STARTTLS: " + describe(answer));
  link.forget_capabilities();
  co_return true;
}

namespace {

// A login as it is going to be said.
struct Speech {
  Mechanism mechanism{};
  std::string tag{};
  wire::imap::Parts parts{};
  std::string id{};                    // commands in front of it
  std::vector<std::string> id_tags{};  // whose answers do not matter
  std::string followers{};             // commands behind it
};

// Decides how to say it, and composes it.
Task<Speech> prepare(ImapLink& link,
                     const Profile& profile,
                     const Account& account,
                     const ClientFacts& facts,
                     const Followers& followers) {
  Capabilities known = link.capabilities();
  if (!link.has_capabilities()) {
    // From an earlier connection: good enough for a guess that the server may refuse, not for
    // octets that it might take for commands.
    known = profile.before_login.without(Capability::LiteralPlus).without(Capability::LiteralMinus);
  }
  const auto chosen = choose_way(known, account.mechanism);
  if (!chosen) co_await fail(Kind::Denied, Origin::Upstream, "no way to log in that we know");
  const Way way = prefer_plain(*chosen, known, account);

  Speech speech{.mechanism = account.mechanism};
  const bool tells = link.settings().send_client_address == conf::SendAddress::Id;
  if (tells && known.has(Capability::Id)) speech.id = compose_id(link, facts, speech.id_tags);
  speech.tag = link.begin(UpstreamCommand::Login);
  auto parts = compose(way, speech.tag, known, account);
  if (!parts) co_await fail(Kind::Refused, Origin::Here, "credentials that cannot be sent");
  speech.parts = std::move(*parts);
  if (speech.parts.size() == 1 && may_pipeline(link, profile, way)) {
    speech.followers = followers();
  }
  co_return speech;
}

// Says it, part by part, and hears the answer.
Task<ImapAnswer> say(ImapLink& link,
                     const Speech& speech,
                     std::string& challenge,
                     Deadline deadline) {
  for (std::size_t i = 0; i < speech.parts.size(); ++i) {
    const std::string_view before = i == 0 ? std::string_view(speech.id) : std::string_view();
    co_await link.send_login(before, speech.parts[i].reveal(), speech.followers, deadline);
    if (i + 1 == speech.parts.size()) break;
    ImapLink::Continued next = co_await link.until_continuation(speech.tag, deadline);
    if (next.challenge) continue;
    if (next.answer.ok()) co_await fail(Kind::Malformed, Origin::Upstream, "OK to half a login");
    co_return std::move(next.answer);
  }
  if (wire::sasl::takes_token(speech.mechanism)) {
    co_return co_await hear_refusal(link, speech.tag, speech.mechanism, challenge, deadline);
  }
  co_return co_await link.conclude(speech.tag, nullptr, deadline);
}

// Tells the server who we are, or who the client says it is, where it wants that before a mailbox
// is opened.
Task<> introduce(ImapLink& link, const ClientFacts& facts, Deadline deadline) {
  std::vector<wire::imap::IdField> fields = own_words(facts);
  if (fields.empty()) fields.push_back({"name", "postern"});
  const std::string tag = link.begin(UpstreamCommand::Other);
  const std::string command = wire::imap::id(tag, fields).value_or("");
  co_await link.send(command, deadline);
  (void)co_await link.conclude(tag, nullptr, deadline);  // whatever the answer is
}

}  // namespace

Task<bool> log_in(ImapLink& link,
                  Profile& profile,
                  const Account& account,
                  const ClientFacts& facts,
                  const Followers& followers) {
  const Deadline deadline{link.loop().now() + link.settings().login_timeout};
  if (!link.has_capabilities() && profile.before_login.empty()) {
    co_await ask_capabilities(link, deadline);
  }
  if (link.has_capabilities()) profile.before_login = link.capabilities();
  Speech speech = co_await prepare(link, profile, account, facts, followers);
  link.forget_capabilities();

  std::string challenge;
  const auto answer = co_await attempt(say(link, speech, challenge, deadline));
  speech.parts.clear();
  if (!answer && link.bye()) co_await fail(bye_refusal(*link.bye(), link.settings()));
  if (!answer) co_await fail(answer.error());
  if (!answer->ok()) {
    net::Error refusal = login_refusal(*answer, link.settings());
    if (wire::sasl::takes_token(speech.mechanism) && refusal.kind == Kind::Refused) {
      refusal.said = std::move(challenge);
      refusal.code.clear();
    }
    co_await fail(std::move(refusal));
  }
  for (const std::string& tag : speech.id_tags) {
    (void)co_await link.conclude(tag, nullptr, deadline);  // whatever the answer is
  }
  if (link.settings().id == conf::SendId::AfterLogin) co_await introduce(link, facts, deadline);
  if (link.has_capabilities()) profile.after_login = link.capabilities();
  co_return !speech.followers.empty();
}

}  // namespace postern::upstream
