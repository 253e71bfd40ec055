// One connection to an IMAP server, and the conversation on it.
//
// Commands are said now and concluded later: begin() gives a tag, send() writes one command or
// several in one go, conclude() waits for the tagged answer to one of them. Answers are credited by
// tag, in whatever order they come; untagged data goes to an Ear, which knows what it asked for.
// The text of a mail is never held: when a FETCH announces one, until_body() hands over and the
// octets are taken as they come.
//
// The server is not trusted (RFC 3501 is what it should do): a line, a literal, the number and the
// octets of what it says in answer to one command are bounded, and what answers nothing ends the
// link. After any error a link is unfit for further use: see usable().

#pragma once

#include "conf/settings.hpp"
#include "metrics/recorder.hpp"
#include "metrics/session_log.hpp"
#include "net/operation.hpp"
#include "net/stream.hpp"
#include "net/task.hpp"
#include "upstream/imap_answer.hpp"
#include "upstream/passage.hpp"
#include "upstream/profile.hpp"
#include "wire/imap_capability.hpp"
#include "wire/imap_login.hpp"
#include "wire/imap_response.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::upstream {

// Whoever wants the untagged data of a command.
class Ear {
 public:
  virtual void hear(const wire::imap::Response& response) = 0;

 protected:
  ~Ear() = default;
};

// What a server said during a login that its user is to hear.
struct Keepsake {
  static constexpr std::size_t kAlertsMax = 8;

  struct Alert {
    wire::imap::Condition condition;  // Ok or No
    std::string text;                 // printable
  };

  std::string capabilities;  // their names, as the server wrote them; empty if it told none
  std::vector<Alert> alerts;
};

// Bounds on what a server may say.
struct LinkLimits {
  static constexpr std::size_t kLineOctets = std::size_t{64} << 10U;
  static constexpr std::size_t kLiteralOctets = std::size_t{64} << 10U;  // of one that is kept
  static constexpr unsigned kLiterals = 100;                             // in one response
  static constexpr std::uint64_t kMessages = 1'000'000;                  // that we reckon with
  static constexpr std::uint64_t kResponses = 10'000;                    // for one command, and
  static constexpr std::uint64_t kResponsesPerMessage = 4;
  static constexpr std::uint64_t kOctets = std::uint64_t{1} << 20U;  // outside bodies, likewise
  static constexpr std::uint64_t kOctetsPerMessage = 512;
  static constexpr std::uint64_t kUnaskedBodyOctets = std::uint64_t{1} << 20U;
};

class ImapLink {
 public:
  ImapLink(net::Stream stream, const LinkContext& context, std::uint32_t randomness);

  // Logs out, without waiting for the answer, if the link is still fit for it.
  ~ImapLink();

  ImapLink(const ImapLink&) = delete;
  ImapLink& operator=(const ImapLink&) = delete;

  // ---- speaking
  // The tag for a new command, whose answer is expected from now on.
  [[nodiscard]] std::string begin(metrics::UpstreamCommand kind);

  // The same for a command whose answer nobody waits for yet. Until claim() it leaves the link
  // usable, and how long its answer takes is not measured.
  [[nodiscard]] std::string begin_ahead(metrics::UpstreamCommand kind);
  void claim(std::string_view tag);

  // Whether its answer is there, and then forget() may drop it instead of conclude().
  [[nodiscard]] bool is_answered(std::string_view tag) const;
  void forget(std::string_view tag);

  // Writes one command or several, with their line ends.
  [[nodiscard]] net::Write send(std::string_view commands, net::Wait wait);

  // The same for a part of a login, with commands before and behind it; the trace does not show it.
  [[nodiscard]] net::Write send_login(std::string_view before,
                                      std::string_view login,
                                      std::string_view behind,
                                      net::Wait wait);

  // Whether any part of a login has been said.
  [[nodiscard]] bool has_shown_login() const { return shown_login_; }

  // ---- listening
  // The tagged answer to a command. Fails if the link ends, or breaks a rule, before.
  net::Task<ImapAnswer> conclude(std::string_view tag, Ear* ear, net::Wait wait);

  // For commands that go on after "+": the text behind it, or the answer if that came instead.
  struct Continued {
    std::optional<std::string> challenge;
    ImapAnswer answer;
  };

  net::Task<Continued> until_continuation(std::string_view tag, net::Wait wait);

  // The first response of the connection, which may be BYE or PREAUTH.
  net::Task<ImapAnswer> greeting(net::Wait wait);

  // Waits until a FETCH announces the octets of a body; answers false if the command was concluded
  // before, then conclude() has its answer.
  net::Task<bool> until_body(std::string_view tag, Ear* ear, net::Wait wait);

  // Of the body that has been announced.
  [[nodiscard]] const wire::imap::Fetch& body_head() const { return body_->fetch; }

  [[nodiscard]] std::uint64_t body_octets_left() const { return body_->left; }

  // Some of its octets, at least one; the view is good until the next wait on the link.
  [[nodiscard]] net::ReadSome body_octets(net::Wait wait);

  // Notes that so many of them were taken.
  void body_taken(std::size_t octets) { body_->left -= octets; }

  // What the response says behind the octets: the UID may come only now.
  net::Task<std::optional<wire::Uid>> end_of_body(net::Wait wait);

  // ---- what is known
  [[nodiscard]] wire::imap::Capabilities capabilities() const { return capabilities_; }

