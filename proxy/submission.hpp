// The mail transactions of one client, each carried out at the submission server while the client
// waits (RFC 5321, section 3.3): nothing is queued here, and what the client hears of a message is
// what the server said.
//
// A connection that was lost between two transactions is replaced, unseen, when the next begins;
// one that is lost in the middle has lost the transaction, and the client is told so until it
// begins anew.

#pragma once

#include "net/task.hpp"
#include "proxy/message_transfer.hpp"
#include "proxy/occupancy.hpp"
#include "proxy/session.hpp"
#include "proxy/smtp_talk.hpp"
#include "upstream/relay.hpp"
#include "upstream/server.hpp"
#include "upstream/smtp_link.hpp"
#include "wire/smtp.hpp"
#include "wire/smtp_extension.hpp"
#include "wire/smtp_reply.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace postern::proxy {

// Where the sender's own mailboxes are, for copies of what was sent.
struct Home {
  upstream::Server* server = nullptr;  // null: no copies are wanted, or there is no such place
  upstream::Account account;
};

// Who sends, and by which server.
struct Submitter {
  std::string user;  // as the client named itself
  upstream::Relay* relay = nullptr;
  upstream::Account account;
  upstream::Standing standing = upstream::Standing::Own;
  bool may_reconnect = true;  // the credentials are still good for another login
  Home home;
  Seat seat;
};

// What the client was offered, and how it greeted: it may rely on the one, the server hears of the
// other.
struct Greeted {
  wire::smtp::Offer offer;
  std::string helo;
  bool extended = false;  // by EHLO

  [[nodiscard]] bool is_there() const { return !helo.empty(); }
};

class Submission {
 public:
  Submission(Session& session, SmtpTalk& talk, const Greeted& greeted)
      : session_(session), talk_(talk), greeted_(greeted) {}

  Submission(const Submission&) = delete;
  Submission& operator=(const Submission&) = delete;

  // Somebody may send from now on. The link may be null: there is one when mail begins.
  void admit(Submitter submitter, std::unique_ptr<upstream::SmtpLink> link);

  [[nodiscard]] bool is_admitted() const { return submitter_.has_value(); }

  // Who it is, as the client named itself; for whoever is admitted.
  [[nodiscard]] const std::string& user() const { return submitter_->user; }

  // A transaction is under way, or was and is lost.
  [[nodiscard]] bool is_open() const { return state_ != State::None; }

  // ---- commands
  net::Task<Next> mail(const wire::smtp::Mail& command);
  net::Task<Next> rcpt(const wire::smtp::Rcpt& command);
  net::Task<Next> data();

  // Ends the transaction, if there is one. Says nothing.
  net::Task<> forget();

  // The largest message for a server that makes this offer.
  [[nodiscard]] std::uint64_t octets_max(const wire::smtp::Offer& offer) const;

 private:
  enum class State : unsigned char { None, Open, Lost };

  [[nodiscard]] std::optional<SmtpRefusal> objection(const wire::smtp::Mail& command) const;
  [[nodiscard]] std::string compose(const wire::smtp::Mail& command) const;
  [[nodiscard]] bool is_own(const wire::smtp::Path& sender) const;
  net::Task<wire::smtp::Reply> begin(const wire::smtp::Mail& command);
  net::Task<> connect();
  net::Task<wire::smtp::Reply> ask(std::string_view command, net::Duration patience);
  net::Task<Next> transfer();
  void make_copy(std::unique_ptr<Spool> spool, const std::string& message_id);
  net::Task<Next> tell_end(const TransferEnd& end);
  net::Task<Next> tell_loss(const net::Error& error);
  net::Task<Next> refuse_early_data();
  [[nodiscard]] std::string received_field() const;
  void count_recipient(const wire::smtp::Reply& reply);
  void count_message(metrics::MessageResult result);

  Session& session_;
  SmtpTalk& talk_;
  const Greeted& greeted_;
  std::optional<Submitter> submitter_;
  std::unique_ptr<upstream::SmtpLink> link_;
  State state_ = State::None;
  bool utf8_ = false;  // the transaction has SMTPUTF8
  std::uint32_t recipients_ = 0;
  std::uint32_t accepted_ = 0;
};

}  // namespace postern::proxy
