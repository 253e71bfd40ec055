// The talk with a POP3 client that both of its states share: lines in, replies out, mistakes
// counted (RFC 1939, section 3), CAPA and LANG (RFC 2449, RFC 6856).

#pragma once

#include "net/task.hpp"
#include "proxy/dispatch.hpp"
#include "proxy/session.hpp"
#include "wire/pop3.hpp"
#include "wire/pop3_reply.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::proxy {

class Pop3Talk {
 public:
  // Octets of one line that are skipped before the connection is given up.
  static constexpr std::size_t kSkipMax = std::size_t{64} << 10U;

  // `mistakes_max`: bad commands in a row before the connection ends.
  Pop3Talk(Session& session, const conf::Pop3& policy, std::uint32_t mistakes_max)
      : session_(session), policy_(policy), mistakes_(mistakes_max) {}

  // The next command. Its views are good until the next wait for the client. Fails with
  // Kind::Malformed if the first line is another protocol's.
  net::Task<wire::pop3::Command> next_command(net::Wait wait);

  // A line that is no command: an answer to a challenge. Nothing if it is too long.
  net::Task<std::optional<std::string_view>> next_answer(net::Wait wait);

  // Sends a reply, complete.
  [[nodiscard]] net::Write say(std::string_view reply) {
    trace_reply(reply);
    return session_.client().write(reply, session_.stalled());
  }

  // Tells the client of a mistake of its own; Stop after too many in a row.
  net::Task<Next> say_mistake(std::string_view text);

  // The same with a reply that is complete.
  net::Task<Next> refuse_mistake(std::string reply);

  // A command was in order: earlier mistakes are forgiven.
  void forgive() { mistakes_.forgive(); }

  // The answer to CAPA.
  [[nodiscard]] std::string capabilities(bool before_login) const;

  // The answer to LANG.
  [[nodiscard]] static std::string languages(std::string_view tag);

  [[nodiscard]] const conf::Pop3& policy() const { return policy_; }

 private:
  void trace_command(std::string_view line);
  void trace_reply(std::string_view reply);

  Session& session_;
  const conf::Pop3& policy_;
  Mistakes mistakes_;
  bool first_line_ = true;  // of this state; only that of a connection can be another protocol's
};

// The command as operators count it.
[[nodiscard]] metrics::Command counted(const wire::pop3::Command& command);

}  // namespace postern::proxy