  // What was known of capabilities no longer counts, until the server tells anew.
  void forget_capabilities();

  // From now on what the server says to its user is kept; once, until taken.
  void keep_for_client();
  [[nodiscard]] Keepsake take_keepsake();

  [[nodiscard]] bool keeps_for_client() const { return keepsake_ != nullptr; }

  // The connection, with what has come on it and was not read; no command may be under way. The
  // link is of no use afterwards.
  [[nodiscard]] Passage give_away();

  // The server has told its capabilities on this connection, and nothing has voided them since.
  [[nodiscard]] bool has_capabilities() const { return !capabilities_.empty(); }

  // Takes over what an earlier connection was told.
  void assume_capabilities(wire::imap::Capabilities capabilities) { capabilities_ = capabilities; }

  // The UIDVALIDITY that the server told last; 0 if none, or none that is one.
  [[nodiscard]] std::uint64_t told_validity() const { return told_validity_; }

  // A mailbox is open: from now on another UIDVALIDITY ends the link with Kind::Changed, in the
  // middle of whatever is under way, since the UIDs of what would follow mean other messages.
  void hold_numbering(wire::UidValidity validity) { numbering_ = validity; }

  // A mailbox is about to be opened, and may tell whatever it likes.
  void let_numbering_change() { numbering_.reset(); }

  // True while nobody waits for the answer to a command and nothing went wrong.
  [[nodiscard]] bool usable() const;

  // Nothing is on its way either, for which nobody waits.
  [[nodiscard]] bool is_idle() const { return usable() && sent_.empty(); }

  // Something went wrong: no command may follow.
  [[nodiscard]] bool has_failed() const { return ended_; }

  // Notes that its octets did not come as they should: no command may follow.
  void give_up(net::Kind why);

  // Why the server hung up, if it said so.
  [[nodiscard]] const ImapAnswer* bye() const { return bye_.get(); }

  [[nodiscard]] Family family() const { return family_; }

  void set_family(Family family) { family_ = family; }

  [[nodiscard]] net::Stream& stream() { return passage_.stream(); }

  [[nodiscard]] const conf::Upstream& settings() const { return context_.settings; }

  [[nodiscard]] const LinkContext& context() const { return context_; }

  [[nodiscard]] net::Loop& loop() const { return context_.loop; }

  // How long a command that does a bounded amount of work may take.
  [[nodiscard]] net::Deadline command_deadline() const;

  // Gives back memory held for what was read. To be called when the link is going to be idle.
  void settle();

  // The session that it was made for ends, and the link stays for another.
  void rest();

  // It is of use again, for a session with that log.
  void serve(metrics::SessionLog& log) { log_ = &log; }

 private:
  struct Command {
    std::string tag;
    metrics::UpstreamCommand kind;
    net::Time sent_at;
    std::optional<ImapAnswer> answer;
    bool is_ahead = false;
  };

  // A response that carries a body, while its octets come.
  struct IncomingBody {
    std::string text;         // up to the octets
    wire::imap::Fetch fetch;  // its views are into `text`
    std::uint64_t left;
  };

  // What one response turned out to be, for those who wait.
  enum class Heard : unsigned char { Data, Answer, Continuation, Body };

  net::Task<Heard> hear_one(Ear* ear, net::Wait wait);
  net::Task<Heard> hear_with_literals(std::string text, Ear* ear, net::Wait wait);
  net::Task<std::optional<wire::imap::Announcement>> take_literal(std::string& text,
                                                                  unsigned before,
                                                                  wire::imap::Announcement literal,
                                                                  net::Wait wait);
  net::Task<std::optional<wire::Uid>> hear_end_of_body(net::Wait wait);
  net::Task<> skip_body(net::Wait wait);
  net::Task<> hear_until_answer(std::string_view tag, Ear* ear, net::Wait wait);

  net::Result<Heard> understand(std::string_view text, Ear* ear);
  net::Result<Heard> take_status(const wire::imap::Status& status);
  void note_code(const wire::imap::Status& status);
  net::Result<> note_validity(const wire::imap::Status& status);
  net::Result<> count(std::size_t octets);
  [[nodiscard]] net::LineBound line_bound() const;
  [[nodiscard]] Command* find(std::string_view tag);
  [[nodiscard]] const Command* find(std::string_view tag) const;
  ImapAnswer take_answer(std::string_view tag);
  void failed(std::string_view tag, net::Kind kind);

  [[nodiscard]] bool traces() const { return log_ != nullptr && log_->traces(); }

  Passage passage_;
  LinkContext context_;
  metrics::SessionLog* log_;  // of the session that it serves; null while it rests
  wire::imap::Tags tags_;
  std::vector<Command> sent_;  // not yet concluded
  wire::imap::Capabilities capabilities_;
  std::unique_ptr<ImapAnswer> bye_;
  std::unique_ptr<Keepsake> keepsake_;
  std::string challenge_;  // text of the last continuation
  std::unique_ptr<IncomingBody> body_;
  std::uint64_t messages_ = 0;
  std::uint64_t told_validity_ = 0;
  std::optional<wire::UidValidity> numbering_;
  std::uint64_t most_messages_ = 0;  // of messages_ since the newest command was sent
  std::uint64_t responses_ = 0;      // likewise since then
  std::uint64_t octets_ = 0;
  Family family_ = Family::Other;
  bool ended_ = false;
  bool shown_login_ = false;
};

}  // namespace postern::upstream
