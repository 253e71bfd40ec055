// The talk with a submission client: command lines in, replies out, mistakes counted (RFC 5321,
// section 4).

#pragma once

#include "net/task.hpp"
#include "proxy/dispatch.hpp"
#include "proxy/session.hpp"
#include "proxy/trouble.hpp"
#include "wire/smtp.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace postern::proxy {

class SmtpTalk {
 public:
  // Octets of one line that are skipped before the connection is given up.
  static constexpr std::size_t kSkipMax = std::size_t{64} << 10U;

  explicit SmtpTalk(Session& session);

  SmtpTalk(const SmtpTalk&) = delete;
  SmtpTalk& operator=(const SmtpTalk&) = delete;

  // The next command. Its views are good until the next wait for the client. Fails with
  // Kind::Malformed if the first line is another protocol's.
  net::Task<wire::smtp::Command> next_command(net::Wait wait);

  // A line that is no command: an answer to a challenge. Nothing if it is too long.
  net::Task<std::optional<std::string_view>> next_answer();

  // Sends a reply, complete.
  net::Task<Next> say(std::string reply);

  net::Task<Next> refuse(SmtpRefusal why) { return say(smtp_refuse(why)); }

  // Tells the client of a mistake of its own; Stop after too many in a row.
  net::Task<Next> say_mistake(SmtpRefusal why);

  // Sends the last words of a session that ends for `reason`.
  net::Task<Next> part(SmtpRefusal why, metrics::EndReason reason);

  // A command was in order: earlier mistakes are forgiven.
  void forgive() { mistakes_.forgive(); }

  // How the command under way was answered.
  [[nodiscard]] metrics::CommandResult result() const { return result_; }

 private:
  Session& session_;
  Mistakes mistakes_;
  metrics::CommandResult result_ = metrics::CommandResult::Ok;
  bool first_line_ = true;
};

// The command as operators count it.
[[nodiscard]] metrics::Command counted(const wire::smtp::Command& command);

}  // namespace postern::proxy
