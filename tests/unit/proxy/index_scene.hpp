// Mailboxes to remember, and a store to do it, for the tests of the index.

#pragma once

#include "net/loop.hpp"
#include "proxy/index_sqlite.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "tests/unit/proxy/run_task.hpp"

namespace postern::proxy {

// What is compared: everything that is remembered.
inline bool same(const IndexedMailbox& one, const IndexedMailbox& other) {
  const auto& a = one.known;
  const auto& b = other.known;
  const auto same_message = [](const upstream::ListedMessage& x, const upstream::ListedMessage& y) {
    return x.uid == y.uid && x.received == y.received && x.size == y.size && x.exact == y.exact &&
           x.tombstone == y.tombstone;
  };
  return one.committed == other.committed && one.interrupted == other.interrupted &&
         a.uid_validity == b.uid_validity && a.uid_next == b.uid_next && a.modseq == b.modseq &&
         a.listed_at == b.listed_at && a.complete == b.complete &&
         a.counting_trusted == b.counting_trusted && a.messages.size() == b.messages.size() &&
         std::equal(a.messages.begin(), a.messages.end(), b.messages.begin(), same_message);
}

inline std::optional<IndexedMailbox> nothing() {
  return std::nullopt;
}

// The same mailbox for the same number, which stands in it as its modseq.
inline IndexedMailbox numbered_mailbox(std::uint64_t number, std::size_t messages_max = 2000) {
  std::mt19937_64 random(number * 7919 + 1);
  IndexedMailbox mailbox;
  mailbox.known.uid_validity = wire::UidValidity{static_cast<std::uint32_t>(random() | 1U)};
  mailbox.known.modseq = number;
  mailbox.known.listed_at = static_cast<std::int64_t>(random() % 4'000'000'000) - 2'000'000'000;
  mailbox.known.complete = random() % 2 == 0;
  mailbox.known.counting_trusted = random() % 2 == 0;
  mailbox.committed = random() % 2 == 0;
  mailbox.interrupted = random() % 2 == 0;
  const std::size_t count = random() % (messages_max + 1);
  const std::uint64_t step_max = random() % 3 == 0 ? 1000 : 2;
  std::uint64_t uid = 0;
  std::vector<upstream::ListedMessage> messages;
  for (std::size_t i = 0; i < count; ++i) {
    uid += 1 + random() % step_max;
    const std::uint64_t size = random() % 16 == 0 ? random() >> 2U : random() % 100'000;
    messages.push_back({.uid = wire::Uid{static_cast<std::uint32_t>(uid)},
                        .received = static_cast<std::uint32_t>(random()),
                        .size = size,
                        .exact = random() % 2 == 0,
                        .tombstone = random() % 8 == 0});
  }
  mailbox.known.messages = std::move(messages);
  mailbox.known.uid_next = uid + 1;
  return mailbox;
}

// One process as it were: its threads, its index.
struct IndexScene {
  explicit IndexScene(const std::filesystem::path& path, IndexSqlite::Clock clock = {})
      : index(threads, path, {}, net::Duration::zero(), std::move(clock)) {}

  ~IndexScene() { flush(); }

  IndexScene(const IndexScene&) = delete;
  IndexScene& operator=(const IndexScene&) = delete;

  static MailboxKey key(const std::string& user) {
    return {.upstream = "mail", .user = user, .mailbox = "INBOX"};
  }

  void remember(const std::string& user, const IndexedMailbox& mailbox) {
    index.remember(key(user), mailbox);
  }

  void flush() { flushed = threads.writer.flush(std::chrono::minutes(1)); }

  std::optional<IndexedMailbox> find(const std::string& user) { return run(user, false); }

  std::optional<IndexedMailbox> find_latest(const std::string& user) { return run(user, true); }

  std::optional<IndexedMailbox> run(const std::string& user, bool latest) {
    auto looking = latest ? index.find_latest(loop, key(user)) : index.find(loop, key(user));
    return test::run_task(loop, std::move(looking)).value();
  }

  bool flushed = false;
  // One for all that is looked for, and older than the threads: libuv closes descriptors unseen by
  // the thread sanitizer, which would take one that a thread is given again for shared.
  net::Loop loop;
  StateThreads threads;
  IndexSqlite index;
};

}  // namespace postern::proxy
