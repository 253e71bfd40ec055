// From a connected stream to an SMTP link on which mail may be sent: greeting, EHLO, STARTTLS, who
// the client is, login (RFC 5321, 3207, 4954; XCLIENT as Postfix has it).
//
// No credential leaves before TLS is up where TLS is configured, and what was said in clear counts
// for nothing afterwards. XCLIENT comes once, before AUTH; with it the server begins anew.

#pragma once

#include "upstream/caller.hpp"
#include "upstream/smtp_link.hpp"
#include "wire/smtp_reply.hpp"

#include <string>
#include <string_view>

namespace postern::upstream {

// How a client stands with the server behind us.
enum class Standing : unsigned char {
  Own,      // it proves itself there, with credentials of its own
  Trusted,  // we vouch for it: by XCLIENT, and by an account of the gateway's if there is one
};

// What AUTH was answered with, for whoever passes that on.
struct AuthAnswer {
  wire::smtp::Reply reply{};  // code 0: AUTH was not said, or not answered
  std::string challenge{};    // of a token that was refused, in base64
};

// Who wants to send, and where that is told.
struct Sending {
  const Account* account = nullptr;  // null if nobody logged in; Trusted needs no secret in it
  const ClientFacts& facts;
  std::string_view helo;  // the name that the client gave itself; empty if it gave none
  Standing standing = Standing::Own;
  metrics::SessionLog& log;
  AuthAnswer* answer = nullptr;  // if the caller wants it
};

// Reads the greeting; answers its words. Fails with Kind::Unavailable if the server will not talk.
net::Task<std::string> greet(SmtpLink& link);

// EHLO, as `own_name`; afterwards the link has the server's offer.
net::Task<> say_hello(SmtpLink& link, std::string_view own_name);

// EHLO and STARTTLS, up to the handshake. Answers false, and STARTTLS was not said, if the server
// does not offer it and the settings say opportunistic. After true the link has no offer.
net::Task<bool> ask_for_tls(SmtpLink& link, std::string_view own_name);

// XCLIENT and EHLO anew, if the server offers it and the client's standing or the settings want it.
// Fails with Kind::Denied if the server does not trust us after all: that is our configuration.
net::Task<> introduce(SmtpLink& link, const Sending& sending, std::string_view own_name);

// AUTH: with the client's credentials, or with the gateway's account if there is one and we vouch
// for the client. Fails with Kind::Refused for wrong credentials of the client's only; `code` is
// that of the reply then, and `said` its words, or a refused token's challenge in base64. What is
// wrong with the gateway's own account is Kind::Denied.
net::Task<> log_in(SmtpLink& link, const Sending& sending);

}  // namespace postern::upstream
