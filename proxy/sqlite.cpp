// The one file that speaks to SQLite.

#include "proxy/sqlite.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <sqlite3.h>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace postern::proxy {

using net::failure;
using net::Kind;
using net::Origin;
using net::Result;

namespace {

std::atomic<std::uint64_t> opened = 0;

constexpr std::chrono::milliseconds kPatience(1000);  // for locks of others

// The last one: how much log of changes may stay on the disk after a large one.
constexpr const char* kSettings =
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA mmap_size = 0;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA journal_size_limit = 16777216;";

Kind kind_of(int code) {
  switch (code & 0xff) {
    case SQLITE_ERROR:  // our statements are right: the tables are not
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Kind::Malformed;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Kind::Unavailable;
    case SQLITE_FULL:
      return Kind::Limit;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Kind::Denied;
    case SQLITE_CONSTRAINT:
      return Kind::Refused;
    default:
      return Kind::Internal;
  }
}

// One process at a time makes a file in a folder, or puts one aside. A folder that cannot be opened
// is locked to nobody.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& file) {
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    descriptor_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      is_anothers_ = errno == EWOULDBLOCK;
      if (!is_anothers_ || std::chrono::steady_clock::now() > end) return;
      (void)::poll(nullptr, 0, 1);  // nobody tells when it is given back
    }
    is_anothers_ = false;
  }

  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  ~FolderLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  // Another process has had it for longer than one waits.
  [[nodiscard]] bool is_anothers() const { return is_anothers_; }

 private:
  int descriptor_ = -1;
  bool is_anothers_ = false;
};

bool may_use(const std::filesystem::path& path) {
  return ::faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) == 0;
}

// Makes the file where there is none, for the owner alone: SQLite gives what it puts beside it the
// same mode. One that is there is not opened for that, since closing it would end the locks that
// this process has on it by other connections (fcntl, F_SETLK), and another process would then take
// the log of changes away from under them.
bool make_file(const std::filesystem::path& path) {
  if (may_use(path)) return true;
  if (errno != ENOENT) return false;
  const int descriptor =
      ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOCTTY, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return errno == EEXIST && may_use(path);
  ::close(descriptor);
  return true;
}

}  // namespace

// ---- statements

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      text_(other.text_),
      statement_(std::exchange(other.statement_, nullptr)),
      bound_(other.bound_),
      refused_(other.refused_) {}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  reset();
  if (!database_->kept_.emplace(text_, statement_).second) sqlite3_finalize(statement_);
}

Statement& Statement::with(std::int64_t value) {
  refused_ = sqlite3_bind_int64(statement_, ++bound_, value) != SQLITE_OK || refused_;
  return *this;
}

Statement& Statement::with(std::string_view octets) {
  // Without octets there is no address to bind either, and NULL is not what was meant.
  const int code = octets.empty() ? sqlite3_bind_zeroblob(statement_, ++bound_, 0)
                                  : sqlite3_bind_blob64(statement_,
                                                        ++bound_,
                                                        octets.data(),
                                                        octets.size(),
                                                        SQLITE_TRANSIENT);  // NOLINT: C's cast
  refused_ = code != SQLITE_OK || refused_;
  return *this;
}

Statement& Statement::with_text(std::string_view utf8) {
  const int code = sqlite3_bind_text64(statement_,
                                       ++bound_,
                                       utf8.empty() ? "" : utf8.data(),
                                       utf8.size(),
                                       SQLITE_TRANSIENT,  // NOLINT: C's cast
                                       SQLITE_UTF8);
  refused_ = code != SQLITE_OK || refused_;
  return *this;
}

Result<bool> Statement::step() {
  if (refused_) return failure(Kind::Internal, Origin::Here, "a value was not taken");
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  // Who only reads needs no room: a page is named that is beyond all bounds.
  const bool is_beyond = code == SQLITE_FULL && sqlite3_stmt_readonly(statement_) != 0;
  return database_->failed(is_beyond ? SQLITE_CORRUPT : code);
}

Result<> Statement::run() {
  while (true) {
    auto row = step();
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) break;
  }
  reset();
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_);  // repeats what step() said
  sqlite3_clear_bindings(statement_);
  bound_ = 0;
  refused_ = false;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::octets(int column) const {
  const void* first = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  if (first == nullptr || size <= 0) return {};
  return {static_cast<const char*>(first), static_cast<std::size_t>(size)};
}

// ---- connections

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path,
                                                 Use use,
                                                 std::int32_t application) {
  std::optional<FolderLock> making;
  if (use != Use::Reading) {
    making.emplace(path);
    if (making->is_anothers()) {
      return failure(Kind::Unavailable, Origin::Here, path.native() + ": the folder is locked");
    }
    if (!make_file(path)) {
      return failure(Kind::Denied,
                     Origin::Here,
                     path.native() + ": " + std::generic_category().message(errno));
    }
  }
  sqlite3* connection = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(),
                      &connection,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                      nullptr);
  if (connection == nullptr) {
    return failure(Kind::Internal, Origin::Here, "no memory for a connection");
  }
  std::unique_ptr<Database> database(new Database(connection));
  if (code != SQLITE_OK) return database->failed(code);
  if (auto done = database->set_up(use, application); !done) {
    // What could not be read is not ours to tidy up.
    database->leave_files_alone();
    return std::unexpected(std::move(done.error()));
  }
  return database;
}

