// POP3's AUTHORIZATION state (RFC 1939, section 4; RFC 2595 for STLS, RFC 5034 for AUTH): until
// somebody is let in, or goes.
//
// Nothing that was said before TLS counts after it, and octets that came in clear behind STLS end
// the connection. Credentials are wiped from memory as soon as they have been understood.

#pragma once

#include "proxy/login.hpp"
#include "proxy/maildrop.hpp"
#include "proxy/occupancy.hpp"
#include "proxy/pop3_talk.hpp"
#include "proxy/sasl_dialogue.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace postern::proxy {

// A maildrop that is open, and the right to have it open.
struct OpenMaildrop {
  std::unique_ptr<Maildrop> maildrop;
  Seat seat;
};

class Pop3Authorization final : private Opener, private Prompt {
 public:
  explicit Pop3Authorization(Session& session);

  Pop3Authorization(const Pop3Authorization&) = delete;
  Pop3Authorization& operator=(const Pop3Authorization&) = delete;

  // Until somebody is logged in; without a maildrop if the session is over.
  net::Task<OpenMaildrop> run();

 private:
  net::Task<Next> obey(const wire::pop3::Command& command);
  net::Task<Next> stls();
  net::Task<Next> user(std::string_view name);
  net::Task<Next> pass(std::string_view password);
  net::Task<Next> list_mechanisms();
  net::Task<Next> auth(wire::pop3::Auth request);
  net::Task<Next> converse(wire::sasl::Mechanism mechanism,
                           std::optional<std::string_view> initial_response);
  net::Task<Next> log_in(wire::sasl::Credentials credentials, metrics::Mechanism mechanism);
  net::Task<Next> say_refusal(const LoginOutcome& outcome);
  net::Task<Next> xclient(wire::pop3::Xclient request);
  net::Task<Next> quit();
  net::Task<Next> good(std::string reply);
  net::Task<Next> not_now();

  net::Task<LoginEnd> open(LoginTarget target) override;
  net::Task<std::optional<std::string_view>> ask(std::string base64) override;
  net::Task<std::unique_ptr<Maildrop>> open_or_recall(MaildropSource source, net::Digest login);
  [[nodiscard]] std::optional<std::string> take_mailbox(LoginTarget& target,
                                                        const conf::Pop3& policy) const;

  Session& session_;
  Pop3Talk talk_;
  Login login_;
  OpenMaildrop opened_;
  std::string user_;  // from USER
  bool utf8_ = false;
};

}  // namespace postern::proxy
