// IMAP's not-authenticated state (RFC 3501, sections 3.1 and 6.2; RFC 2971 for ID): until somebody
// is let in, or goes.
//
// Everything that is heard here is understood here; nothing of it reaches an upstream but
// credentials that were parsed and written anew, and what a client said of itself by ID. What comes
// behind a command that logs in stays unread: it is the upstream's business, or, if the login was
// refused, ours again.

#pragma once

#include "proxy/imap_talk.hpp"
#include "proxy/login.hpp"
#include "proxy/occupancy.hpp"
#include "proxy/sasl_dialogue.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::proxy {

// A client's way into its mailbox server, and the right to have it.
struct ImapPassage {
  upstream::Passage passage;
  Seat seat;
};

class ImapAuthorization final : private Opener, private Prompt {
 public:
  explicit ImapAuthorization(Session& session);

  ImapAuthorization(const ImapAuthorization&) = delete;
  ImapAuthorization& operator=(const ImapAuthorization&) = delete;

  net::Task<> greet();

  // Until somebody is logged in and knows it; nothing if the session is over.
  net::Task<std::optional<ImapPassage>> run();

 private:
  net::Task<Next> obey(wire::imap::RequestBody& body);
  net::Task<Next> capability();
  net::Task<Next> start_tls();
  net::Task<Next> id(wire::imap::IdRequest& request);
  net::Task<Next> login(wire::imap::LoginRequest& request);
  net::Task<Next> authenticate(const wire::imap::AuthenticateRequest& request);
  net::Task<Next> logout();
  net::Task<Next> log_in(wire::sasl::Credentials credentials, metrics::Mechanism mechanism);
  net::Task<Next> welcome();
  net::Task<Next> say_refusal(const LoginOutcome& outcome);
  net::Task<Next> done(std::string before = {});

  void believe(const std::vector<wire::imap::IdPair>& pairs);

  net::Task<LoginEnd> open(LoginTarget target) override;
  net::Task<> join(const LoginTarget& target);
  [[nodiscard]] bool follows(const net::Error& error, LoginTarget& target);
  net::Task<std::optional<std::string_view>> ask(std::string base64) override;

  Session& session_;
  ImapTalk talk_;
  Login login_;
  std::string tag_;  // of the command under way
  std::vector<wire::imap::IdPair> id_;
  std::optional<upstream::Joined> joined_;
  Seat seat_;
  bool asked_capabilities_ = false;
};

}  // namespace postern::proxy
