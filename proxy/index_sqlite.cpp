// What waits, what is read, what failed.

#include "proxy/index_sqlite.hpp"

#include "net/octet_hash.hpp"
#include "proxy/index_tables.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace postern::proxy {

using net::Kind;
using net::Result;

namespace {

constexpr std::size_t kExpiredAtOnce = 64;
constexpr std::int64_t kSecondsOfHour = 60 * 60;
constexpr std::int64_t kSecondsOfDay = 24 * kSecondsOfHour;

// A MailboxKey that owns its text.
struct OwnedKey {
  explicit OwnedKey(const MailboxKey& key)
      : upstream(key.upstream), user(key.user), mailbox(key.mailbox) {}

  [[nodiscard]] MailboxKey view() const {
    return {.upstream = upstream, .user = user, .mailbox = mailbox};
  }

  std::string upstream;
  std::string user;
  std::string mailbox;
};

net::Digest digest_of(const net::DigestKey& names, const MailboxKey& key) {
  return names.hmac({key.upstream, key.user, key.mailbox});
}

std::size_t octets_of(const IndexedMailbox& mailbox) {
  return 256 + mailbox.known.messages.size() * sizeof(upstream::ListedMessage);
}

}  // namespace

class IndexSqlite::Core final : public std::enable_shared_from_this<IndexSqlite::Core> {
 public:
  Core(StateThreads& threads, Clock clock)
      : threads_(threads),
        clock_(clock ? std::move(clock) : seconds_since_1970),
        hour_(clock_() / kSecondsOfHour) {}

  void keep_in(std::shared_ptr<StateFile> file) { file_ = std::move(file); }

  net::Task<std::optional<IndexedMailbox>> find(net::Loop& loop, MailboxKey key);
  net::Task<std::optional<IndexedMailbox>> find_latest(net::Loop& loop, MailboxKey key);
  void remember(const MailboxKey& key, const IndexedMailbox& mailbox);
  bool tend(std::chrono::days expiry);

  std::atomic<std::uint64_t> errors = 0;
  std::atomic<std::int64_t> mailboxes = 0;
  std::atomic<std::int64_t> octets = 0;

 private:
  using Mailbox = std::shared_ptr<const IndexedMailbox>;
  using Key = std::shared_ptr<const OwnedKey>;

  // A mailbox on its way to the file.
  struct Waiting {
    Mailbox latest;
    bool is_queued = true;  // a job will come for what is the latest by then
  };

  // The tables of the connection that a thread has now.
  struct Tables {
    std::uint64_t serial = 0;
    std::optional<IndexTables> tables;
  };

  static Result<IndexTables*> tables_of(Tables& tables, Database& database);

  // Whether there is room for one more, and a job to come for it.
  enum class Room : unsigned char { None, New, Queued };

  [[nodiscard]] std::int64_t today() const { return clock_() / kSecondsOfDay; }

  void begin_hour();
  [[nodiscard]] Mailbox find_waiting(const MailboxKey& key);
  void take_in(const Key& key, const IndexFinding& finding);
  Result<> look_up(Database& database, const OwnedKey& key, IndexFinding& finding);
  Room wait(const net::Digest& digest, const Mailbox& mailbox);
  void queue(const Key& key, const net::Digest& digest);
  Mailbox take(const net::Digest& digest);
  Result<> write(Database& database, const MailboxKey& key, const IndexedMailbox& mailbox);
  void written(const OwnedKey& key, const net::Digest& digest, const Mailbox& mailbox);
  void not_written(const OwnedKey& key, const net::Digest& digest, const Mailbox& mailbox);
  void leave(const net::Digest& digest, const Mailbox& mailbox);
  void drop(const Key& key);
  Result<> look_after(Database& database, std::int64_t before);

