// POP3's TRANSACTION and UPDATE states (RFC 1939, sections 5 and 6): an open maildrop, until QUIT.
//
// Everything that can go wrong in a command leaves through its awaits and is told in tell():
// before a reply has begun as -ERR in the words of trouble.cpp, after that by cutting the
// connection, since a client must never take half a mail for a whole one.

#pragma once

#include "proxy/maildrop.hpp"
#include "proxy/pop3_authorization.hpp"
#include "proxy/pop3_talk.hpp"
#include "wire/dot_stream.hpp"

#include <optional>
#include <string>

namespace postern::proxy {

class Pop3Transaction {
 public:
  Pop3Transaction(Session& session, OpenMaildrop&& opened);

  Pop3Transaction(const Pop3Transaction&) = delete;
  Pop3Transaction& operator=(const Pop3Transaction&) = delete;

  // Until QUIT, or until the client is gone.
  net::Task<> run();

 private:
  net::Task<> wait_for_client(net::Time until);
  net::Task<> serve_command(net::Time until);
  net::Task<Next> obey(const wire::pop3::Command& command);
  net::Task<Next> perform(const wire::pop3::Command& command);
  net::Task<Next> tell(const wire::pop3::Command& command, net::Error error);

  net::Task<Next> stat();
  net::Task<Next> list(std::optional<wire::MessageNumber> number);
  net::Task<Next> uidl(std::optional<wire::MessageNumber> number);
  net::Task<Next> retr(wire::MessageNumber number);
  net::Task<Next> top(wire::MessageNumber number, std::uint32_t lines);
  net::Task<Next> dele(wire::MessageNumber number);
  net::Task<Next> rset();
  net::Task<Next> quit();
  net::Task<Next> good(std::string reply);

  net::Task<std::uint64_t> send_stream(upstream::BodyStream& body);
  net::Task<> send_chunk(std::string& answer);
  net::Task<Next> say_unreadable(Message& message, net::Error error);
  void note_readable(Message& message);

  // The message of that number, or nothing after the client was told why not.
  net::Task<Message*> find(wire::MessageNumber number);

  template <class AppendLine>
  net::Task<Next> say_listing(std::string text, AppendLine append_line);

  [[nodiscard]] wire::DotOptions dot_options() const;

  Session& session_;
  Pop3Talk talk_;
  Maildrop& maildrop_;
  OpenMaildrop opened_;
  Next next_ = Next::Go;
  bool has_quit_ = false;     // the commit was tried
  bool reply_begun_ = false;  // what was said cannot be taken back
  bool was_mistake_ = false;  // the present command was none
};

}  // namespace postern::proxy
