// What a submission client says outside its transactions: who it is, what it wants to be offered,
// TLS, credentials (RFC 5321 section 4.1; RFC 3207; RFC 4954).
//
// Extensions are offered only if every server that this client may come to is known to have them,
// so that nothing is promised that cannot be kept; what a server says later counts all the same.

#pragma once

#include "proxy/login.hpp"
#include "proxy/sasl_dialogue.hpp"
#include "proxy/smtp_talk.hpp"
#include "proxy/submission.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace postern::proxy {

class SmtpConversation final : private Opener, private Prompt {
 public:
  explicit SmtpConversation(Session& session);

  SmtpConversation(const SmtpConversation&) = delete;
  SmtpConversation& operator=(const SmtpConversation&) = delete;

  // From the greeting to the end of the session.
  net::Task<> run();

 private:
  net::Task<Next> obey(wire::smtp::Command& command);
  net::Task<Next> perform(wire::smtp::Command& command);
  net::Task<Next> greet(std::string_view name, bool extended);
  net::Task<Next> start_tls();
  net::Task<Next> auth(const wire::smtp::Auth& command);
  net::Task<Next> log_in(wire::sasl::Credentials credentials, metrics::Mechanism mechanism);
  net::Task<Next> refuse_login(const LoginOutcome& outcome);
  net::Task<Next> mail(const wire::smtp::Mail& command);
  [[nodiscard]] std::optional<SmtpRefusal> admit_by_address(const wire::smtp::Path& sender);
  net::Task<Next> reset();
  net::Task<Next> quit();
  net::Task<Next> xclient(wire::smtp::Xclient command);
  net::Task<Next> complain(wire::smtp::Fault fault);
  net::Task<Next> abandon();
  net::Task<Next> good(std::string_view reply);

  [[nodiscard]] net::Wait patience() const;
  [[nodiscard]] std::optional<SmtpRefusal> objection_to_auth() const;
  [[nodiscard]] std::optional<Seat> take_seat(std::size_t upstream, const std::string& user) const;
  net::Task<wire::smtp::Offer> learn_offer();
  [[nodiscard]] std::string offered_lines() const;

  net::Task<LoginEnd> open(LoginTarget target) override;
  [[nodiscard]] Home home_of(const LoginTarget& target) const;
  net::Task<LoginEnd> open_here(LoginTarget& target, Submitter submitter);
  net::Task<LoginEnd> open_by_imap(LoginTarget& target, Submitter submitter);
  net::Task<std::optional<std::string_view>> ask(std::string base64) override;

  Session& session_;
  SmtpTalk talk_;
  Login login_;
  Greeted greeted_;
  upstream::AuthAnswer answer_;  // to the login under way
  Submission submission_;
  bool by_address_ = false;  // who sends has not logged in here
};

}  // namespace postern::proxy
