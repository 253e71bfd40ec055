// Copies of what was sent, for the sender's own mailbox of sent mail: what a mail program that
// speaks POP3 cannot put there itself.
//
// A copy begins when the submission server has taken the message and the client has been told. It
// goes its way behind everybody's back: nothing that becomes of it reaches a client. It is made at
// most once. Before each try the mailbox is searched for the message by its Message-ID, so neither
// a try of unknown outcome nor a client that saves its mail itself makes a second one; what has no
// Message-ID is tried once.
//
// Each worker has one of these. Copies outlive their sessions, hold the sender's password as long
// as they last, and end with the worker.

#pragma once

#include "metrics/label_values.hpp"
#include "metrics/log.hpp"
#include "metrics/recorder.hpp"
#include "metrics/session_log.hpp"
#include "net/loop.hpp"
#include "net/scope.hpp"
#include "net/slots.hpp"
#include "net/task.hpp"
#include "proxy/spool.hpp"
#include "upstream/caller.hpp"
#include "upstream/server.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace postern::proxy {

struct Snapshot;

// One message that was sent, and whose mailbox it belongs into.
struct SentMessage {
  std::shared_ptr<const Snapshot> snapshot;  // keeps the server
  upstream::Server* server = nullptr;
  upstream::Account account;
  upstream::ClientFacts facts;
  metrics::SessionLog::Start session;  // that sent it
  std::string user;                    // as the client named itself
  std::string message_id;              // empty: it has none that can be searched for
  std::int64_t unix_time = 0;          // when it was taken
  std::unique_ptr<Spool> octets;
};

class SentCopies {
 public:
  static constexpr std::size_t kLinksMax = 16;      // copies under way at a time
  static constexpr std::size_t kWaitingMax = 1000;  // and those that wait for their turn
  static constexpr unsigned kTries = 3;

  // `share` is how many workers there are: the spool is divided among them.
  SentCopies(net::Loop& loop, metrics::Recorder& recorder, metrics::Log& log, unsigned share);

  SentCopies(const SentCopies&) = delete;
  SentCopies& operator=(const SentCopies&) = delete;

  // For a message that is about to come.
  [[nodiscard]] std::unique_ptr<Spool> spool(const conf::Settings& settings);

  // Makes the copy, some time.
  void make(SentMessage message);

  // The owner of copies under way: to drain it, to cancel it, to see how many there are.
  [[nodiscard]] net::Scope& scope() { return scope_; }

 private:
  // How it ended, and why.
  struct End {
    metrics::CopyResult result;
    std::string detail;
  };

  net::Task<> put_away(SentMessage message);
  net::Task<End> try_until_done(SentMessage& message, metrics::SessionLog& log);
  net::Task<metrics::CopyResult> try_once(SentMessage& message,
                                          metrics::SessionLog& log,
                                          bool& unknown);
  net::Task<bool> is_there(upstream::ImapLink& link,
                           const std::string& mailbox,
                           const SentMessage& message);
  void tell(const SentMessage& message, metrics::SessionLog& log, const End& end);

  net::Loop& loop_;
  metrics::Recorder& recorder_;
  metrics::Log& log_;
  std::uint64_t share_;
  SpoolRoom room_;
  net::Slots links_;
  net::Scope scope_;
};

// Where spools lie: beside the state, or where temporary files do if that is kept in memory.
[[nodiscard]] std::filesystem::path spool_folder(const conf::Settings& settings);

}  // namespace postern::proxy
