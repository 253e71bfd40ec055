// A mailbox as a POP3 client sees it (RFC 1939, section 5): messages numbered once and for the
// whole session, their sizes, their unique-ids, what was marked; and the commit at QUIT.
//
// Message i is the i-th UID of the mailbox at the time of login, unless the operator wants those
// that were imported to be numbered as the old server did. Numbers, sizes and totals never move,
// whatever happens to the mailbox meanwhile; upstream messages are named by UID only. The link may
// be lost and made again (at most a few times, and never across a change of UIDVALIDITY) while no
// answer is under way. Nothing is flagged or removed before commit(), and nothing ever that neither
// this session deleted nor an earlier one, which could only flag it.

#pragma once

#include "conf/settings.hpp"
#include "net/task.hpp"
#include "proxy/index_store.hpp"
#include "proxy/prefetch.hpp"
#include "proxy/session.hpp"
#include "proxy/uidl_store.hpp"
#include "proxy/view.hpp"
#include "upstream/imap_fetch.hpp"
#include "upstream/imap_update.hpp"
#include "upstream/server.hpp"
#include "wire/numbers.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace postern::proxy {

// Sixteen octets, of which a maildrop may have a million.
struct Message {
  wire::Uid uid;
  std::uint32_t received = 0;   // as in upstream::ListedMessage
  std::uint64_t size : 48;      // as it is listed, whatever came
  bool exact : 1 = false;       // so many octets went out at some time
  bool deleted : 1 = false;     // DELE
  bool retrieved : 1 = false;   // went out whole
  bool vanished : 1 = false;    // the upstream has it no more
  bool damaged : 1 = false;     // its last RETR failed: it must not be deleted for having been got
  bool top_failed : 1 = false;  // the same of its last TOP, with which some clients download
  bool asked_in_vain : 1 = false;  // RETR was told that it is not to be had
};

static_assert(sizeof(Message) == 16);

// Where a maildrop comes from: all that is needed to open it, now and again.
struct MaildropSource {
  upstream::Server* server = nullptr;
  upstream::Account account;
  std::string mailbox;  // modified UTF-7
  const conf::Pop3* policy = nullptr;
  bool recent = false;  // only what arrived lately shows
};

// One mail on its way to the client: small ones whole, others as they come.
struct Mail {
  std::string whole;                           // unless `stream`
  std::optional<upstream::BodyStream> stream;  // what is too large to be kept
  std::uint64_t octets = 0;                    // of the mail, as the upstream announced it
  bool has_more = false;                       // `whole` is only its beginning
};

// What QUIT did.
struct Commit {
  std::size_t asked = 0;  // messages that were to go
  std::size_t left = 0;   // and are still there
  bool read_only = false;
};

// What the index said, and what there is to tell it.
struct Standing {
  std::unique_ptr<IndexedMailbox> indexed{};        // until the messages are numbered
  std::unique_ptr<IndexedMailbox> before{};         // numbered otherwise, if that is not the same
  upstream::KnownMailbox mailbox{};                 // from then on, without them
  std::vector<upstream::ListedMessage> measured{};  // other sizes than were listed; ascending
  std::vector<wire::Uid> removed{};                 // by the commit; ascending
  std::vector<wire::Uid> flagged{};                 // by the commit, which had to leave them
  bool others_in_the_way = false;                   // who have flagged what EXPUNGE would take
  bool restored = false;                            // somebody took \Deleted off one of ours
  bool committed = false;                           // something was changed in the mailbox
  bool audited = false;
  bool is_behind = false;  // another server knows more: nothing is told
};

class Maildrop {
 public:
  // Logs in and opens the mailbox; the list may still be on its way. Fails with Kind::Refused for
  // wrong credentials.
  static net::Task<std::unique_ptr<Maildrop>> open(Session& session, MaildropSource source);

  // The maildrop as the last session left it in the index, without asking anybody; a link is made
  // when something needs it, and then the UIDVALIDITY must be the one of the index. Answers null if
  // the index does not do for that; the source is as it was then.
  static net::Task<std::unique_ptr<Maildrop>> recall(Session& session, MaildropSource& source);

  // Leaves in the index what the session has learned.
  ~Maildrop();

  Maildrop(const Maildrop&) = delete;
  Maildrop& operator=(const Maildrop&) = delete;

  // Makes sure that the list is there. Everything below needs it.
  net::Task<> load();

  // Messages, deleted ones included.
  [[nodiscard]] std::size_t count() const { return messages_.size(); }

  // Not deleted, and their octets.
  [[nodiscard]] std::size_t present() const { return messages_.size() - deleted_; }

  [[nodiscard]] std::uint64_t octets() const { return octets_; }

  // Null if there is no such number.
  [[nodiscard]] Message* find(wire::MessageNumber number);

  [[nodiscard]] const std::vector<Message>& messages() const { return messages_; }

  [[nodiscard]] std::string uidl_of(const Message& message) const;

  [[nodiscard]] bool is_read_only() const { return mailbox_.read_only || !mailbox_.may_delete; }

  // Whether DELE is for this session.
  [[nodiscard]] bool may_delete() const { return !is_read_only() && view_may_delete(); }

  void mark_deleted(Message& message);

  // It went out whole, with so many octets.
  void mark_retrieved(Message& message, std::uint64_t octets);
  void unmark_deletions();