  StateThreads& threads_;
  const Clock clock_;
  std::shared_ptr<StateFile> file_;
  const net::DigestKey names_;                                   // of what waits
  IndexMemory unwritten_;                                        // what the disk did not take
  IndexMemory recent_{kRecentMailboxesMax, kRecentMessagesMax};  // what it has, of this hour
  std::atomic<std::int64_t> hour_;

  Tables writing_;  // the writing thread's
  Tables reading_;  // the reading thread's
  std::atomic<bool> has_more_to_expire_ = false;

  std::mutex mutex_;  // guards what follows
  std::unordered_map<net::Digest, Waiting, net::OctetHash> waiting_;
  std::size_t waiting_octets_ = 0;
};

Result<IndexTables*> IndexSqlite::Core::tables_of(Tables& tables, Database& database) {
  if (!tables.tables || tables.serial != database.serial()) {
    auto opened = IndexTables::open(database);
    if (!opened) return std::unexpected(std::move(opened.error()));
    tables.tables.emplace(std::move(*opened));
    tables.serial = database.serial();
  }
  return &*tables.tables;
}

// ---- looking up

net::Task<std::optional<IndexedMailbox>> IndexSqlite::Core::find(net::Loop& loop, MailboxKey key) {
  begin_hour();
  if (const auto waiting = find_waiting(key)) co_return *waiting;
  if (auto unwritten = co_await unwritten_.find(loop, key)) co_return unwritten;
  if (auto recent = co_await recent_.find(loop, key)) co_return recent;
  co_return co_await find_latest(loop, key);
}

IndexSqlite::Core::Mailbox IndexSqlite::Core::find_waiting(const MailboxKey& key) {
  const std::scoped_lock lock(mutex_);
  const auto found = waiting_.find(digest_of(names_, key));
  return found != waiting_.end() ? found->second.latest : nullptr;
}

net::Task<std::optional<IndexedMailbox>> IndexSqlite::Core::find_latest(net::Loop& loop,
                                                                        MailboxKey key) {
  if (const auto waiting = find_waiting(key)) co_return *waiting;
  if (auto unwritten = co_await unwritten_.find(loop, key)) co_return unwritten;

  const auto owned = std::make_shared<const OwnedKey>(key);
  const auto finding = std::make_shared<IndexFinding>();
  StateFile::Work look = [self = shared_from_this(), owned, finding](Database& database) {
    return self->look_up(database, *owned, *finding);
  };
  const auto done = co_await attempt(do_there(
      threads_.reader, loop, file_, std::move(look), net::Deadline{loop.exact_now() + kPatience}));
  if (done) {
    if (finding->is_odd) drop(owned);
    take_in(owned, *finding);
    co_return std::move(finding->mailbox);
  }
  if (done.error().kind == Kind::Cancelled) co_await net::fail(done.error());
  if (done.error().kind != Kind::Gone) errors.fetch_add(1);
  co_return std::nullopt;
}

// What another process found out comes to be known in this one as well.
void IndexSqlite::Core::begin_hour() {
  const std::int64_t hour = clock_() / kSecondsOfHour;
  if (hour_.exchange(hour) != hour) recent_.forget_all();
}

// The day that stands in the file is the one when the mailbox was in use last. Nothing else is
// written: a later session may have left something else by now.
void IndexSqlite::Core::take_in(const Key& key, const IndexFinding& finding) {
  if (!finding.mailbox) return;
  recent_.remember_first(key->view(), *finding.mailbox);
  if (finding.day == today()) return;
  threads_.writer.give(
      {.file = file_, .work = [self = shared_from_this(), key](Database& database) -> Result<> {
         auto tables = tables_of(self->writing_, database);
         if (!tables) return std::unexpected(std::move(tables.error()));
         return (*tables)->mark(key->view(), self->today());
       }});
}

Result<> IndexSqlite::Core::look_up(Database& database,
                                    const OwnedKey& key,
                                    IndexFinding& finding) {
  auto tables = tables_of(reading_, database);
  if (!tables) return std::unexpected(std::move(tables.error()));
  auto found = (*tables)->read(key.view());
  if (!found) return std::unexpected(std::move(found.error()));
  finding = std::move(*found);
  return {};
}

