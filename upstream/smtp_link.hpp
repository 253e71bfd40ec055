// One connection to a server that takes mail, and the conversation on it (RFC 5321).
//
// Commands are sent one at a time or in a group; replies come in the order of the commands, and are
// taken one by one. The text of a message goes over stream() as it is; what is behind the link then
// is finished by whoever writes it, never by the link: one that ends in the middle of anything just
// closes, so that no half of a message is ever taken for a whole one.
//
// The server is not trusted: a reply is bounded, in lines and in octets of each, and one that came
// before its command was said ends the link. After any error a link is unfit for further use: see
// usable().

#pragma once

#include "conf/settings.hpp"
#include "metrics/recorder.hpp"
#include "net/operation.hpp"
#include "net/stream.hpp"
#include "net/task.hpp"
#include "upstream/passage.hpp"
#include "wire/smtp_extension.hpp"
#include "wire/smtp_reply.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace postern::upstream {

// How long a server may take; RFC 5321, section 4.5.3.2 wants no client to be more impatient.
struct SmtpPatience {
  static constexpr net::Duration kEnvelope = std::chrono::minutes(5);     // MAIL and RCPT
  static constexpr net::Duration kData = std::chrono::minutes(2);         // to say 354
  static constexpr net::Duration kBlock = std::chrono::minutes(3);        // to take some octets
  static constexpr net::Duration kFinalReply = std::chrono::minutes(10);  // after the last dot
};

class SmtpLink {
 public:
  SmtpLink(net::Stream stream, const LinkContext& context);

  // Says QUIT, without waiting for the answer, if the link is still fit for it.
  ~SmtpLink();

  SmtpLink(const SmtpLink&) = delete;
  SmtpLink& operator=(const SmtpLink&) = delete;

  // ---- speaking
  // Writes one command or several, with their line ends. A reply to each is expected from now on.
  [[nodiscard]] net::Write send(std::string_view commands, net::Wait wait);

  // The command of a login, with its line end; no trace shows it.
  [[nodiscard]] net::Write send_login(std::string_view command, net::Wait wait);

  // An answer to a challenge, with its line end; no trace shows it.
  [[nodiscard]] net::Write answer(std::string_view response, net::Wait wait);

  // ---- listening
  // The next reply. A 334 or 354 is not the last one to its command. A 421 is answered like any
  // other, and the link is of no use afterwards.
  net::Task<wire::smtp::Reply> reply(net::Wait wait);

  // The first reply of the connection.
  net::Task<wire::smtp::Reply> greeting(net::Wait wait);

  // ---- what is known
  // What the last EHLO was answered with.
  [[nodiscard]] const wire::smtp::Offer& offer() const { return *offer_; }

  [[nodiscard]] bool has_offer() const { return offer_.has_value(); }

  void set_offer(const wire::smtp::Offer& offer) { offer_ = offer; }

  // The server has forgotten all that was said, and so have we: EHLO comes anew.
  void forget_offer() { offer_.reset(); }

  // The server has been told who the client is: by a PROXY header or XCLIENT.
  [[nodiscard]] bool knows_client() const { return knows_client_; }

  void set_knows_client() { knows_client_ = true; }

  // True while no reply is due and nothing went wrong.
  [[nodiscard]] bool usable() const { return due_.empty() && !ended_; }

  // No command may follow, QUIT included: the connection ends with the link.
  void give_up(net::Kind why);

  [[nodiscard]] net::Stream& stream() { return passage_.stream(); }

  [[nodiscard]] const conf::Upstream& settings() const { return context_.settings; }

  [[nodiscard]] const LinkContext& context() const { return context_; }

  [[nodiscard]] net::Loop& loop() const { return context_.loop; }

  // How long a command may take that no patience of its own is asked for.
  [[nodiscard]] net::Deadline command_deadline() const;

  // The point in time until which a patience lasts.
  [[nodiscard]] net::Deadline within(net::Duration patience) const {
    return {loop().now() + patience};
  }

  // Gives back memory held for what was read. To be called when the link is going to be idle.
  void settle() { stream().settle(); }

 private:
  // A command whose last reply has not come.
  struct Due {
    metrics::UpstreamCommand kind;
    net::Time sent_at;
  };

  void expect(metrics::UpstreamCommand kind);
  void note(const wire::smtp::Reply& reply);
  void failed(net::Kind kind);
  net::Task<wire::smtp::Reply> read(net::Wait wait);

  Passage passage_;
  LinkContext context_;
  std::deque<Due> due_;
  std::optional<wire::smtp::Offer> offer_;
  bool early_ = false;  // something came before the command that is under way
  bool knows_client_ = false;
  bool ended_ = false;
};

}  // namespace postern::upstream
