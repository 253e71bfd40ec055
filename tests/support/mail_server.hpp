// A correct IMAP server in memory (RFC 3501 with UIDPLUS, MOVE, ESEARCH, QRESYNC, SASL-IR,
// LITERAL+, ENABLE, ID, NAMESPACE, SPECIAL-USE, UNSELECT): what a gateway needs of one, and no
// more; and less correct where a test wishes so.
//
// It does just what its capabilities say: a command of an extension that is not among them gets
// BAD. All connections work on one MailStore, whose messages other connections, or the test, may
// add and remove meanwhile; that is told when RFC 3501 lets it be told. It shares no code with
// `wire` but base64.

#pragma once

#include "net/loop.hpp"
#include "net/scope.hpp"
#include "net/stream.hpp"
#include "net/tls_context.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/mail_store.hpp"

namespace postern::test {

struct MailServerWishes {
  std::string capabilities =
      "IMAP4rev1 SASL-IR LITERAL+ ID ENABLE UIDPLUS MOVE ESEARCH NAMESPACE SPECIAL-USE "
      "LIST-EXTENDED UNSELECT AUTH=PLAIN AUTH=LOGIN";
  std::string greeting = "ready";                // behind "* OK [CAPABILITY ...] "
  bool tells_capabilities = true;                // in the greeting and in the answer to a login
  std::shared_ptr<const net::TlsContext> tls{};  // for STARTTLS, or from the start if `implicit`
  bool implicit = false;

  // What some servers do otherwise.
  bool tells_uidnext = true;         // when a mailbox is opened
  bool tells_modseq = true;          // likewise, if it has CONDSTORE or QRESYNC
  bool lies_about_vanished = false;  // all that ever were are named, as a Cyrus was seen to do
  bool spans_holes = false;          // ESEARCH answers one range from the first to the last
  std::size_t window = 0;            // shows only so many, the newest; 0: all
  bool refuses_expunge = false;      // says NO, and does nothing
  bool invents_validity = false;     // another at each EXAMINE of a mailbox never SELECTed
  std::function<void()> before_command{};  // is called before each command is carried out
};

class MailSession;

class MailServer {
 public:
  MailServer(net::Loop& loop, MailStore& store, MailServerWishes wishes = {});
  ~MailServer();

  MailServer(const MailServer&) = delete;
  MailServer& operator=(const MailServer&) = delete;

  // Serves a connection: its far end, as a MemoryDialer hands it out.
  void take(net::Stream stream);

  // Every command that was understood, without its tag and its line end: "UID FETCH 1:* (UID)".
  // Of a login only the first word, or two, are kept.
  [[nodiscard]] const std::vector<std::string>& asked() const { return asked_; }

  // Connections so far, and those that are still there.
  [[nodiscard]] std::size_t connections() const { return connections_; }

  [[nodiscard]] std::size_t live() const;

  // Breaks every connection, as a machine that crashes does.
  void crash();

  // Stops serving the newest connection and gives it away, for somebody else to go on with. It must
  // be waiting for a command.
  [[nodiscard]] net::Stream release();

 private:
  friend class MailSession;

  net::Loop& loop_;
  MailStore& store_;
  MailServerWishes wishes_;
  std::vector<std::string> asked_;
  std::size_t connections_ = 0;
  std::list<std::unique_ptr<MailSession>> sessions_;
};

}  // namespace postern::test