// The rows are read once more before they go: they may have been written anew by then.
void IndexSqlite::Core::drop(const Key& key) {
  errors.fetch_add(1);
  threads_.writer.give(
      {.file = file_, .work = [self = shared_from_this(), key](Database& database) -> Result<> {
         auto tables = tables_of(self->writing_, database);
         if (!tables) return std::unexpected(std::move(tables.error()));
         auto done = (*tables)->drop_if_odd(key->view());
         if (!done) return std::unexpected(std::move(done.error()));
         return {};
       }});
}

// ---- remembering

void IndexSqlite::Core::remember(const MailboxKey& key, const IndexedMailbox& mailbox) {
  const net::Digest digest = digest_of(names_, key);
  const auto owned = std::make_shared<const OwnedKey>(key);
  const auto latest = std::make_shared<const IndexedMailbox>(mailbox);
  switch (wait(digest, latest)) {
    case Room::Queued:
      return;
    case Room::New:
      return queue(owned, digest);
    case Room::None:
      return not_written(*owned, digest, latest);
  }
}

IndexSqlite::Core::Room IndexSqlite::Core::wait(const net::Digest& digest, const Mailbox& mailbox) {
  const std::scoped_lock lock(mutex_);
  const auto found = waiting_.find(digest);
  const std::size_t before = found == waiting_.end() ? 0 : octets_of(*found->second.latest);
  const std::size_t after = waiting_octets_ - before + octets_of(*mailbox);
  if (after > kWaitingOctetsMax) return Room::None;
  waiting_octets_ = after;
  if (found == waiting_.end()) {
    waiting_.emplace(digest, Waiting{.latest = mailbox});
    return Room::New;
  }
  found->second.latest = mailbox;
  return std::exchange(found->second.is_queued, true) ? Room::Queued : Room::New;
}

void IndexSqlite::Core::queue(const Key& key, const net::Digest& digest) {
  // What the job took when it ran; one that never ran took nothing.
  struct Taken {
    Mailbox mailbox;
    bool did_run = false;
  };

  const auto taken = std::make_shared<Taken>();
  StateFile::Work work = [self = shared_from_this(), key, digest, taken](Database& database) {
    if (Mailbox latest = self->take(digest)) taken->mailbox = std::move(latest);
    taken->did_run = true;
    return taken->mailbox ? self->write(database, key->view(), *taken->mailbox) : Result<>();
  };
  const auto done = [self = shared_from_this(), key, digest, taken](const Result<>& result) {
    const Mailbox mailbox = taken->did_run ? taken->mailbox : self->take(digest);
    if (!mailbox) return;
    result ? self->written(*key, digest, mailbox) : self->not_written(*key, digest, mailbox);
  };
  threads_.writer.give({.file = file_, .work = std::move(work), .done = done});
}

// What is the latest now; whatever is remembered from now on needs a job of its own.
IndexSqlite::Core::Mailbox IndexSqlite::Core::take(const net::Digest& digest) {
  const std::scoped_lock lock(mutex_);
  const auto found = waiting_.find(digest);
  if (found == waiting_.end()) return nullptr;
  found->second.is_queued = false;
  return found->second.latest;
}

Result<> IndexSqlite::Core::write(Database& database,
                                  const MailboxKey& key,
                                  const IndexedMailbox& mailbox) {
  auto tables = tables_of(writing_, database);
  if (!tables) return std::unexpected(std::move(tables.error()));
  auto done = (*tables)->write(key, mailbox, today());
  if (!done) return std::unexpected(std::move(done.error()));
  return {};
}

void IndexSqlite::Core::written(const OwnedKey& key,
                                const net::Digest& digest,
                                const Mailbox& mailbox) {
  unwritten_.forget(key.view());
  recent_.remember(key.view(), *mailbox);
  leave(digest, mailbox);
}

