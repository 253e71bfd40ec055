// The way in.

#include "upstream/smtp_login.hpp"

#include "wire/ascii.hpp"
#include "wire/base64.hpp"
#include "wire/smtp_path.hpp"
#include "wire/xtext.hpp"

#include <array>
#include <cassert>
#include <utility>
#include <vector>

namespace postern::upstream {

using net::Deadline;
using net::fail;
using net::Kind;
using net::Origin;
using net::Task;
using wire::sasl::Mechanism;
using wire::smtp::Extension;
using wire::smtp::Offer;
using wire::smtp::Reply;
using wire::smtp::XclientAttribute;

namespace {

constexpr std::uint16_t kReady = 220;
constexpr std::uint16_t kDone = 250;
constexpr std::uint16_t kAuthenticated = 235;
constexpr std::uint16_t kChallenge = 334;
constexpr std::uint16_t kTlsFirst = 530;  // of AUTH: RFC 4954, section 6

constexpr std::size_t kAuthLineOctetsMax = 12'288;  // RFC 4954, section 4; with the line end
constexpr std::size_t kSaidOctetsMax = 500;
constexpr std::size_t kHeloOctetsMax = 255;

// One line of printable words, for logs and for those who are told.
std::string words_of(const Reply& reply) {
  return wire::printable(wire::smtp::summary(reply), kSaidOctetsMax);
}

net::Error refusal(Kind kind, std::string_view command, const Reply& reply) {
  net::Error error{kind, Origin::Upstream, std::string(command) + ": " + words_of(reply)};
  error.said = words_of(reply);
  error.code = std::to_string(reply.code);
  return error;
}

// A refusal that says nothing of credentials: not now, or not to the likes of us.
net::Error refusal_of_us(std::string_view command, const Reply& reply) {
  if (reply.is_positive()) return refusal(Kind::Malformed, command, reply);
  return refusal(reply.is_temporary() ? Kind::Unavailable : Kind::Denied, command, reply);
}

}  // namespace

Task<std::string> greet(SmtpLink& link) {
  const Reply greeting = co_await link.greeting(link.within(link.settings().greeting_timeout));
  if (!greeting.is_positive()) co_await fail(refusal(Kind::Unavailable, "greeting", greeting));
  if (greeting.code != kReady) co_await fail(refusal(Kind::Malformed, "greeting", greeting));
  co_return words_of(greeting);
}

Task<> say_hello(SmtpLink& link, std::string_view own_name) {
  const Deadline deadline = link.command_deadline();
  const std::string command = "EHLO " + std::string(own_name) + "\r\n";
  co_await link.send(command, deadline);
  const Reply reply = co_await link.reply(deadline);
  if (reply.code != kDone) co_await fail(refusal_of_us("EHLO", reply));
  Offer offer;
  // The first line is the server's name.
  for (std::size_t i = 1; i < reply.lines.size(); ++i)
    offer.hear(reply.lines[i]);
  link.set_offer(offer);
}

Task<bool> ask_for_tls(SmtpLink& link, std::string_view own_name) {
  co_await say_hello(link, own_name);
  const bool opportunistic = link.settings().tls == conf::UpstreamTls::Opportunistic;
  if (opportunistic && !link.offer().has(Extension::StartTls)) co_return false;
  const Deadline deadline = link.command_deadline();
  co_await link.send("STARTTLS\r\n", deadline);
  const Reply reply = co_await link.reply(deadline);
  if (reply.code != kReady) co_await fail(refusal(Kind::Tls, "STARTTLS", reply));
  link.forget_offer();
  co_return true;
}

// ---- XCLIENT

namespace {

constexpr std::string_view kUnknown = "[UNAVAILABLE]";

std::string address_of(const net::Address& client) {
  if (!client.known()) return std::string(kUnknown);
  const std::string host = client.host();
  return host.find(':') == std::string::npos ? host : "IPV6:" + host;
}

// Nothing for what is not to be told. The user of a client that is going to log in itself is left
// to AUTH, and so is whoever comes under the gateway's account: a server takes XCLIENT's LOGIN for
// a login that has taken place, and refuses another.
std::string value_of(XclientAttribute attribute, const SmtpLink& link, const Sending& sending) {
  const net::Address& client = sending.facts.client;
  switch (attribute) {
    case XclientAttribute::Name:
      return std::string(kUnknown);  // or else our own name would stand beside its address
    case XclientAttribute::Addr:
      return address_of(client);
    case XclientAttribute::Port:
      return client.known() ? std::to_string(client.port()) : std::string(kUnknown);
    case XclientAttribute::Helo:
      if (sending.helo.empty() || sending.helo.size() > kHeloOctetsMax) {
        return std::string(kUnknown);
      }
      return wire::encode_xtext(sending.helo);
    case XclientAttribute::Login: {
      const bool by_auth = sending.standing == Standing::Own ||
                           link.settings().auth.kind == conf::UpstreamAuth::Kind::Fixed;
      const bool known = sending.account != nullptr && !sending.account->user.empty();
      return known && !by_auth ? wire::encode_xtext(sending.account->user) : std::string();
    }
    case XclientAttribute::Proto:
      return "ESMTP";
  }
  return {};
}

std::string compose_xclient(const SmtpLink& link, const Sending& sending) {
  std::string command = "XCLIENT";
  for (std::size_t i = 0; i < wire::smtp::kXclientAttributes.size(); ++i) {
    const auto attribute = static_cast<XclientAttribute>(i);
    if (!link.offer().has(attribute)) continue;
    const std::string value = value_of(attribute, link, sending);
    if (value.empty()) continue;
    command.append(" ").append(wire::smtp::kXclientAttributes.at(i)).append("=").append(value);
  }
  return command + "\r\n";
}

}  // namespace

Task<> introduce(SmtpLink& link, const Sending& sending, std::string_view own_name) {
  const bool wanted = sending.standing == Standing::Trusted ||
                      link.settings().send_client_address == conf::SendAddress::Xclient;
  if (!wanted || !link.offer().has(Extension::Xclient)) co_return;
  const Deadline deadline = link.command_deadline();
  const std::string command = compose_xclient(link, sending);
  co_await link.send(command, deadline);
  const Reply reply = co_await link.reply(deadline);
  if (reply.code / 100 != 2) co_await fail(refusal_of_us("XCLIENT", reply));
  if (link.offer().has(XclientAttribute::Addr)) link.set_knows_client();
  link.forget_offer();
  // The greeting is the client's as well now: servers write it down beside the client's address.
  const bool can_be_said = wire::smtp::is_domain(sending.helo);
  co_await say_hello(link, can_be_said ? sending.helo : own_name);
}

// ---- AUTH

namespace {

using Lines = std::vector<wire::Secret>;  // with their line ends

// "<words><base64>CRLF".
wire::Secret line_of(std::string_view words, std::string_view message) {
  constexpr std::string_view kLineEnd = "\r\n";
  std::string line;
  line.reserve(words.size() + wire::base64_octets(message.size()) + kLineEnd.size());
  line.append(words);
  wire::append_base64(line, message);
  line.append(kLineEnd);
  return wire::Secret(std::move(line));
}

// The message goes along with the command if the line may be that long.
Lines in_one_step(std::string_view command, std::string_view message) {
  Lines lines;
  lines.push_back(line_of(std::string(command) + " ", message));
  if (lines.front().reveal().size() <= kAuthLineOctetsMax) return lines;
  lines.clear();
  lines.push_back(line_of(command, ""));
  lines.push_back(line_of("", message));
  return lines;
}

// The lines of AUTH and its answers; none if the credentials cannot be said.
Lines compose_auth(Mechanism mechanism, std::string_view user, std::string_view secret) {
  const std::string command = "AUTH " + std::string(wire::sasl::name(mechanism));
  Lines lines;
  if (mechanism == Mechanism::Login) {
    const auto messages = wire::sasl::login_messages(user, secret);
    if (!messages) return lines;
    lines.push_back(line_of(command, ""));
    for (const wire::Secret& message : *messages)
      lines.push_back(line_of("", message.reveal()));
    return lines;
  }
  if (wire::sasl::takes_token(mechanism)) return in_one_step(command, secret);
  const auto message = wire::sasl::plain_message("", user, secret);
  if (message) lines = in_one_step(command, message->reveal());
  return lines;
}

// The best way that the server knows for what the client showed.
std::optional<Mechanism> choose(const Offer& offer, Mechanism shown) {
  if (wire::sasl::takes_token(shown)) {
    return offer.has(shown) ? std::optional(shown) : std::nullopt;
  }
  if (offer.has(Mechanism::Plain)) return Mechanism::Plain;
  if (offer.has(Mechanism::Login)) return Mechanism::Login;
  return std::nullopt;
}

// Says the lines, each but the first when it is asked for, and hears the answer.
Task<Reply> say(SmtpLink& link, const Lines& lines, Deadline deadline) {
  co_await link.send_login(lines.front().reveal(), deadline);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    Reply reply = co_await link.reply(deadline);
    if (reply.code != kChallenge) co_return reply;
    co_await link.answer(lines[i].reveal(), deadline);
  }
  co_return co_await link.reply(deadline);
}

// After a token was refused the server waits for a word before it says so (RFC 7628,
// section 3.2.3).
Task<Reply> hear_refusal(SmtpLink& link,
                         Mechanism mechanism,
                         const Reply& challenge,
                         AuthAnswer& answer,
                         Deadline deadline) {
  const std::string& base64 = challenge.lines.front();
  if (wire::all_printable(base64)) answer.challenge = base64;
  const std::string farewell = std::string(wire::sasl::failure_answer(mechanism)) + "\r\n";
  co_await link.answer(farewell, deadline);
  co_return co_await link.reply(deadline);
}

// What an answer means that is not 235. Not understood, out of place, or not without TLS: our own
// mistake, as every refusal of the gateway's own account.
net::Error meaning(const AuthAnswer& answer, Standing standing) {
  const Reply& reply = answer.reply;
  const bool ours =
      reply.code / 10 == 50 || reply.code == kTlsFirst || standing == Standing::Trusted;
  if (reply.is_positive() || reply.is_temporary() || ours) return refusal_of_us("AUTH", reply);
  net::Error error = refusal(Kind::Refused, "AUTH", reply);
  if (!answer.challenge.empty()) error.said = answer.challenge;
  return error;
}

Task<> authenticate(SmtpLink& link,
                    Mechanism shown,
                    std::string_view user,
                    std::string_view secret,
                    const Sending& sending) {
  const auto mechanism = choose(link.offer(), shown);
  if (!mechanism) co_await fail(Kind::Denied, Origin::Upstream, "no way to log in that we know");
  Lines lines = compose_auth(*mechanism, user, secret);
  if (lines.empty()) co_await fail(Kind::Refused, Origin::Here, "credentials that cannot be sent");

  const Deadline deadline = link.within(link.settings().login_timeout);
  AuthAnswer answer;
  answer.reply = co_await say(link, lines, deadline);
  lines.clear();
  if (answer.reply.code == kChallenge && wire::sasl::takes_token(*mechanism)) {
    const Reply challenge = std::exchange(answer.reply, {});
    answer.reply = co_await hear_refusal(link, *mechanism, challenge, answer, deadline);
  }
  std::optional<net::Error> error;
  if (answer.reply.code != kAuthenticated) error = meaning(answer, sending.standing);
  if (sending.answer != nullptr) *sending.answer = std::move(answer);
  if (error) co_await fail(std::move(*error));
}

}  // namespace

Task<> log_in(SmtpLink& link, const Sending& sending) {
  const conf::UpstreamAuth& own = link.settings().auth;
  if (sending.standing == Standing::Trusted) {
    if (own.kind != conf::UpstreamAuth::Kind::Fixed) co_return;
    co_await authenticate(link, Mechanism::Plain, own.user, own.password.reveal(), sending);
    co_return;
  }
  assert(sending.account != nullptr);
  const Account& account = *sending.account;
  co_await authenticate(link, account.mechanism, account.user, account.secret.reveal(), sending);
}

}  // namespace postern::upstream