Database::Database(sqlite3* connection) : connection_(connection), serial_(++opened) {}

Database::~Database() {
  for (const auto& [text, statement] : kept_)
    sqlite3_finalize(statement);
  sqlite3_close_v2(connection_);
}

Result<> Database::set_up(Use use, std::int32_t application) {
  sqlite3_busy_timeout(connection_, static_cast<int>(kPatience.count()));
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  if (auto done = run(kSettings); !done) return done;
  auto pages = number("PRAGMA page_count");
  if (!pages) return std::unexpected(std::move(pages.error()));
  auto mark = number("PRAGMA application_id");
  if (!mark) return std::unexpected(std::move(mark.error()));
  if (*pages != 0 && *mark != application) {
    return failure(Kind::Malformed, Origin::Here, "a database of another program");
  }
  if (use == Use::Reading) {
    reads_only_ = true;
    leave_files_alone();
    return run("PRAGMA query_only = ON;");
  }
  if (*pages == 0) {
    if (auto done = begin_file(application); !done) return done;
  }
  // Also where whoever made the file did not come so far.
  if (auto done = run("PRAGMA journal_mode = WAL;"); !done) return done;
  return run(use == Use::Lasting ? "PRAGMA synchronous = FULL;" : "PRAGMA synchronous = NORMAL;");
}

// In one transaction, so that a process that is killed leaves no file without its mark: that would
// be another program's for ever. The transaction writes from its first PRAGMA on and no earlier: a
// file is vacuumed in steps only if it was so from its first page on. What fails is rolled back by
// the end of the connection.
Result<> Database::begin_file(std::int32_t application) {
  const std::string begin = "BEGIN; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA application_id = " +
                            std::to_string(application) + "; COMMIT;";
  return run(begin.c_str());
}

Result<Statement> Database::prepare(std::string_view text) {
  if (const auto kept = kept_.find(text); kept != kept_.end()) {
    sqlite3_stmt* statement = kept->second;
    kept_.erase(kept);
    return Statement(*this, text, statement);
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(connection_,
                                      text.data(),
                                      static_cast<int>(text.size()),
                                      SQLITE_PREPARE_PERSISTENT,
                                      &statement,
                                      nullptr);
  if (code != SQLITE_OK) return failed(code);
  return Statement(*this, text, statement);
}

Result<> Database::run(const char* statements) {
  const int code = sqlite3_exec(connection_, statements, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failed(code);
  return {};
}

Result<std::int64_t> Database::number(std::string_view text) {
  auto statement = prepare(text);
  if (!statement) return std::unexpected(std::move(statement.error()));
  auto row = statement->step();
  if (!row) return std::unexpected(std::move(row.error()));
  return *row ? statement->integer(0) : 0;
}

bool Database::has_moved() const {
  int moved = 0;
  const int code = sqlite3_file_control(connection_, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return code == SQLITE_OK && moved != 0;
}

void Database::leave_files_alone() {
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

bool Database::is_sound() {
  auto check = prepare("PRAGMA quick_check(1)");
  if (!check) return check.error().kind != Kind::Malformed;
  auto row = check->step();
  if (!row) return row.error().kind != Kind::Malformed;
  return *row && check->octets(0) == "ok";
}

std::unexpected<net::Error> Database::failed(int code) const {
  // A file that may be written, and says itself that it may not, is damaged at that place.
  const Kind kind = code == SQLITE_READONLY && !reads_only_ ? Kind::Malformed : kind_of(code);
  return failure(kind,
                 Origin::Here,
                 std::string(sqlite3_errmsg(connection_)) + " (" + std::to_string(code) + ")");
}

FileNumber number_of(const std::filesystem::path& path) {
  struct stat found{};
  return ::stat(path.c_str(), &found) == 0 ? FileNumber{found.st_ino} : FileNumber{};
}

// The new name comes first: whoever has the old file open finds out by it that he has to open
// another, and nobody makes that while we have the lock. What was logged for the old file must not
// reach the new one.
bool put_aside(const std::filesystem::path& path, FileNumber number) {
  const FolderLock lock(path);
  if (lock.is_anothers() || number == FileNumber{} || number_of(path) != number) return false;
  const auto beside = [&path](const char* ending) {
    std::filesystem::path other = path;
    return other += ending;
  };
  std::error_code wrong;
  std::filesystem::rename(path, beside(".bad"), wrong);
  if (wrong) return false;
  std::filesystem::remove(beside("-wal"), wrong);
  std::filesystem::remove(beside("-shm"), wrong);
  return true;
}

// ---- transactions

Result<Transaction> Transaction::begin(Database& database, Purpose purpose) {
  auto begun = database.run(purpose == Purpose::Writing ? "BEGIN IMMEDIATE" : "BEGIN");
  if (!begun) return std::unexpected(std::move(begun.error()));
  return Transaction(database);
}

Transaction::~Transaction() {
  // SQLite has undone it by itself after some errors, and says then that there is none.
  if (database_ != nullptr) (void)database_->run("ROLLBACK");
}

Result<> Transaction::commit() {
  auto done = database_->run("COMMIT");
  if (done) database_ = nullptr;
  return done;
}

}  // namespace postern::proxy
