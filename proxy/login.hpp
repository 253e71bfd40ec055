// From what a client said about itself to somebody who lets it in: routes, memory of failures,
// delays. The same for every protocol; what is opened, and in which words a refusal is told, is the
// protocol's business.
//
// A refusal is told some time after the command began, whoever refused and however fast, so that
// neither words nor time tell which users exist. Nothing here says "wrong password" unless the
// upstream did, or had done so a moment ago, or no upstream knows such a user.

#pragma once

#include "metrics/label_values.hpp"
#include "net/digest.hpp"
#include "net/task.hpp"
#include "proxy/session.hpp"
#include "upstream/directory.hpp"
#include "upstream/server.hpp"
#include "wire/sasl.hpp"

#include <optional>
#include <string>
#include <vector>

namespace postern::proxy {

// Whom to open what for.
struct LoginTarget {
  upstream::Destination destination;
  std::string user;                    // as the client named it
  upstream::Server* server = nullptr;  // one of the two
  upstream::Relay* relay = nullptr;    //
  upstream::Account account;
  net::Digest digest{};  // of user and secret, for memory
};

// How it went.
enum class LoginEnd : unsigned char {
  Ok,
  Refused,    // wrong credentials
  Failed,     // anything else that went wrong behind us: see `error`
  Busy,       // too many sessions, or a lock
  Early,      // LOGIN-DELAY
  Throttled,  // too many failures
};

struct LoginOutcome {
  LoginEnd end = LoginEnd::Failed;
  net::Error error{net::Kind::Internal, net::Origin::Here, {}};
  bool last_try = false;  // the connection has used up its tries
};

// What a protocol does once it is known where to go. Answers Ok, Busy or Early, or fails.
class Opener {
 public:
  virtual net::Task<LoginEnd> open(LoginTarget target) = 0;

 protected:
  ~Opener() = default;
};

class Login {
 public:
  // Credentials are judged by where routes of that protocol lead.
  Login(Session& session, conf::Protocol judge) : session_(session), judge_(judge) {}

  Login(const Login&) = delete;
  Login& operator=(const Login&) = delete;

  // One try, complete with its delay. Fails only if the session is over.
  net::Task<LoginOutcome> attempt(wire::sasl::Credentials credentials,
                                  metrics::Mechanism mechanism,
                                  Opener& opener);

  // A try that was no proper one: counted, without a delay.
  void note(metrics::Mechanism mechanism, metrics::AuthResult result);

 private:
  net::Task<LoginOutcome> ask(wire::sasl::Credentials& credentials, Opener& opener);
  net::Task<LoginEnd> open_while_there(LoginTarget target, Opener& opener);
  void remember(std::string_view user, std::string_view login);
  net::Task<> delay(net::Time since, net::Duration how_long);
  void record(metrics::Mechanism mechanism, const LoginOutcome& outcome, net::Time since);

  Session& session_;
  conf::Protocol judge_;
  std::vector<net::Digest> refused_;  // on this connection
  unsigned tries_ = 0;                // that were refused
  net::Duration penalty_{};           // of the try under way
};

}  // namespace postern::proxy
