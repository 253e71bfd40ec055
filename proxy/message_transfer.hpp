// The octets of a message on their way from a client to a submission server (RFC 5321, section
// 4.1.1.4): behind the go-ahead of both, up to the server's answer to the end.
//
// The server sees an end of data only if the client's was seen, the message is within bounds, and
// nothing in it is to be refused; in every other case its connection is given up, which cancels the
// message there (section 3.8). A message that cannot go on is read to its end all the same, so that
// the client hears why, but not for ever.

#pragma once

#include "net/task.hpp"
#include "proxy/session.hpp"
#include "proxy/spool.hpp"
#include "proxy/trouble.hpp"
#include "upstream/smtp_link.hpp"
#include "wire/mail_header.hpp"
#include "wire/smtp_data.hpp"
#include "wire/smtp_reply.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace postern::proxy {

struct TransferRules {
  std::uint64_t octets_max = 0;
  bool refuses_bare_newlines = false;
  bool bare_end = false;  // LF . LF ends the message as well
  std::string received;   // the field to put in front; empty: none
  Spool* copy = nullptr;  // takes the message as well, without that field; null: nobody does
};

// What became of it: the server's answer, a refusal of ours, or the loss of the server.
using TransferEnd = std::variant<wire::smtp::Reply, SmtpRefusal, net::Error>;

class MessageTransfer {
 public:
  // Received fields beyond which mail is thought to go in circles (RFC 5321, section 6.3).
  static constexpr unsigned kReceivedMax = 100;

  // Of a message that cannot be delivered any more, and for how long they are read.
  static constexpr std::uint64_t kWasteOctetsMax = std::uint64_t{64} << 20U;
  static constexpr net::Duration kWasteTimeMax = std::chrono::minutes(5);

  // The link is gone afterwards, unless the server answered to the end.
  MessageTransfer(Session& session, std::unique_ptr<upstream::SmtpLink>& link, TransferRules rules);

  MessageTransfer(const MessageTransfer&) = delete;
  MessageTransfer& operator=(const MessageTransfer&) = delete;

  // Fails if the client is lost before its end, or goes on for too long with a message that cannot
  // be delivered: Kind::Limit then.
  net::Task<TransferEnd> run();

  // Octets of the message, without those that the relay added.
  [[nodiscard]] std::uint64_t octets() const { return relay_.octets(); }

  // That it can be searched for; empty if it has none.
  [[nodiscard]] const std::string& message_id() const { return header_.message_id(); }

 private:
  [[nodiscard]] net::Wait patience() const;
  net::Task<> pass(std::string_view octets);
  net::Task<> send(std::string_view octets);
  net::Task<> hear_early();
  net::Task<TransferEnd> finish();
  void drop_link(net::Kind why);
  void give_up(TransferEnd end);
  void look_for_trouble();

  Session& session_;
  std::unique_ptr<upstream::SmtpLink>& link_;
  TransferRules rules_;
  wire::smtp::DataRelay relay_;
  wire::MailHeader header_;
  std::optional<TransferEnd> end_;  // known before the client's end
  std::uint64_t wasted_ = 0;        // octets that came after that
  net::Time wasting_until_{};
  bool begun_ = false;  // octets have gone out
};

}  // namespace postern::proxy