void IndexSqlite::Core::not_written(const OwnedKey& key,
                                    const net::Digest& digest,
                                    const Mailbox& mailbox) {
  errors.fetch_add(1);
  unwritten_.remember(key.view(), *mailbox);
  recent_.forget(key.view());
  leave(digest, mailbox);
}

// It waits no longer, unless there is a later one by now.
void IndexSqlite::Core::leave(const net::Digest& digest, const Mailbox& mailbox) {
  const std::scoped_lock lock(mutex_);
  const auto found = waiting_.find(digest);
  if (found == waiting_.end() || found->second.latest != mailbox) return;
  waiting_octets_ -= octets_of(*mailbox);
  waiting_.erase(found);
}

// ---- looking after the file

bool IndexSqlite::Core::tend(std::chrono::days expiry) {
  const std::int64_t before = today() - expiry.count();
  StateFile::Work work = [self = shared_from_this(), before](Database& database) {
    return self->look_after(database, before);
  };
  const auto done = [self = shared_from_this()](const Result<>& result) {
    if (!result) self->errors.fetch_add(1);
  };
  threads_.writer.give({.file = file_, .work = std::move(work), .done = done});
  return has_more_to_expire_.load();
}

Result<> IndexSqlite::Core::look_after(Database& database, std::int64_t before) {
  auto tables = tables_of(writing_, database);
  if (!tables) return std::unexpected(std::move(tables.error()));
  auto expired = (*tables)->expire(before, kExpiredAtOnce);
  if (!expired) return std::unexpected(std::move(expired.error()));
  has_more_to_expire_.store(*expired == kExpiredAtOnce);
  if (auto done = (*tables)->shrink(); !done) return done;
  auto rows = (*tables)->mailboxes();
  if (!rows) return std::unexpected(std::move(rows.error()));
  auto size = (*tables)->octets();
  if (!size) return std::unexpected(std::move(size.error()));
  mailboxes.store(*rows);
  octets.store(*size);
  return {};
}

// ---- the index

IndexSqlite::IndexSqlite(StateThreads& threads,
                         std::filesystem::path path,
                         IndexReports reports,
                         net::Duration pause,
                         Clock clock)
    : core_(std::make_shared<Core>(threads, std::move(clock))) {
  core_->keep_in(std::make_shared<StateFile>(StatePlan{
      .path = std::move(path),
      .is_cache = true,
      .application = IndexTables::kApplication,
      .version = IndexTables::kVersion,
      .build = [](Database& database, std::int64_t) { return IndexTables::build(database); },
      .pause = pause,
      .failed = std::move(reports.failed),
      .recovered = std::move(reports.recovered),
      .replaced =
          [core = std::weak_ptr(core_), told = std::move(reports.replaced)](const net::Error& why) {
            if (const auto alive = core.lock()) alive->errors.fetch_add(1);
            if (told) told(why);
          }}));
}

IndexSqlite::~IndexSqlite() = default;

net::Task<std::optional<IndexedMailbox>> IndexSqlite::find(net::Loop& loop, MailboxKey key) {
  return core_->find(loop, key);
}

net::Task<std::optional<IndexedMailbox>> IndexSqlite::find_latest(net::Loop& loop, MailboxKey key) {
  return core_->find_latest(loop, key);
}

void IndexSqlite::remember(const MailboxKey& key, const IndexedMailbox& mailbox) {
  core_->remember(key, mailbox);
}

bool IndexSqlite::tend(std::chrono::days expiry) {
  return core_->tend(expiry);
}

std::uint64_t IndexSqlite::errors() const {
  return core_->errors.load();
}

std::int64_t IndexSqlite::mailboxes() const {
  return core_->mailboxes.load();
}

std::int64_t IndexSqlite::octets() const {
  return core_->octets.load();
}

}  // namespace postern::proxy
