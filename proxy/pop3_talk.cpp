// Lines and replies.

#include "proxy/pop3_talk.hpp"

#include "proxy/trouble.hpp"
#include "wire/ascii.hpp"

#include <utility>
#include <variant>
#include <vector>

namespace postern::proxy {

using net::Task;
using wire::Malformed;
using wire::pop3::Command;

namespace {

// What is shown of a line in a trace: the rest may be a secret, also on lines that are no PASS.
std::string_view harmless_part(std::string_view line, const Command& command) {
  const bool is_plain = std::visit(
      [](const auto& each) {
        using T = std::decay_t<decltype(each)>;
        return !std::is_same_v<T, wire::pop3::Pass> && !std::is_same_v<T, wire::pop3::Auth> &&
               !std::is_same_v<T, wire::pop3::User> && !std::is_same_v<T, wire::pop3::Apop> &&
               !std::is_same_v<T, wire::pop3::Unknown> && !std::is_same_v<T, Malformed>;
      },
      command);
  if (is_plain) return line;
  if (std::holds_alternative<wire::pop3::Pass>(command)) return "PASS <secret>";
  if (std::holds_alternative<wire::pop3::Auth>(command)) return "AUTH <secret>";
  if (std::holds_alternative<wire::pop3::User>(command)) return "USER <name>";
  return "<not understood>";
}

}  // namespace

Task<Command> Pop3Talk::next_command(net::Wait wait) {
  const wire::pop3::LineLimits limits{.command_octets_max = policy_.line_max.octets,
                                      .sasl_octets_max = policy_.sasl_line_max.octets};
  const net::LineBound bound{.octets_max = limits.sasl_octets_max, .skip_max = kSkipMax};
  const net::Line line = co_await session_.client().read_line(bound, wait);
  session_.note_command();
  if (std::exchange(first_line_, false) && wire::pop3::speaks_another_protocol(line.text)) {
    co_await net::fail(net::Kind::Malformed, net::Origin::Client, "another protocol");
  }
  if (line.too_long) co_return Malformed{.why = "line too long"};
  Command command = wire::pop3::parse_command(line.text, limits);
  if (session_.log().traces()) {
    session_.log().trace(metrics::Direction::C, harmless_part(line.text, command));
  }
  co_return command;
}

Task<std::optional<std::string_view>> Pop3Talk::next_answer(net::Wait wait) {
  const net::LineBound bound{.octets_max = policy_.sasl_line_max.octets, .skip_max = kSkipMax};
  const net::Line line = co_await session_.client().read_line(bound, wait);
  if (session_.log().traces()) session_.log().trace(metrics::Direction::C, "<secret>");
  if (line.too_long) co_return std::nullopt;
  co_return line.text;
}

Task<Next> Pop3Talk::say_mistake(std::string_view text) {
  co_return co_await refuse_mistake(refuse(text));
}

Task<Next> Pop3Talk::refuse_mistake(std::string reply) {
  co_await say(reply);
  if (mistakes_.may_go_on()) co_return Next::Go;
  const std::string last = refuse("too many errors");
  co_await say(last);
  session_.end(metrics::EndReason::TooManyErrors);
  co_return Next::Stop;
}

std::string Pop3Talk::capabilities(bool before_login) const {
  const bool may_log_in = before_login && session_.may_log_in();
  wire::pop3::Capabilities offered{
      .user = may_log_in, .stls = before_login && session_.can_start_tls(), .utf8 = policy_.utf8};
  std::vector<wire::sasl::Mechanism> mechanisms;
  if (may_log_in) mechanisms = session_.snapshot().mechanisms_behind(session_.entry());
  offered.mechanisms = mechanisms;
  if (policy_.login_delay > conf::Duration::zero()) {
    offered.login_delay = static_cast<std::uint32_t>(
        std::chrono::ceil<std::chrono::seconds>(policy_.login_delay).count());
    offered.login_delay_may_change = before_login;
  }
  offered.expire_never = policy_.expire.kind == conf::Expire::Kind::Never;
  if (policy_.expire.kind == conf::Expire::Kind::Days) offered.expire_days = policy_.expire.days;
  if (!before_login) offered.implementation = "postern";
  return wire::pop3::capability_list(offered);
}

std::string Pop3Talk::languages(std::string_view tag) {
  if (tag.empty()) return std::string(wire::pop3::kLanguages);
  if (tag == "*" || wire::equal_caseless(tag, "en")) {
    return std::string(wire::pop3::kLanguageChanged);
  }
  return refuse("no such language");
}

void Pop3Talk::trace_reply(std::string_view reply) {
  if (!session_.log().traces()) return;
  session_.log().trace(metrics::Direction::S, reply.substr(0, reply.find('\r')));
}

metrics::Command counted(const Command& command) {
  using metrics::Command::Other;
  namespace pop3 = wire::pop3;
  return std::visit(Overloaded{[](const pop3::Capa&) { return metrics::Command::Capa; },
                               [](const pop3::Stls&) { return metrics::Command::Stls; },
                               [](const pop3::User&) { return metrics::Command::User; },
                               [](const pop3::Pass&) { return metrics::Command::Pass; },
                               [](const pop3::AuthList&) { return metrics::Command::Auth; },
                               [](const pop3::Auth&) { return metrics::Command::Auth; },
                               [](const pop3::Apop&) { return metrics::Command::Apop; },
                               [](const pop3::Utf8&) { return metrics::Command::Utf8; },
                               [](const pop3::Lang&) { return metrics::Command::Lang; },
                               [](const pop3::Stat&) { return metrics::Command::Stat; },
                               [](const pop3::List&) { return metrics::Command::List; },
                               [](const pop3::Uidl&) { return metrics::Command::Uidl; },
                               [](const pop3::Retr&) { return metrics::Command::Retr; },
                               [](const pop3::Top&) { return metrics::Command::Top; },
                               [](const pop3::Dele&) { return metrics::Command::Dele; },
                               [](const pop3::Rset&) { return metrics::Command::Rset; },
                               [](const pop3::Noop&) { return metrics::Command::Noop; },
                               [](const pop3::Quit&) { return metrics::Command::Quit; },
                               [](const pop3::Xclient&) { return Other; },
                               [](const pop3::Unknown&) { return Other; },
                               [](const Malformed&) { return Other; }},
                    command);
}

}  // namespace postern::proxy
