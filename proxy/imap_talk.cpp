// Lines, literals, answers.

#include "proxy/imap_talk.hpp"

#include "proxy/trouble.hpp"
#include "wire/imap_reply.hpp"
#include "wire/pop3.hpp"

#include <utility>

namespace postern::proxy {

using net::fail;
using net::Kind;
using net::Origin;
using net::Task;
using wire::imap::Announcement;
using wire::imap::Capability;
using wire::imap::Request;
using wire::imap::RequestHead;
using wire::imap::RequestLimits;
using wire::imap::Verb;

namespace {

constexpr net::LineBound kFirstLine{.octets_max = RequestLimits::kSaslOctets};
constexpr net::LineBound kLaterLine{.octets_max = RequestLimits::kLineOctets};

std::string_view word_of(Verb verb) {
  switch (verb) {
    case Verb::Capability:
      return "CAPABILITY";
    case Verb::Noop:
      return "NOOP";
    case Verb::Id:
      return "ID";
    case Verb::StartTls:
      return "STARTTLS";
    case Verb::Logout:
      return "LOGOUT";
    case Verb::Login:
      return "LOGIN <name> <secret>";
    case Verb::Authenticate:
      return "AUTHENTICATE <secret>";
    case Verb::Later:
      return "<for later>";
    case Verb::Unknown:
      break;
  }
  return "<not understood>";
}

}  // namespace

ImapTalk::ImapTalk(Session& session)
    : session_(session), mistakes_(session.settings().imap.bad_commands) {}

ImapTalk::~ImapTalk() {
  wire::wipe(text_);
}

// ---- in

Task<Request> ImapTalk::next_request() {
  wire::wipe(text_);
  const net::Line line = co_await session_.client().read_line(kFirstLine, session_.patience());
  session_.note_command();
  if (std::exchange(first_line_, false) && wire::pop3::speaks_another_protocol(line.text)) {
    co_await fail(Kind::Malformed, Origin::Client, "another protocol");
  }
  keep(line.text);
  const RequestHead head = wire::imap::request_head(text_);
  const Verb verb = head.verb;
  const std::string tag(head.tag);
  trace_request(head);
  const bool too_long = verb != Verb::Authenticate && text_.size() > RequestLimits::kLineOctets;
  const bool in_clear = verb == Verb::Login && !session_.may_log_in();

  auto literal = wire::imap::announced_at_end(text_);
  std::uint64_t octets = 0;
  for (unsigned literals = 0; literal; ++literals) {
    if (too_long || in_clear || tag.empty() || !wants(verb, *literal, literals, octets)) {
      co_await skip_literals(*literal);
      wire::wipe(text_);
      keep(tag);
      const std::string_view kept = text_;
      if (in_clear) co_return {.tag = kept, .body = wire::imap::LoginRequest{}};
      if (verb == Verb::Later) co_return {.tag = kept, .body = wire::imap::LaterRequest{}};
      co_return {.tag = kept, .body = wire::Malformed{.why = "no such literal here"}};
    }
    if (!literal->non_synchronizing) co_await say(wire::imap::kGoAhead);
    octets += literal->octets;
    literal = co_await take_literal(literal->octets);
  }
  if (too_long)
    co_return {.tag = std::string_view(text_).substr(0, tag.size()),
               .body = wire::Malformed{.why = "line too long"}};
  if (in_clear)
    co_return {.tag = std::string_view(text_).substr(0, tag.size()),
               .body = wire::imap::LoginRequest{}};
  Request request = wire::imap::parse_request(text_);
  session_.client().wipe_read();
  co_return request;
}

// Whether more of that command is wanted.
bool ImapTalk::wants(Verb verb,
                     const Announcement& literal,
                     unsigned literals,
                     std::uint64_t octets) const {
  if (literal.literal8) return false;
  if (literal.octets > RequestLimits::kLiteralOctets) return false;
  if (verb == Verb::Login) return literals < RequestLimits::kLoginLiterals;
  if (verb != Verb::Id) return false;
  return literals < 2 * RequestLimits::kIdPairs &&
         octets + literal.octets <= RequestLimits::kIdOctets;
}

// The octets and the line behind them join the command. Answers what that line announces.
Task<std::optional<Announcement>> ImapTalk::take_literal(std::uint64_t octets) {
  net::Stream& client = session_.client();
  keep("\r\n");
  if (octets > 0) {
    const std::string_view literal = co_await client.read_exactly(octets, session_.patience());
    keep(literal);
  }
  const net::Line rest = co_await client.read_line(kLaterLine, session_.patience());
  keep(rest.text);
  client.wipe_read();
  co_return wire::imap::announced_at_end(
      std::string_view(text_).substr(text_.size() - rest.text.size()));
}

// Octets that a client sends without waiting come, whatever we think of the command.
Task<> ImapTalk::skip_literals(Announcement literal) {
  net::Stream& client = session_.client();
  std::uint64_t allowed = kSkipMax;
  std::optional<Announcement> next = literal;
  while (next && next->non_synchronizing) {
    std::uint64_t left = next->octets;
    if (left > allowed) co_await fail(Kind::Limit, Origin::Client, "refused literal too large");
    allowed -= left;
    while (left > 0) {
      const std::string_view some = co_await client.read_some(left, session_.patience());
      left -= some.size();
    }
    const net::Line rest = co_await client.read_line(kLaterLine, session_.patience());
    next = wire::imap::announced_at_end(rest.text);
  }
  client.wipe_read();
}

// Grows without leaving a copy behind.
void ImapTalk::keep(std::string_view piece) {
  const std::size_t needed = text_.size() + piece.size();
  if (needed > text_.capacity()) {
    std::string larger;
    larger.reserve(std::max<std::size_t>(2 * needed, 128));
    larger = text_;
    wire::wipe(text_);
    text_ = std::move(larger);
  }
  text_ += piece;
}

Task<std::optional<std::string_view>> ImapTalk::next_answer() {
  const net::LineBound bound{.octets_max = RequestLimits::kSaslOctets, .skip_max = kSkipMax};
  const net::Line line = co_await session_.client().read_line(bound, session_.patience());
  if (session_.log().traces()) session_.log().trace(metrics::Direction::C, "<secret>");
  if (line.too_long) co_return std::nullopt;
  co_return line.text;
}

// ---- out

Task<Next> ImapTalk::say_mistake(std::string_view tag, std::string_view text) {
  // What stands where a tag should may be a password that was typed on the wrong line.
  trace_answer(imap_mistake("", text));
  const std::string answer = imap_mistake(tag, text);
  co_await session_.client().write(answer, session_.stalled());
  if (mistakes_.may_go_on()) co_return Next::Go;
  const std::string last = imap_goodbye("", "too many errors");
  co_await say(last);
  session_.end(metrics::EndReason::TooManyErrors);
  co_return Next::Stop;
}

std::string ImapTalk::capabilities() const {
  std::string names = "IMAP4rev1 SASL-IR ID";
  const auto add = [&names](std::string_view name) { names.append(" ").append(name); };
  const conf::Imap& settings = session_.settings().imap;
  const auto known = session_.snapshot().known_behind(session_.entry());
  for (const std::string& name : settings.pre_caps)
    add(name);
  if (settings.pre_caps.empty() && known) {
    // Clients go on using it after login without asking again.
    if (known->after_login.has(Capability::LiteralPlus)) {
      add("LITERAL+");
    } else if (known->after_login.has(Capability::LiteralMinus)) {
      add("LITERAL-");
    }
  }
  if (session_.can_start_tls()) add("STARTTLS");
  if (!session_.may_log_in()) {
    add("LOGINDISABLED");
    return names;
  }
  for (const wire::sasl::Mechanism mechanism :
       session_.snapshot().mechanisms_behind(session_.entry()))
    names.append(" AUTH=").append(wire::sasl::name(mechanism));
  return names;
}

void ImapTalk::trace_request(const RequestHead& head) {
  if (!session_.log().traces()) return;
  const bool understood = head.verb != Verb::Unknown;
  const std::string line =
      (understood ? std::string(head.tag) + " " : std::string()) + std::string(word_of(head.verb));
  session_.log().trace(metrics::Direction::C, line);
}

void ImapTalk::trace_answer(std::string_view answer) {
  if (!session_.log().traces()) return;
  session_.log().trace(metrics::Direction::S, answer.substr(0, answer.find('\r')));
}

metrics::Command counted(Verb verb) {
  switch (verb) {
    case Verb::Capability:
      return metrics::Command::Capability;
    case Verb::Noop:
      return metrics::Command::Noop;
    case Verb::Id:
      return metrics::Command::Id;
    case Verb::StartTls:
      return metrics::Command::Starttls;
    case Verb::Logout:
      return metrics::Command::Logout;
    case Verb::Login:
      return metrics::Command::Login;
    case Verb::Authenticate:
      return metrics::Command::Authenticate;
    case Verb::Later:
    case Verb::Unknown:
      break;
  }
  return metrics::Command::Other;
}

}  // namespace postern::proxy
