// One connection to a MailServer.

#pragma once

#include "net/scope.hpp"
#include "net/stream.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/mail_command.hpp"
#include "tests/support/mail_server.hpp"

namespace postern::test {

class MailSession {
 public:
  MailSession(MailServer& server, net::Stream stream);

  MailSession(const MailSession&) = delete;
  MailSession& operator=(const MailSession&) = delete;
  ~MailSession();

  [[nodiscard]] bool is_over() const { return is_over_; }

  // Ends with a broken connection.
  void crash();

  // Ends the conversation here, but not the connection.
  [[nodiscard]] net::Stream release();

 private:
  net::Task<> converse();
  net::Task<std::optional<std::string>> read_command();
  net::Task<std::string> read_answer();  // to a continuation
  net::Task<> say(std::string text);
  net::Task<> perform(const MailCommand& command);
  net::Task<> authenticate(const MailCommand& command);
  net::Task<> authenticate_plain(const MailCommand& command, std::optional<std::string> first);
  net::Task<> authenticate_login(const MailCommand& command, std::optional<std::string> first);
  net::Task<> authenticate_token(const MailCommand& command, std::optional<std::string> first);
  net::Task<> start_tls(const MailCommand& command);

  // What one command says, without the tagged answer; false: it is not known here.
  bool perform_any(const MailCommand& command);
  bool perform_selected(const MailCommand& command);
  void log_in(const MailCommand& command, const std::string& user, std::string_view password);
  void open(const MailCommand& command);
  void tell_vanished(const StoredMailbox& box, const MailWord& known);
  void list(const MailCommand& command);
  void create(const MailCommand& command);
  void fetch(const MailCommand& command, bool by_uid);
  void store(const MailCommand& command, bool by_uid);
  void search(const MailCommand& command, bool by_uid);
  void transfer(const MailCommand& command, bool moves);
  void expunge(const NumberRanges* uids);

  [[nodiscard]] std::vector<StoredMail*> chosen(std::string_view set, bool by_uid);
  [[nodiscard]] std::size_t sequence_of(std::uint32_t uid) const;  // from 1; 0: not in view

  // Tells what changed in the mailbox; expunges only where RFC 3501, 7.4.1 allows them.
  void tell_news(bool may_expunge);

  void ok(const MailCommand& command, std::string_view text);
  void no(const MailCommand& command, std::string_view text);
  void bad(const MailCommand& command, std::string_view text);

  [[nodiscard]] bool has(std::string_view capability) const;
  [[nodiscard]] std::string capabilities() const;
  [[nodiscard]] StoredMailbox* mailbox(const std::string& name);

  MailServer& server_;
  net::Stream stream_;
  std::string out_;
  std::string user_;      // logged in
  std::string selected_;  // name of the mailbox that is open
  bool read_only_ = false;
  bool resyncs_ = false;  // ENABLE QRESYNC was said
  bool is_over_ = false;
  std::vector<std::uint32_t> view_;  // UIDs, as this client was told of them
  net::Scope scope_;
};

// The items of FETCH for one message, "UID 11 RFC822.SIZE 30", as a MailSession says them. Nothing
// for an item that is not known.
[[nodiscard]] std::optional<std::string> fetch_items(const MailWord& items, const StoredMail& mail);

}  // namespace postern::test