  // The whole mail. Until mark_retrieved() the message counts as damaged. Fails with Kind::Gone if
  // it is not there any more.
  net::Task<Mail> fetch(Message& message);

  // The mail's beginning, with at least header and so many lines if it has them: for TOP.
  net::Task<Mail> fetch_top(Message& message, std::uint32_t lines);

  // More of a mail of which fetch_top() gave the beginning, from that octet on; shorter than asked
  // for at its end.
  net::Task<std::string> fetch_more(const Message& message,
                                    std::uint64_t origin,
                                    std::uint64_t octets);

  // The UPDATE state: removes what was deleted, flags what was retrieved. Fails only if the outcome
  // could not be learned.
  net::Task<Commit> commit();

  // Only flags what was retrieved, for sessions that end without QUIT.
  net::Task<> commit_seen();

  // The link is there, as far as is known.
  [[nodiscard]] bool is_linked() const { return !is_lost(); }

  // Keeps an idle link alive; what goes wrong shows when the link is needed.
  net::Task<> keep_alive();

  // The session ends in order: somebody else may have the link.
  void leave();

  // Mail lies ready, or is on its way, for which the client has not asked.
  [[nodiscard]] bool is_ahead() const;

  // The client does not come for it: it is read away.
  net::Task<> forget_ahead();

  // How to ask for a message, or for its top with so many lines.
  [[nodiscard]] static upstream::BodyRequest request_for(const Message& message,
                                                         std::optional<std::uint32_t> lines,
                                                         const upstream::FamilyTraits& traits);

  // Now and then, when the client is gone: whether an old message has come back to the mailbox,
  // which counting would not notice.
  net::Task<> audit();

  // Gives back what an idle link need not hold.
  void settle();

  // What the maildrop is known by: its views are good as long as it lives.
  [[nodiscard]] MailboxKey key() const;

  [[nodiscard]] const conf::Pop3& policy() const { return *source_.policy; }

  [[nodiscard]] const conf::Upstream& upstream() const { return source_.server->settings(); }

 private:
  Maildrop(Session& session, MaildropSource source)
      : session_(session), source_(std::move(source)) {}

  net::Task<> open_first();
  net::Task<> enter(wire::imap::OpenFor purpose, bool with_list);
  net::Task<> reopen_for_changing();
  net::Task<upstream::ImapLink*> link();
  net::Task<upstream::BodyQueue*> bodies();
  net::Task<> reconnect();
  net::Task<> confirm_numbering();
  net::Task<> number_messages();
  net::Task<> find_uidls();
  net::Task<> name_messages(const upstream::Listing& listing);
  void take_in(upstream::Listing listing);
  net::Task<View> choose_view(std::span<const upstream::ListedMessage> messages);
  net::Task<> make_messages(const wire::UidSet& flagged);
  [[nodiscard]] bool has_tombstones() const;
  void look_at_flags(const wire::UidSet& flagged);
  void order_as_imported();
  net::Task<bool> recall_messages();

  [[nodiscard]] bool view_may_delete() const { return !source_.recent || policy().recent_delete; }

  net::Task<> find_interrupted();
  void keep_unfinished();
  void forget_before();
  void note_measured(const Message& message, std::uint64_t octets);
  void note_removed(const upstream::Update& update, const upstream::Updated& updated);
  [[nodiscard]] upstream::KnownMailbox gather_known() const;
  [[nodiscard]] bool is_audit_due() const;
  void distrust();
  void note_distrusted();

  upstream::BodyRequest turn_to(const Message& message, std::optional<std::uint32_t> lines);
  void keep_for_retr(const upstream::BodyRequest& request, const Mail& mail);
  net::Task<upstream::BodyStream> open_body(upstream::BodyRequest request);
  net::Task<Mail> read(Message& message);
  net::Task<Mail> read_once(Message& message);
  net::Task<std::string> read_whole(upstream::BodyRequest request);
  net::Task<> verify_still_there(Message& message);
  [[nodiscard]] bool is_lost() const;

  net::Task<Commit> commit_once(upstream::Update update, net::Deadline deadline);
  [[nodiscard]] upstream::Update gather() const;
  [[nodiscard]] std::vector<wire::Uid> all_uids() const;
  [[nodiscard]] bool hides_deleted(wire::imap::Capabilities can) const;
  [[nodiscard]] bool must_hide_deleted() const;
  void count_failed(const Commit& commit, metrics::DeleteFailure failure, std::string_view why);

  Session& session_;
  MaildropSource source_;
  upstream::Entrance entrance_;
  upstream::OpenedMailbox mailbox_;
  std::vector<Message> messages_;
  std::vector<upstream::ListedMessage> hidden_;  // in the mailbox, not in the maildrop; ascending
  Standing standing_;
  std::unique_ptr<StoredUidls> stored_;  // until the messages are named; null if there are none
  std::vector<StoredUidl> names_;        // UIDLs that the format does not give; ascending
  std::unique_ptr<Prefetch> prefetch_;   // once a mail was wanted
  net::Time opened_at_{};
  std::uint64_t octets_ = 0;
  std::size_t deleted_ = 0;
  std::uint32_t reconnects_ = 0;
  bool loaded_ = false;
};

}  // namespace postern::proxy
